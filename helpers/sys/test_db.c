/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/test_db.h"

#include <time.h>

#include "base/path.h"

#define ATTEMPTS_MAX 1000

static const char schema[] =
	"CREATE TABLE runs(id INTEGER PRIMARY KEY, name TEXT, suite TEXT NOT NULL, place TEXT, shard TEXT, argv TEXT,"
	" started INTEGER NOT NULL, ended INTEGER);"
	"CREATE TABLE env(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, key TEXT NOT NULL, value TEXT,"
	" PRIMARY KEY(run, key)) WITHOUT ROWID;"
	"CREATE TABLE names(id INTEGER PRIMARY KEY, suite TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(suite, name));"
	"CREATE TABLE results(run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
	" test INTEGER NOT NULL REFERENCES names(id), ord INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
	" worker TEXT, verdict INTEGER NOT NULL DEFAULT 0, ms INTEGER NOT NULL DEFAULT 0, reason TEXT,"
	" tries INTEGER NOT NULL DEFAULT 0, passed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(run, test)) WITHOUT ROWID;"
	"CREATE INDEX results_of_test ON results(test, run, verdict, ms, passed, tries);"
	"CREATE INDEX results_waiting ON results(run, ord) WHERE state < 2;"
	"CREATE TABLE attempts(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, test INTEGER NOT NULL, verdict INTEGER NOT"
	" NULL, ms INTEGER NOT NULL, started INTEGER, reason TEXT,"
	" FOREIGN KEY(run, test) REFERENCES results(run, test) ON DELETE CASCADE);"
	"CREATE INDEX attempts_of ON attempts(run, test);"
	"CREATE TABLE artefacts(attempt INTEGER NOT NULL REFERENCES attempts(id) ON DELETE CASCADE, kind TEXT NOT NULL,"
	" path TEXT NOT NULL, PRIMARY KEY(attempt, kind)) WITHOUT ROWID;"
	"PRAGMA application_id = 0x5a6f6c54; PRAGMA user_version = 1;";

#define APPLICATION 0x5a6f6c54 /* "ZolT" */

void zol_db_close(struct zol_db *db)
{
	if (!db)
		return;
	zol_sql_close(db->sql);
	free(db->path);
	free(db->artefacts);
	free(db);
}

static int check_version(struct zol_db *db, bool write, struct zol_err *err)
{
	int64_t app = 0;
	int64_t version = 0;
	int64_t tables = 0;

	if (zol_sql_number(db->sql, "PRAGMA application_id", ZOL_SQL_V0, &app, err) < 0 ||
	    zol_sql_number(db->sql, "PRAGMA user_version", ZOL_SQL_V0, &version, err) < 0 ||
	    zol_sql_number(db->sql, "SELECT count(*) FROM sqlite_schema", ZOL_SQL_V0, &tables, err) < 0)
		return -(int)err->code;
	if (tables == 0 && app == 0 && write)
		return zol_sql_exec(db->sql, schema, err);
	if (app != APPLICATION)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s is no database of test results", db->path);
	if (version != ZOL_DB_VERSION)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s has schema %jd; this program knows %d", db->path,
				   (intmax_t)version, ZOL_DB_VERSION);
	return 0;
}

int zol_db_open(const char *path, bool write, struct zol_db **ret, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = calloc(1, sizeof(*db));

	if (db) {
		db->path = strdup(path);
		db->artefacts = zol_asprintf("%s.d", path);
	}
	if (!db || !db->path || !db->artefacts)
		return zol_err_oom(err);
	if (write && zol_mkdirs(db->artefacts, 0755, err) < 0)
		return -(int)err->code;
	if (zol_sql_open(path, write, &db->sql, err) < 0)
		return -(int)err->code;
	/* two programs that make it at the same time: one after the other */
	if (write && zol_sql_exec(db->sql, "BEGIN IMMEDIATE", err) < 0)
		return -(int)err->code;
	if (check_version(db, write, err) < 0 || (write && zol_sql_exec(db->sql, "COMMIT", err) < 0)) {
		zol_sql_rollback(db->sql);
		return -(int)err->code;
	}
	*ret = zol_take_ptr(db);
	return 0;
}

