/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <time.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/test_compare.h"
#include "core/settings.h"

#define BASELINE_MAX (8U << 20)

static int load_file(const char *path, struct zol_baseline *b, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_read_file(path, BASELINE_MAX, &text, err) < 0)
		return -(int)err->code;
	return zol_baseline_parse(zol_span_str(&text), b, err) < 0 ? zol_err_wrap(err, "%s", path) : 0;
}

int zol_test_baselines(const struct zol_cli *cli, const struct zol_strv *files, struct zol_baseline *b,
		       struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(cli->settings->paths.conf, "baselines");
	struct dirent **found = NULL;
	int n;
	int r = 0;

	if (!dir)
		return zol_err_oom(err);
	for (size_t i = 0; i < files->len; i++)
		if (load_file(files->v[i], b, err) < 0)
			return -(int)err->code;
	if (files->len > 0)
		return 0;
	n = scandir(dir, &found, NULL, alphasort);
	if (n < 0 && errno != ENOENT)
		return zol_err_sys(err, "%s", dir);
	for (int i = 0; i < n; i++) {
		ZOL_AUTO(free) char *path = zol_path_join(dir, found[i]->d_name);
		size_t len = strlen(found[i]->d_name);

		if (r == 0 && len > 4 && strcmp(found[i]->d_name + len - 4, ".ini") == 0)
			r = path ? load_file(path, b, err) : zol_err_oom(err);
		free(found[i]);
	}
	free(found);
	return r;
}

int zol_test_run_fact(struct zol_db *db, int64_t run, const char *key, char **ret, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql, "SELECT value FROM env WHERE run = ? AND key = ?",
			      ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_T(key)), &s, err);
	const char *text;

	*ret = NULL;
	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r <= 0)
		return r;
	text = zol_stmt_text(s, 0);
	*ret = strdup(text ? text : "");
	return *ret ? 0 : zol_err_oom(err);
}

void zol_test_today(char day[static 11])
{
	time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || strftime(day, 11, "%Y-%m-%d", &tm) == 0)
		memcpy(day, "1970-01-01", 11);
}

/* --- the walk -------------------------------------------------------------------------------------- */

/* Attempts that count, of runs of the suite up to a run, or after it up to another. */
static int rate_of(struct zol_db *db, int64_t test, int64_t from, int64_t to, struct zol_rate *ret, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT sum(passed), sum(tries) FROM results WHERE test = ? AND run > ? AND run <= ?"
			      " AND verdict NOT IN (0, 3, 8)",
			      ZOL_SQL_V(ZOL_SQL_I(test), ZOL_SQL_I(from), ZOL_SQL_I(to)), &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r > 0)
		*ret = (struct zol_rate){ .passed = (uint64_t)zol_stmt_int(s, 0),
					  .total = (uint64_t)zol_stmt_int(s, 1) };
	return r < 0 ? r : 0;
}

struct side {
	struct zol_stmt *s;
	bool more;
	int64_t test;
	enum zol_verdict verdict;
};

static int advance(struct side *side, struct zol_err *err)
{
	int r = side->s ? zol_stmt_next(side->s, err) : 0;

	side->more = r > 0;
	if (r > 0) {
		side->test = zol_stmt_int(side->s, 0);
		side->verdict = zol_verdict_from(zol_stmt_int(side->s, 1));
	}
	return r < 0 ? r : 0;
}

static int open_side(struct zol_db *db, int64_t run, struct side *side, struct zol_err *err)
{
	if (run < 0)
		return 0;
	if (zol_sql_query(db->sql,
			  "SELECT r.test, r.verdict, n.suite || '/' || n.name, r.reason FROM results r"
			  " JOIN names n ON n.id = r.test WHERE r.run = ? ORDER BY r.test",
			  ZOL_SQL_V(ZOL_SQL_I(run)), &side->s, err) < 0)
		return -(int)err->code;
	return advance(side, err);
}

struct walk {
	const struct zol_test_comparison *c;
	struct side base, now;
	char *kernel, *zfs;
	char today[11];
};

static void free_walk(struct walk *w)
{
	zol_stmt_free(w->base.s);
	zol_stmt_free(w->now.s);
	free(w->kernel);
	free(w->zfs);
}

ZOL_CLEANUP_STRUCT(walk, struct walk, free_walk);

static int one(struct walk *w, struct zol_err *err)
{
	const struct zol_test_comparison *c = w->c;
	bool in_now = w->now.more && (!w->base.more || w->now.test <= w->base.test);
	bool in_base = w->base.more && (!w->now.more || w->base.test <= w->now.test);
	int64_t test = in_now ? w->now.test : w->base.test;
	const char *name = zol_stmt_word(in_now ? w->now.s : w->base.s, 2);
	const char *reason = in_now ? zol_stmt_text(w->now.s, 3) : NULL;
	struct zol_compare in = { .in_base = in_base,
				  .in_run = in_now,
				  .have_base = c->base >= 0,
				  .base = in_base ? w->base.verdict : ZOL_V_NONE,
				  .now = in_now ? w->now.verdict : ZOL_V_NONE,
				  .today = w->today };
	struct zol_compare_result out;

	in.expect = zol_baseline_find(c->baseline, name, w->kernel, w->zfs);
	/* history is looked at where there is something to tell */
	if (in_base && in_now && (in.base != in.now || in.now == ZOL_V_FLAKY) &&
	    (rate_of(c->db, test, 0, c->base, &in.before, err) < 0 ||
	     rate_of(c->db, test, c->base, c->run, &in.after, err) < 0))
		return -(int)err->code;
	out = zol_compare(&in);
	if (c->each(c->ctx, name, reason, &in, &out, err) < 0)
		return -(int)err->code;
	if (in_now && advance(&w->now, err) < 0)
		return -(int)err->code;
	return in_base ? advance(&w->base, err) : 0;
}

