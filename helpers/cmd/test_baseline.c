/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "base/rows.h"
#include "cmd/test_compare.h"

#define IMPORT_MAX (8U << 20)

static int print(const struct zol_cli *cli, const struct zol_baseline *b, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (size_t i = 0; i < b->n; i++)
		zol_expect_write(&b->v[i], &s);
	if (zol_str_check(&s, err) < 0)
		return -(int)err->code;
	(void)fwrite(zol_str_c(&s), 1, s.len, cli->out.out);
	return 0;
}

/* --- import ----------------------------------------------------------------------------------------- */

static int import(struct zol_cli *cli, const struct zol_test_baseline_args *a, struct zol_err *err)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const char *form;
	const char *suite;
	int r;

	form = a->words.v[1];
	suite = a->suite ? a->suite : form;
	if (strcmp(form, "zts") != 0 && strcmp(form, "xfstests") != 0)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is neither zts nor xfstests", form);
	if (zol_read_file(a->words.v[2], IMPORT_MAX, &text, err) < 0)
		return -(int)err->code;
	r = strcmp(form, "zts") == 0 ? zol_baseline_import_zts(zol_span_str(&text), suite, &b, err) :
				       zol_baseline_import_xfstests(zol_span_str(&text), suite, &b, err);
	if (r < 0)
		return zol_err_wrap(err, "%s", a->words.v[2]);
	for (size_t i = 0; a->expires && i < b.n; i++) {
		b.v[i].expires = strdup(a->expires);
		if (!b.v[i].expires)
			return zol_err_oom(err);
	}
	return print(cli, &b, err);
}

/* --- update ----------------------------------------------------------------------------------------- */

struct proposal {
	struct zol_str add, remove;
	const char *expires;
	size_t nadd, nremove;
};

static int propose(void *ctx, const char *test, const char *reason, const struct zol_compare *in,
		   const struct zol_compare_result *out, struct zol_err *err)
{
	struct proposal *p = ctx;
	struct zol_expect e = { .test = (char *)(uintptr_t)test,
				.allowed = 1U << in->now,
				.reason = (char *)(uintptr_t)reason,
				.expires = (char *)(uintptr_t)p->expires };

	(void)err;
	if (out->change == ZOL_CHANGE_STALE || out->change == ZOL_CHANGE_EXPIRED) {
		zol_str_printf(&p->remove, "# %s: [%s] expects otherwise for %s\n", zol_change_name(out->change),
			       in->expect->test, test);
		p->nremove++;
		return 0;
	}
	if (!in->in_run || in->now == ZOL_V_PASS || in->now == ZOL_V_SKIP || out->change == ZOL_CHANGE_EXPECTED ||
	    in->now == ZOL_V_NONE || in->now == ZOL_V_LOST)
		return 0;
	if (in->now == ZOL_V_FLAKY)
		e.allowed = 1U << ZOL_V_FLAKY | 1U << ZOL_V_PASS | 1U << ZOL_V_FAIL;
	zol_expect_write(&e, &p->add);
	p->nadd++;
	return 0;
}

/* Prints what would have to be written: it is for a person to decide. */
static int update(struct zol_cli *cli, const struct zol_test_baseline_args *a, struct zol_err *err)
{
	const struct zol_strv none = ZOL_STRV_INIT;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	struct proposal p = { .expires = a->expires };
	struct zol_test_comparison c = { .base = -1, .baseline = &b, .each = propose, .ctx = &p };
	int r;

	if (zol_test_db_of(cli, a->db, false, &db, err) < 0 || zol_test_baselines(cli, &none, &b, err) < 0 ||
	    zol_db_find(db, a->words.len > 1 ? a->words.v[1] : NULL, &c.run, err) < 0)
		return -(int)err->code;
	c.db = db;
	r = zol_test_compare_runs(&c, err);
	if (r == 0)
		r = zol_str_check(&p.remove, err);
	if (r == 0)
		r = zol_str_check(&p.add, err);
	if (r == 0) {
		(void)fputs(zol_str_c(&p.remove), cli->out.out);
		(void)fputs(zol_str_c(&p.add), cli->out.out);
		zol_out_info(&cli->out, "%zu entries to add, %zu to look at; nothing was written", p.nadd, p.nremove);
	}
	zol_str_free(&p.add);
	zol_str_free(&p.remove);
	return r;
}

