/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include "scratch.h"
#include "unit.h"
#include "wrap/sqlite.h"

static struct zol_sql *made(const char *dir, char **path)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_sql *db = NULL;

	*path = zol_asprintf("%s/x.db", dir);
	assert_int_equal(zol_sql_open(*path, true, &db, &err), 0);
	assert_int_equal(zol_sql_exec(db, "CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b TEXT)", &err), 0);
	return db;
}

UNIT(rows_come_back)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(sql) struct zol_sql *db = made(dir.path, &path);
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int64_t n = 7;

	assert_int_equal(zol_sql_do(db, "INSERT INTO t(b) VALUES(?)", ZOL_SQL_V(ZOL_SQL_T("one'; --")), &err), 1);
	assert_int_equal(zol_sql_last(db), 1);
	assert_int_equal(zol_sql_do(db, "INSERT INTO t VALUES(?, ?)", ZOL_SQL_V(ZOL_SQL_I(-5), ZOL_SQL_T(NULL)), &err),
			 1);
	assert_int_equal(zol_sql_query(db, "SELECT a, b FROM t ORDER BY a", ZOL_SQL_V0, &s, &err), 0);
	assert_int_equal(zol_stmt_next(s, &err), 1);
	assert_int_equal(zol_stmt_int(s, 0), -5);
	assert_null(zol_stmt_text(s, 1));
	assert_int_equal(zol_stmt_next(s, &err), 1);
	assert_string_equal(zol_stmt_text(s, 1), "one'; --");
	assert_int_equal(zol_stmt_next(s, &err), 0);
	assert_int_equal(zol_sql_number(db, "SELECT count(*) FROM t", ZOL_SQL_V0, &n, &err), 0);
	assert_int_equal(n, 2);
	n = 7;
	assert_int_equal(zol_sql_number(db, "SELECT max(a) FROM t WHERE a > 100", ZOL_SQL_V0, &n, &err), 0);
	assert_int_equal(n, 7);
}

UNIT(a_rollback_undoes)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(sql) struct zol_sql *db = made(dir.path, &path);
	int64_t n = 0;

	zol_sql_rollback(db);
	assert_int_equal(zol_sql_exec(db, "BEGIN IMMEDIATE; INSERT INTO t(b) VALUES('x')", &err), 0);
	zol_sql_rollback(db);
	assert_int_equal(zol_sql_number(db, "SELECT count(*) FROM t", ZOL_SQL_V0, &n, &err), 0);
	assert_int_equal(n, 0);
}

UNIT(what_was_committed_is_seen_by_others)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(sql) struct zol_sql *db = made(dir.path, &path);
	ZOL_AUTO(sql) struct zol_sql *other = NULL;
	int64_t n = 0;

	assert_int_equal(zol_sql_open(path, false, &other, &err), 0);
	assert_int_equal(zol_sql_exec(db, "BEGIN IMMEDIATE; INSERT INTO t(b) VALUES('x')", &err), 0);
	assert_int_equal(zol_sql_number(other, "SELECT count(*) FROM t", ZOL_SQL_V0, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(zol_sql_exec(db, "COMMIT", &err), 0);
	assert_int_equal(zol_sql_number(other, "SELECT count(*) FROM t", ZOL_SQL_V0, &n, &err), 0);
	assert_int_equal(n, 1);
}

UNIT(failures_have_their_codes)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(free) char *none = zol_asprintf("%s/none.db", dir.path);
	ZOL_AUTO(free) char *junk = zol_asprintf("%s/junk.db", dir.path);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(sql) struct zol_sql *db = made(dir.path, &path);
	ZOL_AUTO(sql) struct zol_sql *bad = NULL;
	FILE *f = fopen(junk, "w");

	assert_int_equal(zol_sql_open(none, false, &bad, &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	zol_err_clear(&err);
	for (int i = 0; i < 500; i++)
		(void)fputs("this is no database at all\n", f);
	(void)fclose(f);
	assert_int_equal(zol_sql_open(junk, true, &bad, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_sql_exec(db, "SELEKT", &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_sql_exec(db, "PRAGMA max_page_count = 3", &err), 0);
	assert_int_equal(zol_sql_exec(db, "INSERT INTO t(b) VALUES(zeroblob(100000))", &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOSPC);
}

/* Many make the same database at the same time: each waits for the others. */
UNIT(all_who_make_it_can_open_it)
{
	SCRATCH(dir);

	for (int turn = 0; turn < 30; turn++) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/%d.db", dir.path, turn);
		int gate[2], status, failed = 0;

		assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
		for (int i = 0; i < 12; i++) {
			struct zol_err err = ZOL_ERR_INIT;
			struct zol_sql *db = NULL;
			int r;

			if (fork() != 0)
				continue;
			close(gate[1]);
			(void)!read(gate[0], &status, 1);
			r = zol_sql_open(path, true, &db, &err);
			/* valgrind looks for leaks where a child ends, too */
			zol_sql_close(db);
			zol_err_clear(&err);
			free(path);
			_exit(r < 0);
		}
		close(gate[0]);
		close(gate[1]);
		while (wait(&status) > 0)
			failed += status != 0;
		assert_int_equal(failed, 0);
	}
}

UNIT_MAIN()
