/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_state.h"

#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

#define SUB "amd64-openrc"
#define OLD "20260801T000000Z"
#define NEW "20260811T083102Z"
#define FILE_ "stage/" SUB ".seen"

static struct zol_stage_seen get(const struct scratch *s)
{
	struct zol_stage_seen seen = { .ts = -1 };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_stage_state_read(s->path, SUB, &seen, &err))
		fail_msg("%s", zol_err_text(&err));
	return seen;
}

static void put(const struct scratch *s, int64_t ts, const char *stamp)
{
	struct zol_stage_seen seen = { .ts = ts };
	struct zol_err err = ZOL_ERR_INIT;

	memcpy(seen.stamp, stamp, sizeof(seen.stamp));
	if (zol_stage_state_write(s->path, SUB, &seen, &err))
		fail_msg("%s", zol_err_text(&err));
}

UNIT(nothing_seen_is_no_failure)
{
	SCRATCH(s);

	assert_int_equal(get(&s).ts, 0);
	assert_string_equal(get(&s).stamp, "");
}

UNIT(only_grows)
{
	SCRATCH(s);

	put(&s, 100, NEW);
	assert_int_equal(get(&s).ts, 100);
	assert_string_equal(get(&s).stamp, NEW);
	put(&s, 50, OLD);
	assert_int_equal(get(&s).ts, 100);
	assert_string_equal(get(&s).stamp, NEW);
	put(&s, 200, OLD);
	assert_int_equal(get(&s).ts, 200);
	assert_string_equal(get(&s).stamp, NEW);
}

UNIT(is_kept_for_each_sub)
{
	SCRATCH(s);
	struct zol_stage_seen other = { .ts = -1 };
	struct zol_err err = ZOL_ERR_INIT;

	put(&s, 100, NEW);
	assert_int_equal(zol_stage_state_read(s.path, "amd64-systemd", &other, &err), 0);
	assert_int_equal(other.ts, 0);
}

static void refused(const struct scratch *s, enum zol_code code, const char *why)
{
	struct zol_stage_seen seen = { .ts = -1 };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_state_read(s->path, SUB, &seen, &err), -(int)code);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	assert_int_equal(seen.ts, -1);
	zol_err_clear(&err);
}

UNIT(refuses_what_others_could_have_written)
{
	SCRATCH(s);

	put(&s, 100, NEW);
	assert_int_equal(fchmodat(s.fd, FILE_, 0622, 0), 0);
	refused(&s, ZOL_VERIFY, "others than root");
	assert_int_equal(fchmodat(s.fd, FILE_, 0644, 0), 0);
	assert_int_equal(get(&s).ts, 100);
}

UNIT(refuses_damage)
{
	static const char *const bad[] = { "",
					   "x",
					   "zolkit stage-seen 1\n",
					   "zolkit stage-seen 1\nts 1\n",
					   "zolkit stage-seen 1\nts x\nstamp " NEW "\n",
					   "zolkit stage-seen 1\nts 1\nstamp 2026\n",
					   "zolkit stage-other 1\nts 1\nstamp " NEW "\n" };
	SCRATCH(s);

	put(&s, 100, NEW);
	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		scratch_put(&s, FILE_, bad[i]);
		refused(&s, ZOL_MALFORMED, "damaged");
	}
}

UNIT(notices_older_builds_and_indices)
{
	struct zol_stage_seen seen = { .ts = 1786785301, .stamp = NEW };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_state_check(&seen, 1786785301, NEW, &err), 0);
	assert_int_equal(zol_stage_state_check(&seen, 1786785302, "20260812T000000Z", &err), 0);
	assert_int_equal(zol_stage_state_check(&seen, 1786785302, OLD, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "older than " NEW));
	assert_non_null(strstr(err.hint, "--allow-older"));
	zol_err_clear(&err);
	assert_int_equal(zol_stage_state_check(&seen, 1786780000, NEW, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "2026-08-15"));
	zol_err_clear(&err);
	seen = (struct zol_stage_seen){ .ts = 0 };
	assert_int_equal(zol_stage_state_check(&seen, 1, OLD, &err), 0);
}

UNIT_MAIN()
