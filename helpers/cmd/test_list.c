/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "cmd/test_run.h"

struct suite_row {
	const char *name, *where, *parser, *title;
	const char *const *groups;
	uint64_t runs;
};

static const struct zol_col suite_cols[] = {
	ZOL_COL("name", "SUITE", STR, struct suite_row, name),
	ZOL_COL("where", "WHERE", STR, struct suite_row, where),
	ZOL_COL("parser", NULL, STR, struct suite_row, parser),
	ZOL_COL("runs", "RUNS", U64, struct suite_row, runs),
	ZOL_COL("groups", "GROUPS", LIST, struct suite_row, groups),
	ZOL_COL("title", "TITLE", STR, struct suite_row, title),
};

static int add_suite(const struct zol_cli *cli, struct zol_db *db, const char *name, struct zol_rows *rows,
		     struct zol_err *err)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(free) char *dir = NULL;
	ZOL_AUTO(strv) struct zol_strv groups = ZOL_STRV_INIT;
	struct suite_row row = { .name = name };
	int64_t runs = 0;

	if (zol_test_suite_load(cli, name, &s, &dir, err) < 0)
		return -(int)err->code;
	if (db && zol_sql_number(db->sql, "SELECT count(*) FROM runs WHERE suite = ?", ZOL_SQL_V(ZOL_SQL_T(name)),
				 &runs, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < s.ngroups; i++)
		zol_strv_add(&groups, s.groups[i].name);
	row.where = s.gone ? "gone" : zol_suite_where_name(s.where);
	row.parser = zol_suite_parser_name(s.parser);
	row.title = s.gone ? s.gone : s.title;
	row.groups = zol_strv_list(&groups);
	row.runs = (uint64_t)runs;
	zol_rows_add(rows, &row);
	return 0;
}

static int list_suites(struct zol_cli *cli, struct zol_db *db, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };

	if (zol_test_suite_names(cli, &names, err) < 0)
		return -(int)err->code;
	zol_rows_begin(&rows, &cli->out, suite_cols, ZOL_COUNT(suite_cols));
	for (size_t i = 0; i < names.len; i++)
		if (add_suite(cli, db, names.v[i], &rows, err) < 0)
			return -(int)err->code;
	return zol_rows_end(&rows, err);
}

struct test_row {
	const char *suite, *name, *verdict, *reason;
	const char *const *groups;
	uint64_t ms;
};

static const struct zol_col test_cols[] = {
	ZOL_COL("suite", "SUITE", STR, struct test_row, suite),
	ZOL_COL("name", "TEST", STR, struct test_row, name),
	ZOL_COL("verdict", "LAST", STR, struct test_row, verdict),
	ZOL_COL("ms", "TIME", DURATION, struct test_row, ms),
	ZOL_COL("groups", "GROUPS", LIST, struct test_row, groups),
	ZOL_COL("reason", "REASON", STR, struct test_row, reason),
};

static int add_test(struct zol_db *db, const struct zol_suite *s, const char *test, struct zol_rows *rows,
		    struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *st = NULL;
	ZOL_AUTO(strv) struct zol_strv groups = ZOL_STRV_INIT;
	struct test_row row = { .suite = s->name, .name = test, .ms = ZOL_UNKNOWN };
	int r = 0;

	for (size_t i = 0; i < s->ngroups; i++)
		if (zol_suite_group_has(&s->groups[i], test))
			zol_strv_add(&groups, s->groups[i].name);
	row.groups = zol_strv_list(&groups);
	if (db)
		r = zol_sql_query(db->sql,
				  "SELECT r.verdict, r.ms, r.reason FROM results r JOIN names n ON n.id = r.test"
				  " WHERE n.suite = ? AND n.name = ? AND r.verdict > 0 ORDER BY r.run DESC LIMIT 1",
				  ZOL_SQL_V(ZOL_SQL_T(s->name), ZOL_SQL_T(test)), &st, err);
	if (r == 0 && db)
		r = zol_stmt_next(st, err);
	if (r > 0) {
		row.verdict = zol_verdict_name(zol_verdict_from(zol_stmt_int(st, 0)));
		row.ms = (uint64_t)zol_stmt_int(st, 1);
		row.reason = zol_stmt_text(st, 2);
	}
	zol_rows_add(rows, &row);
	return r < 0 ? r : 0;
}

static int list_tests(struct zol_cli *cli, struct zol_db *db, const char *name, struct zol_rows *rows,
		      struct zol_err *err)
{
	ZOL_AUTO(test_plan) struct zol_test_plan p = { 0 };
	ZOL_AUTO(test_target) struct zol_test_target t = ZOL_TEST_TARGET_INIT;
	const struct zol_vm_boot_args boot = { 0 };

	if (zol_test_suite_load(cli, name, &p.suite, &p.suite_dir, err) < 0 ||
	    zol_test_target_init(cli, zol_suite_where_name(p.suite.where), &boot, &t, err) < 0)
		return -(int)err->code;
	if (p.suite.gone)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: %s", name, p.suite.gone);
	if (zol_test_suite_tests(&p.suite, &t, &p.tests, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < p.tests.len; i++)
		if (add_test(db, &p.suite, p.tests.v[i], rows, err) < 0)
			return -(int)err->code;
	return 0;
}

int zol_cmd_test_list(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_list_args *a = args;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };

	/* no results yet is no reason not to list */
	if (zol_test_db_of(cli, a->db, false, &db, err) < 0) {
		if (err->errnum != ENOENT || a->db)
			return -(int)err->code;
		zol_err_clear(err);
	}
	if (a->suites.len == 0)
		return list_suites(cli, db, err);
	zol_rows_begin(&rows, &cli->out, test_cols, ZOL_COUNT(test_cols));
	for (size_t i = 0; i < a->suites.len; i++)
		if (list_tests(cli, db, a->suites.v[i], &rows, err) < 0)
			return -(int)err->code;
	return zol_rows_end(&rows, err);
}