int zol_test_compare_runs(const struct zol_test_comparison *c, struct zol_err *err)
{
	ZOL_AUTO(walk) struct walk w = { .c = c };
	int r = 0;

	zol_test_today(w.today);
	if (zol_test_run_fact(c->db, c->run, "kernel", &w.kernel, err) < 0 ||
	    zol_test_run_fact(c->db, c->run, "zfs", &w.zfs, err) < 0 || open_side(c->db, c->base, &w.base, err) < 0 ||
	    open_side(c->db, c->run, &w.now, err) < 0)
		return -(int)err->code;
	while (r == 0 && (w.base.more || w.now.more))
		r = one(&w, err);
	return r;
}

/* --- the command ------------------------------------------------------------------------------------ */

struct change_row {
	const char *change, *test, *base, *now, *expected, *issue, *p, *reason;
	bool significant;
};

static const struct zol_col change_cols[] = {
	ZOL_COL("change", "CHANGE", STR, struct change_row, change),
	ZOL_COL("test", "TEST", STR, struct change_row, test),
	ZOL_COL("base", "BASE", STR, struct change_row, base),
	ZOL_COL("now", "NOW", STR, struct change_row, now),
	ZOL_COL("p", "P", STR, struct change_row, p),
	ZOL_COL("significant", "SIGNIFICANT", BOOL, struct change_row, significant),
	ZOL_COL("expected", "EXPECTED BECAUSE", STR, struct change_row, expected),
	ZOL_COL("issue", NULL, STR, struct change_row, issue),
	ZOL_COL("reason", "REASON", STR, struct change_row, reason),
};

struct printer {
	struct zol_rows rows;
	bool all;
	size_t count[ZOL_CHANGES];
};

static int print_one(void *ctx, const char *test, const char *reason, const struct zol_compare *in,
		     const struct zol_compare_result *out, struct zol_err *err)
{
	struct printer *p = ctx;
	char number[32] = "";
	struct change_row row = { .change = zol_change_name(out->change),
				  .test = test,
				  .base = in->in_base ? zol_verdict_name(in->base) : NULL,
				  .now = in->in_run ? zol_verdict_name(in->now) : NULL,
				  .reason = reason,
				  .significant = out->significant };

	(void)err;
	p->count[out->change]++;
	if (!p->all && (out->change == ZOL_CHANGE_NONE || out->change == ZOL_CHANGE_EXPECTED))
		return 0;
	if (in->before.total && in->after.total) {
		(void)snprintf(number, sizeof(number), "%.3g", out->p);
		row.p = number;
	}
	if (in->expect) {
		row.expected = in->expect->reason ? in->expect->reason : in->expect->issue;
		row.issue = in->expect->issue;
	}
	zol_rows_add(&p->rows, &row);
	return 0;
}

/* The newest complete run of the same suite and place before this one; -1 when there is none. */
static int default_base(struct zol_db *db, int64_t run, int64_t *base, struct zol_err *err)
{
	*base = -1;
	return zol_sql_number(
		db->sql,
		"SELECT max(b.id) FROM runs b, runs r WHERE r.id = ? AND b.id < r.id AND b.suite = r.suite"
		" AND b.place IS r.place AND b.shard IS r.shard AND b.ended IS NOT NULL",
		ZOL_SQL_V(ZOL_SQL_I(run)), base, err);
}

int zol_cmd_test_compare(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_compare_args *a = args;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(baseline) struct zol_baseline baseline = { 0 };
	struct printer p = { .all = a->all };
	struct zol_test_comparison c = { .baseline = &baseline, .each = print_one, .ctx = &p };
	int r;

	if (zol_test_db_of(cli, a->db, false, &db, err) < 0 ||
	    zol_test_baselines(cli, &a->baselines, &baseline, err) < 0 ||
	    zol_db_find(db, a->runs.len ? a->runs.v[0] : NULL, &c.run, err) < 0)
		return -(int)err->code;
	c.db = db;
	r = a->runs.len > 1 ? zol_db_find(db, a->runs.v[1], &c.base, err) : default_base(db, c.run, &c.base, err);
	if (r < 0)
		return r;
	zol_rows_begin(&p.rows, &cli->out, change_cols, ZOL_COUNT(change_cols));
	r = zol_test_compare_runs(&c, err);
	if (r < 0) {
		zol_rows_free(&p.rows);
		return r;
	}
	if (zol_rows_end(&p.rows, err) < 0)
		return -(int)err->code;
	if (c.base >= 0)
		zol_out_info(&cli->out, "run %jd against run %jd", (intmax_t)c.run, (intmax_t)c.base);
	else
		zol_out_info(&cli->out, "run %jd against what is expected: no earlier run is complete",
			     (intmax_t)c.run);
	for (size_t i = 1; i < ZOL_CHANGES; i++)
		if (p.count[i])
			zol_out_info(&cli->out, "%zu %s", p.count[i], zol_change_name((enum zol_change)i));
	return p.count[ZOL_CHANGE_REGRESSION] ? 1 : 0;
}