/* Ends the transaction as rc says. */
static int finish(struct zol_db *db, int rc, struct zol_err *err)
{
	if (rc >= 0)
		rc = zol_sql_exec(db->sql, "COMMIT", err) < 0 ? -(int)err->code : rc;
	if (rc < 0)
		zol_sql_rollback(db->sql);
	return rc;
}

static int begin(struct zol_db *db, struct zol_err *err)
{
	return zol_sql_exec(db->sql, "BEGIN IMMEDIATE", err);
}

static int add_test(struct zol_db *db, int64_t run, const char *suite, const char *name, size_t ord,
		    struct zol_err *err)
{
	if (zol_sql_do(db->sql, "INSERT OR IGNORE INTO names(suite, name) VALUES(?, ?)",
		       ZOL_SQL_V(ZOL_SQL_T(suite), ZOL_SQL_T(name)), err) < 0)
		return -(int)err->code;
	return zol_sql_do(db->sql,
			  "INSERT OR IGNORE INTO results(run, test, ord)"
			  " SELECT ?, id, ? FROM names WHERE suite = ? AND name = ?",
			  ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(ord), ZOL_SQL_T(suite), ZOL_SQL_T(name)), err);
}

int zol_db_fact(struct zol_db *db, int64_t run, const char *key, const char *value, struct zol_err *err)
{
	int r = zol_sql_do(db->sql, "INSERT OR REPLACE INTO env VALUES(?, ?, ?)",
			   ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_T(key), ZOL_SQL_T(value)), err);

	return r < 0 ? r : 0;
}

static int store_plan(struct zol_db *db, const struct zol_db_plan *plan, int64_t *ret_run, struct zol_err *err)
{
	int r = zol_sql_do(db->sql, "INSERT INTO runs(name, suite, place, shard, argv, started) VALUES(?,?,?,?,?,?)",
			   ZOL_SQL_V(ZOL_SQL_T(plan->name), ZOL_SQL_T(plan->suite), ZOL_SQL_T(plan->where),
				     ZOL_SQL_T(plan->shard), ZOL_SQL_T(plan->argv), ZOL_SQL_I(time(NULL))),
			   err);
	int64_t run = zol_sql_last(db->sql);

	for (size_t i = 0; i < plan->nfacts && r >= 0; i++)
		r = zol_db_fact(db, run, plan->facts[i].key, plan->facts[i].value, err);
	for (size_t i = 0; i < plan->n && r >= 0; i++)
		r = add_test(db, run, plan->suite, plan->tests[i], i, err);
	if (r >= 0)
		*ret_run = run;
	return r < 0 ? r : 0;
}

int zol_db_begin(struct zol_db *db, const struct zol_db_plan *plan, int64_t *ret_run, struct zol_err *err)
{
	int r = begin(db, err);

	return r < 0 ? r : finish(db, store_plan(db, plan, ret_run, err), err);
}

int zol_db_end(struct zol_db *db, int64_t run, struct zol_err *err)
{
	int r = zol_sql_do(db->sql, "UPDATE runs SET ended = ? WHERE id = ?",
			   ZOL_SQL_V(ZOL_SQL_I(time(NULL)), ZOL_SQL_I(run)), err);

	return r < 0 ? r : 0;
}

int zol_db_planned(struct zol_db *db, int64_t run, struct zol_strv *names, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT n.name FROM results r JOIN names n ON n.id = r.test"
			      " WHERE r.run = ? AND r.state = 0 ORDER BY r.ord",
			      ZOL_SQL_V(ZOL_SQL_I(run)), &s, err);

	while (r == 0 && (r = zol_stmt_next(s, err)) > 0) {
		zol_strv_add(names, zol_stmt_word(s, 0));
		r = 0;
	}
	return r < 0 ? r : zol_strv_check(names, err);
}