/* --- list --------------------------------------------------------------------------------------------- */

struct entry_row {
	const char *test, *reason, *issue, *kernel, *zfs, *expires;
	const char *const *expect;
	bool expired;
};

static const struct zol_col entry_cols[] = {
	ZOL_COL("test", "TEST", STR, struct entry_row, test),
	ZOL_COL("expect", "EXPECT", LIST, struct entry_row, expect),
	ZOL_COL("kernel", "KERNEL", STR, struct entry_row, kernel),
	ZOL_COL("zfs", "ZFS", STR, struct entry_row, zfs),
	ZOL_COL("expires", "EXPIRES", STR, struct entry_row, expires),
	ZOL_COL("expired", "EXPIRED", BOOL, struct entry_row, expired),
	ZOL_COL("issue", "ISSUE", STR, struct entry_row, issue),
	ZOL_COL("reason", "REASON", STR, struct entry_row, reason),
};

static int list(struct zol_cli *cli, ZOL_UNUSED const struct zol_test_baseline_args *a, struct zol_err *err)
{
	const struct zol_strv none = ZOL_STRV_INIT;
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	char today[11];

	if (zol_test_baselines(cli, &none, &b, err) < 0)
		return -(int)err->code;
	zol_test_today(today);
	zol_rows_begin(&rows, &cli->out, entry_cols, ZOL_COUNT(entry_cols));
	for (size_t i = 0; i < b.n; i++) {
		const struct zol_expect *e = &b.v[i];
		ZOL_AUTO(strv) struct zol_strv verdicts = ZOL_STRV_INIT;
		struct entry_row row = { .test = e->test,
					 .reason = e->reason,
					 .issue = e->issue,
					 .kernel = e->kernel,
					 .zfs = e->zfs,
					 .expires = e->expires,
					 .expired = zol_expect_expired(e, today) };

		for (unsigned v = 0; v < ZOL_VERDICTS; v++)
			if (zol_expect_allows(e, (enum zol_verdict)v))
				zol_strv_add(&verdicts, zol_verdict_name((enum zol_verdict)v));
		row.expect = zol_strv_list(&verdicts);
		zol_rows_add(&rows, &row);
	}
	return zol_rows_end(&rows, err);
}

int zol_cmd_test_baseline(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct {
		const char *name, *words;
		size_t min, max; /* words, itself included */
		int (*run)(struct zol_cli *cli, const struct zol_test_baseline_args *a, struct zol_err *err);
	} verbs[] = { { "list", "no operand", 1, 1, list },
		      { "update", "[RUN]", 1, 2, update },
		      { "import", "zts|xfstests FILE", 3, 3, import } };
	const struct zol_test_baseline_args *a = args;
	const char *what = a->words.v[0];

	for (size_t i = 0; i < ZOL_COUNT(verbs); i++) {
		if (strcmp(what, verbs[i].name) != 0)
			continue;
		if (a->words.len < verbs[i].min || a->words.len > verbs[i].max)
			return zol_err_set(err, ZOL_USAGE, 0, "baseline %s takes %s", what, verbs[i].words);
		if (cli->out.json && verbs[i].run != list)
			return zol_err_set(err, ZOL_USAGE, 0,
					   "baseline %s prints entries as files have them: no --json", what);
		if (a->expires && !zol_expect_is_day(a->expires))
			return zol_err_set(err, ZOL_USAGE, 0, "--expires: '%s' is no day as in 2027-06-30", a->expires);
		return verbs[i].run(cli, a, err);
	}
	return zol_err_set(err, ZOL_USAGE, 0, "'%s' is none of list, update and import", what);
}
