/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/test.h"

#include "base/path.h"
#include "base/rows.h"
#include "core/settings.h"

int zol_test_db_of(const struct zol_cli *cli, const char *given, bool write, struct zol_db **ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(cli->settings->paths.state, "test");
	ZOL_AUTO(free) char *path = NULL;
	int r;

	if (!dir)
		return zol_err_oom(err);
	path = given ? strdup(given) : zol_path_join(dir, "results.db");
	if (!path)
		return zol_err_oom(err);
	if (write && !given && zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	r = zol_db_open(path, write, ret, err);
	if (r < 0 && !write && access(path, F_OK) < 0)
		return zol_err_hint(err, "there is one after: zolkit test run");
	return r;
}

struct run_row {
	uint64_t run;
	const char *name, *suite, *where, *shard, *state;
	int64_t started;
	uint64_t tests, pass, bad, skip, flaky, left;
};

static const struct zol_col run_cols[] = {
	ZOL_COL("run", "RUN", U64, struct run_row, run),
	ZOL_COL("name", "NAME", STR, struct run_row, name),
	ZOL_COL("suite", "SUITE", STR, struct run_row, suite),
	ZOL_COL("where", "WHERE", STR, struct run_row, where),
	ZOL_COL("shard", "SHARD", STR, struct run_row, shard),
	ZOL_COL("started", "STARTED", TIME, struct run_row, started),
	ZOL_COL("state", "STATE", STR, struct run_row, state),
	ZOL_COL("tests", "TESTS", U64, struct run_row, tests),
	ZOL_COL("passed", "PASS", U64, struct run_row, pass),
	ZOL_COL("failed", "BAD", U64, struct run_row, bad),
	ZOL_COL("flaky", "FLAKY", U64, struct run_row, flaky),
	ZOL_COL("skipped", "SKIP", U64, struct run_row, skip),
	ZOL_COL("left", "LEFT", U64, struct run_row, left),
};

static void add_run(struct zol_rows *rows, struct zol_stmt *s)
{
	struct run_row row = {
		.run = (uint64_t)zol_stmt_int(s, 0),
		.name = zol_stmt_text(s, 1),
		.suite = zol_stmt_text(s, 2),
		.where = zol_stmt_text(s, 3),
		.shard = zol_stmt_text(s, 4),
		.started = zol_stmt_int(s, 5),
		.state = zol_stmt_int(s, 6) ? "complete" : "open",
		.tests = (uint64_t)zol_stmt_int(s, 7),
		.pass = (uint64_t)zol_stmt_int(s, 8),
		.skip = (uint64_t)zol_stmt_int(s, 9),
		.flaky = (uint64_t)zol_stmt_int(s, 10),
		.left = (uint64_t)zol_stmt_int(s, 11),
	};

	row.bad = row.tests - row.pass - row.skip - row.flaky - row.left;
	zol_rows_add(rows, &row);
}

int zol_cmd_test_runs(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_list_args *a = args;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int r = zol_test_db_of(cli, a->db, false, &db, err);

	if (r == 0)
		r = zol_sql_query(db->sql,
				  "SELECT u.id, u.name, u.suite, u.place, u.shard, u.started, u.ended, count(r.test),"
				  " sum(r.verdict = 1), sum(r.verdict = 3), sum(r.verdict = 6), sum(r.state < 2)"
				  " FROM runs u LEFT JOIN results r ON r.run = u.id GROUP BY u.id ORDER BY u.id",
				  ZOL_SQL_V0, &s, err);
	if (r)
		return r;
	zol_rows_begin(&rows, &cli->out, run_cols, ZOL_COUNT(run_cols));
	while ((r = zol_stmt_next(s, err)) > 0)
		add_run(&rows, s);
	return r < 0 ? r : zol_rows_end(&rows, err);
}

const struct zol_bind zol_binds_test[] = {
	{ "test", "list", zol_cmd_test_list },         { "test", "run", zol_cmd_test_run },
	{ "test", "runs", zol_cmd_test_runs },         { "test", "report", zol_cmd_test_report },
	{ "test", "history", zol_cmd_test_history },   { "test", "flaky", zol_cmd_test_flaky },
	{ "test", "slow", zol_cmd_test_slow },         { "test", "compare", zol_cmd_test_compare },
	{ "test", "baseline", zol_cmd_test_baseline }, { "test", "merge", zol_cmd_test_merge },
	{ "test", "submit", zol_cmd_test_submit },     { "test", "classify", zol_cmd_test_classify },
};
const size_t zol_nbinds_test = ZOL_COUNT(zol_binds_test);
