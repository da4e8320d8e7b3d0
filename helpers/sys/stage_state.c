/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/path.h"
#include "core/stage_record.h"

#define KIND "stage-seen"
#define RECORD_MAX 4096

static char *state_path(const char *state, const char *sub, const char *suffix)
{
	return zol_asprintf("%s/stage/%s.%s", state, sub, suffix);
}

int zol_stage_state_read(const char *state, const char *sub, struct zol_stage_seen *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = state_path(state, sub, "seen");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_stage_seen seen = { .ts = 0 };
	ZOL_AUTO(fd) int fd = -1;
	struct zol_span stamp;
	struct stat st;
	uint64_t ts;
	int64_t when;

	if (!path)
		return zol_err_oom(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*ret = seen;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st))
		return zol_err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022))
		return zol_err_set(err, ZOL_VERIFY, 0, "%s: others than root could have written it", path);
	if (zol_read_fd(fd, RECORD_MAX, &text, err))
		return zol_err_wrap(err, "%s", path);
	if (!zol_stage_record_is(zol_span_str(&text), KIND) || !zol_stage_record_getu(zol_span_str(&text), "ts", &ts) ||
	    ts > INT64_MAX / 2 || !zol_stage_record_get(zol_span_str(&text), "stamp", &stamp) ||
	    !zol_stage_stamp_time(stamp, &when)) {
		zol_err_set(err, ZOL_MALFORMED, 0, "%s is damaged", path);
		return zol_err_hint(err,
				    "it remembers the newest build seen; remove it only if you know why it is damaged");
	}
	seen.ts = (int64_t)ts;
	memcpy(seen.stamp, stamp.ptr, ZOL_STAGE_STAMP_LEN);
	*ret = seen;
	return 0;
}

int zol_stage_state_write(const char *state, const char *sub, const struct zol_stage_seen *now, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = state_path(state, sub, "seen");
	ZOL_AUTO(free) char *lock = state_path(state, sub, "lock");
	ZOL_AUTO(free) char *dir = zol_path_join(state, "stage");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_stage_seen seen;
	ZOL_AUTO(fd) int held = -1;

	if (!path || !lock || !dir)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	held = zol_lock_take(lock, "stage state", 10000, err);
	if (held < 0 || zol_stage_state_read(state, sub, &seen, err))
		return -(int)err->code;
	if (seen.ts >= now->ts && strcmp(seen.stamp, now->stamp) >= 0)
		return 0;
	zol_stage_record_begin(&text, KIND);
	zol_stage_record_addu(&text, "ts", (uint64_t)(now->ts > seen.ts ? now->ts : seen.ts));
	zol_stage_record_add(&text, "stamp", strcmp(now->stamp, seen.stamp) > 0 ? now->stamp : seen.stamp);
	if (zol_str_check(&text, err))
		return -(int)err->code;
	return zol_write_file(path, text.ptr, text.len, 0600, err);
}

static void time_text(int64_t t, char buf[static 32])
{
	time_t when = (time_t)t;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(buf, 32, "%Y-%m-%d %H:%M UTC", &tm))
		memcpy(buf, "?", 2);
}

int zol_stage_state_check(const struct zol_stage_seen *seen, int64_t ts, const char *stamp, struct zol_err *err)
{
	char had[32], got[32];

	if (strcmp(stamp, seen->stamp) < 0)
		zol_err_set(err, ZOL_VERIFY, 0, "it offers the build %s, older than %s, which was seen before", stamp,
			    seen->stamp);
	else if (ts < seen->ts) {
		time_text(seen->ts, had);
		time_text(ts, got);
		zol_err_set(err, ZOL_VERIFY, 0, "the index of %s is older than one of %s that was seen before", got,
			    had);
	} else {
		return 0;
	}
	return zol_err_hint(err, "another mirror may be up to date; --allow-older accepts it all the same");
}
