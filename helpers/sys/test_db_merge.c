/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "sys/test_db.h"

/* Artefacts stay where they are. */
static int copy_files(struct zol_db *to, int64_t attempt, struct zol_db *from, int64_t from_attempt,
		      struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(from->sql, "SELECT kind, path FROM artefacts WHERE attempt = ?",
			      ZOL_SQL_V(ZOL_SQL_I(from_attempt)), &s, err);

	while (r >= 0) {
		ZOL_AUTO(free) char *path = NULL;
		const char *old;

		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		old = zol_stmt_word(s, 1);
		path = *old == '/' ? strdup(old) : zol_path_join(from->artefacts, old);
		if (!path)
			return zol_err_oom(err);
		r = zol_sql_do(to->sql, "INSERT OR REPLACE INTO artefacts VALUES(?, ?, ?)",
			       ZOL_SQL_V(ZOL_SQL_I(attempt), ZOL_SQL_T(zol_stmt_word(s, 0)), ZOL_SQL_T(path)), err);
	}
	return r;
}

struct pair {
	struct zol_db *to, *from;
	int64_t run, from_run;
};

static int copy_attempts(const struct pair *p, int64_t test, int64_t from_test, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(
		p->from->sql,
		"SELECT id, verdict, ms, started, reason FROM attempts WHERE run = ? AND test = ? ORDER BY id",
		ZOL_SQL_V(ZOL_SQL_I(p->from_run), ZOL_SQL_I(from_test)), &s, err);

	while (r >= 0) {
		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		r = zol_sql_do(p->to->sql,
			       "INSERT INTO attempts(run, test, verdict, ms, started, reason) VALUES(?, ?, ?, ?, ?, ?)",
			       ZOL_SQL_V(ZOL_SQL_I(p->run), ZOL_SQL_I(test), ZOL_SQL_I(zol_stmt_int(s, 1)),
					 ZOL_SQL_I(zol_stmt_int(s, 2)), ZOL_SQL_I(zol_stmt_int(s, 3)),
					 ZOL_SQL_T(zol_stmt_text(s, 4))),
			       err);
		if (r >= 0)
			r = copy_files(p->to, zol_sql_last(p->to->sql), p->from, zol_stmt_int(s, 0), err);
	}
	return r;
}

/* The test's number here, with a result in the run: made when it is not there. *state: of that result. */
static int own_test(struct zol_db *db, int64_t run, const char *suite, const char *name, int64_t *test,
		    struct zol_err *err)
{
	if (zol_sql_do(db->sql, "INSERT OR IGNORE INTO names(suite, name) VALUES(?, ?)",
		       ZOL_SQL_V(ZOL_SQL_T(suite), ZOL_SQL_T(name)), err) < 0 ||
	    zol_sql_number(db->sql, "SELECT id FROM names WHERE suite = ? AND name = ?",
			   ZOL_SQL_V(ZOL_SQL_T(suite), ZOL_SQL_T(name)), test, err) < 0)
		return -(int)err->code;
	return zol_sql_do(
		db->sql,
		"INSERT OR IGNORE INTO results(run, test, ord) SELECT ?1, ?2, count(*) FROM results WHERE run = ?1",
		ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(*test)), err);
}

/* columns: test, suite, name, state, verdict, ms, reason, tries, passed */
static int absorb_one(const struct pair *p, struct zol_stmt *s, struct zol_err *err)
{
	const char *suite = zol_stmt_word(s, 1);
	const char *name = zol_stmt_word(s, 2);
	int64_t state = ZOL_TEST_PLANNED;
	int64_t test = 0;
	int r;

	if (own_test(p->to, p->run, suite, name, &test, err) < 0)
		return -(int)err->code;
	if (zol_stmt_int(s, 3) != ZOL_TEST_DONE)
		return 0;
	if (zol_sql_number(p->to->sql, "SELECT state FROM results WHERE run = ? AND test = ?",
			   ZOL_SQL_V(ZOL_SQL_I(p->run), ZOL_SQL_I(test)), &state, err) < 0)
		return -(int)err->code;
	if (state == ZOL_TEST_DONE)
		return zol_err_set(err, ZOL_USAGE, 0, "%s: %s/%s has a result already", p->from->path, suite, name);
	r = zol_sql_do(p->to->sql,
		       "UPDATE results SET state = 2, verdict = ?, ms = ?, reason = ?, tries = ?, passed = ?"
		       " WHERE run = ? AND test = ?",
		       ZOL_SQL_V(ZOL_SQL_I(zol_stmt_int(s, 4)), ZOL_SQL_I(zol_stmt_int(s, 5)),
				 ZOL_SQL_T(zol_stmt_text(s, 6)), ZOL_SQL_I(zol_stmt_int(s, 7)),
				 ZOL_SQL_I(zol_stmt_int(s, 8)), ZOL_SQL_I(p->run), ZOL_SQL_I(test)),
		       err);
	return r < 0 ? r : copy_attempts(p, test, zol_stmt_int(s, 0), err);
}

static int absorb(const struct pair *p, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(p->from->sql,
			      "SELECT r.test, n.suite, n.name, r.state, r.verdict, r.ms, r.reason, r.tries, r.passed"
			      " FROM results r JOIN names n ON n.id = r.test WHERE r.run = ? ORDER BY r.ord, r.test",
			      ZOL_SQL_V(ZOL_SQL_I(p->from_run)), &s, err);

	while (r >= 0) {
		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		r = absorb_one(p, s, err);
	}
	return r;
}

int zol_db_absorb(struct zol_db *db, int64_t run, struct zol_db *from, int64_t from_run, struct zol_err *err)
{
	const struct pair p = { .to = db, .from = from, .run = run, .from_run = from_run };
	int r = zol_sql_exec(db->sql, "BEGIN IMMEDIATE", err);

	if (r == 0)
		r = absorb(&p, err);
	if (r >= 0)
		r = zol_sql_exec(db->sql, "COMMIT", err);
	if (r < 0)
		zol_sql_rollback(db->sql);
	return r;
}

int zol_db_lose_rest(struct zol_db *db, int64_t run, const char *reason, struct zol_err *err)
{
	return zol_sql_do(db->sql, "UPDATE results SET state = 2, verdict = 8, reason = ? WHERE run = ? AND state < 2",
			  ZOL_SQL_V(ZOL_SQL_T(reason), ZOL_SQL_I(run)), err);
}
