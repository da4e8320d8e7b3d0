/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "cmd/test.h"
#include "core/stats.h"

#define LINES 50U

/* "95 % (82 .. 99 %)": the rate and where the true one is. */
static void rate_text(struct zol_rate r, char *buf, size_t size)
{
	double low;
	double high;

	zol_stats_wilson(r, &low, &high);
	(void)snprintf(buf, size, "%.0f %% (%.0f .. %.0f %%)", r.total ? 100.0 * (double)r.passed / (double)r.total : 0,
		       100 * low, 100 * high);
}

struct past_row {
	uint64_t run, ms, tries, passed;
	int64_t started;
	const char *suite, *name, *verdict, *kernel, *zfs, *reason;
};

static const struct zol_col past_cols[] = {
	ZOL_COL("run", "RUN", U64, struct past_row, run),
	ZOL_COL("started", "STARTED", TIME, struct past_row, started),
	ZOL_COL("suite", NULL, STR, struct past_row, suite),
	ZOL_COL("name", NULL, STR, struct past_row, name),
	ZOL_COL("verdict", "VERDICT", STR, struct past_row, verdict),
	ZOL_COL("ms", "TIME", DURATION, struct past_row, ms),
	ZOL_COL("attempts", "TRIES", U64, struct past_row, tries),
	ZOL_COL("passed", "PASSED", U64, struct past_row, passed),
	ZOL_COL("kernel", "KERNEL", STR, struct past_row, kernel),
	ZOL_COL("zfs", "ZFS", STR, struct past_row, zfs),
	ZOL_COL("reason", "REASON", STR, struct past_row, reason),
};

/* The test that "suite/name" or a name alone means. */
static int find_test(struct zol_db *db, const char *text, int64_t *test, struct zol_err *err)
{
	int64_t n = 0;

	*test = -1;
	if (zol_sql_number(db->sql, "SELECT count(*) FROM names WHERE name = ? OR suite || '/' || name = ?",
			   ZOL_SQL_V(ZOL_SQL_T(text), ZOL_SQL_T(text)), &n, err) < 0 ||
	    zol_sql_number(db->sql, "SELECT max(id) FROM names WHERE name = ? OR suite || '/' || name = ?",
			   ZOL_SQL_V(ZOL_SQL_T(text), ZOL_SQL_T(text)), test, err) < 0)
		return -(int)err->code;
	if (n == 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "%s knows no test '%s'", db->path, text);
		return zol_err_hint(err, "list them: zolkit test list SUITE");
	}
	if (n == 1)
		return 0;
	zol_err_set(err, ZOL_USAGE, 0, "%jd suites have a test '%s'", (intmax_t)n, text);
	return zol_err_hint(err, "say SUITE/%s", text);
}

static int add_past(struct zol_db *db, int64_t test, uint64_t lines, struct zol_rows *rows, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT r.run, u.started, n.suite, n.name, r.verdict, r.ms, r.tries, r.passed, r.reason,"
			      " (SELECT value FROM env WHERE run = r.run AND key = 'kernel'),"
			      " (SELECT value FROM env WHERE run = r.run AND key = 'zfs')"
			      " FROM results r JOIN names n ON n.id = r.test JOIN runs u ON u.id = r.run"
			      " WHERE r.test = ? AND r.state = 2 ORDER BY r.run DESC LIMIT ?",
			      ZOL_SQL_V(ZOL_SQL_I(test), ZOL_SQL_I(lines)), &s, err);

	while (r >= 0) {
		struct past_row row;

		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		row = (struct past_row){ .run = (uint64_t)zol_stmt_int(s, 0),
					 .started = zol_stmt_int(s, 1),
					 .suite = zol_stmt_text(s, 2),
					 .name = zol_stmt_text(s, 3),
					 .verdict = zol_verdict_name(zol_verdict_from(zol_stmt_int(s, 4))),
					 .ms = (uint64_t)zol_stmt_int(s, 5),
					 .tries = (uint64_t)zol_stmt_int(s, 6),
					 .passed = (uint64_t)zol_stmt_int(s, 7),
					 .reason = zol_stmt_text(s, 8),
					 .kernel = zol_stmt_text(s, 9),
					 .zfs = zol_stmt_text(s, 10) };
		zol_rows_add(rows, &row);
	}
	return r;
}