static int take_next(struct zol_db *db, int64_t run, const char *worker, const struct zol_strmap *only,
		     struct zol_db_claim *ret, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int64_t longest = 0;
	int r = zol_sql_query(db->sql,
			      "SELECT r.test, n.name, r.tries FROM results r JOIN names n ON n.id = r.test"
			      " WHERE r.run = ? AND r.state = 0 ORDER BY r.ord LIMIT ?",
			      ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(only ? -1 : 1)), &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	while (r > 0 && only && zol_strmap_get(only, zol_span_c(zol_stmt_word(s, 1))) == ZOL_STRMAP_NONE)
		r = zol_stmt_next(s, err);
	if (r <= 0)
		return r;
	ret->test = zol_stmt_int(s, 0);
	ret->tries = (uint64_t)zol_stmt_int(s, 2);
	if (zol_sql_number(db->sql,
			   "SELECT max(ms) FROM (SELECT ms FROM results WHERE test = ? AND verdict = 1"
			   " ORDER BY run DESC LIMIT 20)",
			   ZOL_SQL_V(ZOL_SQL_I(ret->test)), &longest, err) < 0 ||
	    zol_sql_do(db->sql, "UPDATE results SET state = 1, worker = ? WHERE run = ? AND test = ?",
		       ZOL_SQL_V(ZOL_SQL_T(worker), ZOL_SQL_I(run), ZOL_SQL_I(ret->test)), err) < 0)
		return -(int)err->code;
	ret->longest = longest > 0 ? (uint64_t)longest : 0;
	ret->name = strdup(zol_stmt_word(s, 1));
	return ret->name ? 1 : zol_err_oom(err);
}

int zol_db_claim(struct zol_db *db, int64_t run, const char *worker, const struct zol_strmap *only,
		 struct zol_db_claim *ret, struct zol_err *err)
{
	int r = begin(db, err);

	return r < 0 ? r : finish(db, take_next(db, run, worker, only, ret, err), err);
}

static int add_attempt(struct zol_db *db, int64_t run, int64_t test, const struct zol_db_attempt *v,
		       struct zol_err *err)
{
	int r = zol_sql_do(db->sql,
			   "INSERT INTO attempts(run, test, verdict, ms, started, reason) VALUES(?, ?, ?, ?, ?, ?)",
			   ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(test), ZOL_SQL_I(v->a.verdict), ZOL_SQL_I(v->a.ms),
				     ZOL_SQL_I(v->started), ZOL_SQL_T(v->a.reason)),
			   err);
	int64_t id = zol_sql_last(db->sql);

	for (size_t i = 0; i < v->nfiles && r >= 0; i++)
		r = zol_sql_do(db->sql, "INSERT OR REPLACE INTO artefacts VALUES(?, ?, ?)",
			       ZOL_SQL_V(ZOL_SQL_I(id), ZOL_SQL_T(v->files[i].kind), ZOL_SQL_T(v->files[i].path)), err);
	return r < 0 ? r : 0;
}

/* What all attempts of a test say together. */
struct verdict {
	struct zol_attempt a[ATTEMPTS_MAX];
	struct zol_strv reasons;
	size_t n;
	uint64_t passed, ms;
};

static int read_attempts(struct zol_db *db, int64_t run, int64_t test, struct verdict *v, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT verdict, ms, reason FROM attempts WHERE run = ? AND test = ? ORDER BY id",
			      ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(test)), &s, err);

	while (r >= 0 && v->n < ATTEMPTS_MAX) {
		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		zol_strv_add(&v->reasons, zol_stmt_word(s, 2));
		v->a[v->n].verdict = zol_verdict_from(zol_stmt_int(s, 0));
		v->a[v->n].ms = (uint64_t)zol_stmt_int(s, 1);
		v->passed += v->a[v->n].verdict == ZOL_V_PASS;
		v->ms += v->a[v->n].ms;
		v->n++;
	}
	return r < 0 ? r : zol_strv_check(&v->reasons, err);
}

