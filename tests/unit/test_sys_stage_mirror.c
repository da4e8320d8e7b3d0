/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_mirror.h"

#include "scratch.h"
#include "unit.h"

#define NAME "latest-stage3-amd64-openrc.txt"
#define SUB "amd64-openrc"
#define DAY_MS (24ULL * 3600 * 1000)

/* Mirrors are directories; the index is the fixture of 2020 in tests/data/stage. */
struct rig {
	struct zol_strv mirrors;
	struct zol_stage_trust trust;
	struct zol_stage_net net;
	struct zol_events ev;
	struct zol_str notes, index;
	char *keyring, fpr[41];
	const char *keys[2];
};

static void note(void *ctx, enum zol_level level, const char *text)
{
	(void)level;
	zol_str_puts(ctx, text);
	zol_str_putc(ctx, '\n');
}

static char *data(const char *name)
{
	const char *top = getenv("ZOL_TOP");

	return zol_asprintf("%s/tests/data/stage/%s", top ? top : ".", name);
}

static void slurp(const char *name, struct zol_str *out)
{
	struct zol_err err = ZOL_ERR_INIT;
	char *path = data(name);

	if (zol_read_file(path, 65536, out, &err))
		fail_msg("%s", zol_err_text(&err));
	free(path);
}

static void setup(struct rig *r)
{
	struct zol_str fpr = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	*r = (struct rig){ .mirrors = ZOL_STRV_INIT };
	slurp("fingerprint", &fpr);
	memcpy(r->fpr, zol_str_c(&fpr), 40);
	zol_str_free(&fpr);
	slurp("latest.txt", &r->index);
	r->keys[0] = r->fpr;
	r->keyring = data("keyring.asc");
	assert_int_equal(zol_stage_trust_load(r->keyring, r->keys, &r->trust, &err), 0);
	r->ev = (struct zol_events){ .ctx = &r->notes, .note = note };
	r->net =
		(struct zol_stage_net){ .mirrors = &r->mirrors, .arch_dir = "amd64", .trust = &r->trust, .ev = &r->ev };
	assert_int_equal(zol_curl_new(&r->net.curl, &err), 0);
}

static void add_mirror(struct rig *r, const struct scratch *s, const char *name, const char *index)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%s/%s/releases/amd64/autobuilds", s->path, name);
	ZOL_AUTO(free) char *file = zol_asprintf("%s/releases/amd64/autobuilds/" NAME, name);
	struct zol_err err = ZOL_ERR_INIT;

	assert_true(zol_mkdirs(dir, 0755, &err) >= 0);
	if (index)
		scratch_put(s, file, index);
	zol_strv_addf(&r->mirrors, "file://%s/%s/", s->path, name);
}

static void teardown(struct rig *r)
{
	zol_curl_free(r->net.curl);
	zol_stage_trust_free(&r->trust);
	zol_strv_free(&r->mirrors);
	zol_str_free(&r->notes);
	zol_str_free(&r->index);
	free(r->keyring);
}

static int newest(struct rig *r, const struct zol_stage_seen *seen, struct zol_stage_offer *o, struct zol_err *err)
{
	return zol_stage_mirror_newest(&r->net, NAME, SUB, seen, o, err);
}

UNIT(takes_the_index_of_the_first_mirror_that_has_one)
{
	SCRATCH(s);
	struct rig r;
	struct zol_stage_offer o = { .base = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	setup(&r);
	add_mirror(&r, &s, "none", NULL);
	add_mirror(&r, &s, "html", "<html>\n");
	add_mirror(&r, &s, "good", zol_str_c(&r.index));
	if (newest(&r, NULL, &o, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(o.mirror, 2);
	assert_int_equal(o.index.ts, 1579079701);
	assert_true(zol_span_ends(zol_span_c(o.base), "/good"));
	assert_non_null(strstr(zol_str_c(&r.notes), "no such file; trying the next mirror"));
	assert_non_null(strstr(zol_str_c(&r.notes), "not signed"));
	assert_non_null(strstr(zol_str_c(&r.notes), "lags behind"));
	zol_stage_offer_free(&o);
	teardown(&r);
}

UNIT(tells_the_most_telling_failure)
{
	SCRATCH(s);
	struct rig r;
	struct zol_stage_offer o = { .base = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	setup(&r);
	assert_int_equal(newest(&r, NULL, &o, &err), -ZOL_USAGE);
	zol_err_clear(&err);
	add_mirror(&r, &s, "none", NULL);
	assert_int_equal(newest(&r, NULL, &o, &err), -ZOL_NETWORK);
	zol_err_clear(&err);
	add_mirror(&r, &s, "html", "<html>\n");
	add_mirror(&r, &s, "none2", NULL);
	assert_int_equal(newest(&r, NULL, &o, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	r.net.max_age_ms = 14 * DAY_MS;
	add_mirror(&r, &s, "stale", zol_str_c(&r.index));
	assert_int_equal(newest(&r, NULL, &o, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "stale"));
	zol_err_clear(&err);
	teardown(&r);
}

UNIT(a_bad_signature_ends_the_search)
{
	SCRATCH(s);
	struct rig r;
	struct zol_stage_offer o = { .base = NULL };
	struct zol_err err = ZOL_ERR_INIT;
	char *evil;

	setup(&r);
	evil = strdup(zol_str_c(&r.index));
	assert_non_null(evil);
	*strstr(evil, "496363884") = '5';
	add_mirror(&r, &s, "evil", evil);
	add_mirror(&r, &s, "good", zol_str_c(&r.index));
	assert_int_equal(newest(&r, NULL, &o, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "evil: " NAME ": bad signature"));
	zol_err_clear(&err);
	free(evil);
	teardown(&r);
}

UNIT(refuses_what_is_older_than_seen)
{
	SCRATCH(s);
	struct rig r;
	struct zol_stage_offer o = { .base = NULL };
	struct zol_stage_seen seen = { .ts = 1579079701, .stamp = "20200112T083102Z" };
	struct zol_err err = ZOL_ERR_INIT;

	setup(&r);
	add_mirror(&r, &s, "good", zol_str_c(&r.index));
	assert_int_equal(newest(&r, &seen, &o, &err), 0);
	zol_stage_offer_free(&o);
	seen.ts++;
	assert_int_equal(newest(&r, &seen, &o, &err), -ZOL_VERIFY);
	zol_err_clear(&err);
	teardown(&r);
}

UNIT(a_mirror_has_no_slash_at_its_end)
{
	char *base = zol_stage_mirror_base("https://mirror.example/gentoo//");

	assert_string_equal(base, "https://mirror.example/gentoo");
	free(base);
}

UNIT(refusals_weigh_more_than_the_network)
{
	struct zol_err worst = ZOL_ERR_INIT, e = ZOL_ERR_INIT;

	zol_err_set(&e, ZOL_VERIFY, 0, "refused");
	zol_stage_mirror_worse(&worst, &e);
	assert_int_equal(e.code, ZOL_OK);
	zol_err_set(&e, ZOL_NETWORK, 0, "gone");
	zol_stage_mirror_worse(&worst, &e);
	assert_int_equal(e.code, ZOL_OK);
	assert_string_equal(zol_err_text(&worst), "refused");
	zol_err_clear(&worst);
}

UNIT_MAIN()