static int say_rate(const struct zol_cli *cli, struct zol_db *db, int64_t test, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	struct zol_rate rate;
	char text[64];
	int r = zol_sql_query(db->sql,
			      "SELECT sum(passed), sum(tries) FROM results WHERE test = ? AND verdict NOT IN (0, 3, 8)",
			      ZOL_SQL_V(ZOL_SQL_I(test)), &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r <= 0)
		return r;
	rate = (struct zol_rate){ .passed = (uint64_t)zol_stmt_int(s, 0), .total = (uint64_t)zol_stmt_int(s, 1) };
	rate_text(rate, text, sizeof(text));
	zol_out_info(&cli->out, "passed %ju of %ju attempts: %s", (uintmax_t)rate.passed, (uintmax_t)rate.total, text);
	return 0;
}

int zol_cmd_test_history(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_history_args *a = args;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int64_t test;

	if (zol_test_db_of(cli, a->db, false, &db, err) < 0)
		return -(int)err->code;
	zol_rows_begin(&rows, &cli->out, past_cols, ZOL_COUNT(past_cols));
	for (size_t i = 0; i < a->tests.len; i++)
		if (find_test(db, a->tests.v[i], &test, err) < 0 ||
		    add_past(db, test, a->lines ? a->lines : LINES, &rows, err) < 0 || say_rate(cli, db, test, err) < 0)
			return -(int)err->code;
	return zol_rows_end(&rows, err);
}

/* --- flaky, slow ----------------------------------------------------------------------------------- */

struct sum_row {
	const char *suite, *name, *rate;
	uint64_t passed, tries, runs, mean, longest;
};

static const struct zol_col flaky_cols[] = {
	ZOL_COL("suite", "SUITE", STR, struct sum_row, suite),    ZOL_COL("name", "TEST", STR, struct sum_row, name),
	ZOL_COL("passed", "PASSED", U64, struct sum_row, passed), ZOL_COL("attempts", "OF", U64, struct sum_row, tries),
	ZOL_COL("rate", "RATE", STR, struct sum_row, rate),
};

static const struct zol_col slow_cols[] = {
	ZOL_COL("suite", "SUITE", STR, struct sum_row, suite),
	ZOL_COL("name", "TEST", STR, struct sum_row, name),
	ZOL_COL("runs", "RUNS", U64, struct sum_row, runs),
	ZOL_COL("mean_ms", "MEAN", DURATION, struct sum_row, mean),
	ZOL_COL("longest_ms", "LONGEST", DURATION, struct sum_row, longest),
};

static int sums(struct zol_cli *cli, const struct zol_test_history_args *a, const char *sql, const struct zol_col *cols,
		size_t ncols, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_test_db_of(cli, a->db, false, &db, err);

	if (r == 0)
		r = zol_sql_query(db->sql, sql, ZOL_SQL_V(ZOL_SQL_I(a->lines ? a->lines : LINES)), &s, err);
	if (r)
		return r;
	zol_rows_begin(&rows, &cli->out, cols, ncols);
	while ((r = zol_stmt_next(s, err)) > 0) {
		char text[64];
		struct sum_row row = { .suite = zol_stmt_text(s, 0),
				       .name = zol_stmt_text(s, 1),
				       .rate = text,
				       .passed = (uint64_t)zol_stmt_int(s, 2),
				       .tries = (uint64_t)zol_stmt_int(s, 3),
				       .runs = (uint64_t)zol_stmt_int(s, 2),
				       .mean = (uint64_t)zol_stmt_int(s, 3),
				       .longest = (uint64_t)zol_stmt_int(s, 4) };

		rate_text((struct zol_rate){ .passed = row.passed, .total = row.tries }, text, sizeof(text));
		zol_rows_add(&rows, &row);
	}
	return r < 0 ? r : zol_rows_end(&rows, err);
}

int zol_cmd_test_flaky(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	return sums(cli, args,
		    "SELECT n.suite, n.name, sum(r.passed) AS good, sum(r.tries) AS all_of FROM results r"
		    " JOIN names n ON n.id = r.test WHERE r.verdict NOT IN (0, 3, 8) GROUP BY r.test"
		    " HAVING good > 0 AND good < all_of ORDER BY good * 1.0 / all_of LIMIT ?",
		    flaky_cols, ZOL_COUNT(flaky_cols), err);
}

int zol_cmd_test_slow(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	return sums(cli, args,
		    "SELECT n.suite, n.name, t.runs, t.mean, t.longest FROM (SELECT test, count(*) AS runs, avg(ms) AS"
		    " mean, max(ms) AS longest FROM results WHERE verdict IN (1, 2, 6, 7) GROUP BY test"
		    " ORDER BY mean DESC LIMIT ?) t JOIN names n ON n.id = t.test ORDER BY t.mean DESC",
		    slow_cols, ZOL_COUNT(slow_cols), err);
}