static int update_result(struct zol_db *db, int64_t run, int64_t test, struct verdict *v, bool again,
			 struct zol_err *err)
{
	ZOL_AUTO(free) char *rate = NULL;
	size_t which;
	enum zol_verdict verdict = zol_verdict_of(v->a, v->n, &which);
	const char *reason = which < v->n && *v->reasons.v[which] ? v->reasons.v[which] : NULL;
	uint64_t ms = verdict == ZOL_V_FLAKY ? v->ms / v->n : which < v->n ? v->a[which].ms : 0;
	int r;

	if (verdict == ZOL_V_FLAKY) {
		rate = zol_asprintf("passed %ju of %zu: %s", (uintmax_t)v->passed, v->n, reason ? reason : "");
		if (!rate)
			return zol_err_oom(err);
		reason = rate;
	}
	r = zol_sql_do(db->sql,
		       "UPDATE results SET state = ?, worker = NULL, verdict = ?, ms = ?, reason = ?, tries = ?,"
		       " passed = ? WHERE run = ? AND test = ?",
		       ZOL_SQL_V(ZOL_SQL_I(again ? ZOL_TEST_PLANNED : ZOL_TEST_DONE), ZOL_SQL_I(again ? 0 : verdict),
				 ZOL_SQL_I(ms), ZOL_SQL_T(reason), ZOL_SQL_I(v->n), ZOL_SQL_I(v->passed),
				 ZOL_SQL_I(run), ZOL_SQL_I(test)),
		       err);
	return r < 0 ? r : 0;
}

static int conclude(struct zol_db *db, int64_t run, int64_t test, bool again, struct zol_err *err)
{
	struct verdict *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return zol_err_oom(err);
	r = read_attempts(db, run, test, v, err);
	if (r == 0)
		r = update_result(db, run, test, v, again, err);
	zol_strv_free(&v->reasons);
	free(v);
	return r;
}

int zol_db_done(struct zol_db *db, int64_t run, const struct zol_db_outcome *o, struct zol_err *err)
{
	int r = begin(db, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < o->n && r >= 0; i++)
		r = add_attempt(db, run, o->test, &o->v[i], err);
	if (r >= 0)
		r = conclude(db, run, o->test, o->again, err);
	return finish(db, r, err);
}

static int lose_one(struct zol_db *db, int64_t run, int64_t test, struct zol_err *err)
{
	const struct zol_db_attempt lost = {
		.a = { .verdict = ZOL_V_LOST, .ms = 0, .reason = "the runner was killed under it" },
		.started = (int64_t)time(NULL),
	};
	int64_t times = 0;

	if (add_attempt(db, run, test, &lost, err) < 0 ||
	    zol_sql_number(db->sql, "SELECT count(*) FROM attempts WHERE run = ? AND test = ? AND verdict = 8",
			   ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(test)), &times, err) < 0)
		return -(int)err->code;
	return conclude(db, run, test, times < ZOL_DB_LOST_MAX, err);
}

static int recover(struct zol_db *db, int64_t run, struct zol_err *err)
{
	int64_t planned = 0;

	for (;;) {
		int64_t test = -1;

		if (zol_sql_number(db->sql, "SELECT test FROM results WHERE run = ? AND state = 1 LIMIT 1",
				   ZOL_SQL_V(ZOL_SQL_I(run)), &test, err) < 0)
			return -(int)err->code;
		if (test < 0)
			break;
		if (lose_one(db, run, test, err) < 0)
			return -(int)err->code;
	}
	if (zol_sql_number(db->sql, "SELECT count(*) FROM results WHERE run = ? AND state = 0",
			   ZOL_SQL_V(ZOL_SQL_I(run)), &planned, err) < 0 ||
	    zol_sql_do(db->sql, "UPDATE runs SET ended = NULL WHERE id = ?", ZOL_SQL_V(ZOL_SQL_I(run)), err) < 0)
		return -(int)err->code;
	return (int)planned;
}

int zol_db_recover(struct zol_db *db, int64_t run, struct zol_err *err)
{
	int r = begin(db, err);

	return r < 0 ? r : finish(db, recover(db, run, err), err);
}
