/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "base/path.h"
#include "sys/test_db.h"

#define STRIP 24 /* earlier runs */

int zol_db_find(struct zol_db *db, const char *text, int64_t *ret_run, struct zol_err *err)
{
	int64_t run = -1;
	uint64_t number = 0;

	if (!text || strcmp(text, "last") == 0) {
		if (zol_sql_number(db->sql, "SELECT max(id) FROM runs", ZOL_SQL_V0, &run, err) < 0)
			return -(int)err->code;
	} else if (zol_span_u64(zol_span_c(text), &number)) {
		if (zol_sql_number(db->sql, "SELECT id FROM runs WHERE id = ?", ZOL_SQL_V(ZOL_SQL_I(number)), &run,
				   err) < 0)
			return -(int)err->code;
	} else if (zol_sql_number(db->sql, "SELECT max(id) FROM runs WHERE name = ?", ZOL_SQL_V(ZOL_SQL_T(text)), &run,
				  err) < 0) {
		return -(int)err->code;
	}
	if (run >= 0) {
		*ret_run = run;
		return 0;
	}
	if (!text) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "%s has no run", db->path);
		return zol_err_hint(err, "make one: zolkit test run SUITE");
	}
	(void)zol_err_set(err, ZOL_USAGE, 0, "%s has no run '%s'", db->path, text);
	return zol_err_hint(err, "list them: zolkit test runs");
}

static int copy(char **to, const char *text, struct zol_err *err)
{
	if (!text)
		return 0;
	*to = strdup(text);
	return *to ? 0 : zol_err_oom(err);
}

int zol_db_run_text(struct zol_db *db, int64_t run, const char *column, char **ret, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	ZOL_AUTO(free) char *sql = zol_asprintf("SELECT %s FROM runs WHERE id = ?", column);
	int r;

	*ret = NULL;
	if (!sql)
		return zol_err_oom(err);
	r = zol_sql_query(db->sql, sql, ZOL_SQL_V(ZOL_SQL_I(run)), &s, err);
	if (r == 0)
		r = zol_stmt_next(s, err);
	return r <= 0 ? r : copy(ret, zol_stmt_text(s, 0), err);
}

int zol_db_run_fact(struct zol_db *db, int64_t run, const char *key, char **ret, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql, "SELECT value FROM env WHERE run = ? AND key = ?",
			      ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_T(key)), &s, err);

	*ret = NULL;
	if (r == 0)
		r = zol_stmt_next(s, err);
	return r <= 0 ? r : copy(ret, zol_stmt_text(s, 0), err);
}

static int load_head(struct zol_db *db, int64_t run, struct zol_case_set *set, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql, "SELECT name, place, started, ended FROM runs WHERE id = ?",
			      ZOL_SQL_V(ZOL_SQL_I(run)), &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r <= 0)
		return r;
	set->run = run;
	set->started = zol_stmt_int(s, 2);
	set->ended = zol_stmt_int(s, 3);
	if (copy(&set->name, zol_stmt_text(s, 0), err) < 0)
		return -(int)err->code;
	return copy(&set->where, zol_stmt_text(s, 1), err);
}

static int load_facts(struct zol_db *db, int64_t run, struct zol_case_set *set, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql, "SELECT key, value FROM env WHERE run = ? ORDER BY key",
			      ZOL_SQL_V(ZOL_SQL_I(run)), &s, err);

	while (r >= 0) {
		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		if (zol_case_fact(set, zol_stmt_word(s, 0), zol_stmt_word(s, 1), err) < 0)
			return -(int)err->code;
	}
	return r;
}

/* The verdicts of the test in earlier runs, oldest first. */
static int load_strip(struct zol_db *db, int64_t run, int64_t test, struct zol_case *c, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	char strip[STRIP + 1] = "";
	size_t n = STRIP;
	int r = zol_sql_query(
		db->sql, "SELECT verdict FROM results WHERE test = ? AND run < ? AND verdict > 0 ORDER BY run DESC",
		ZOL_SQL_V(ZOL_SQL_I(test), ZOL_SQL_I(run)), &s, err);

	while (r >= 0 && n > 0) {
		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		strip[--n] = zol_verdict_letter(zol_verdict_from(zol_stmt_int(s, 0)));
	}
	return r < 0 ? r : copy(&c->strip, strip + n, err);
}

/* How often it has passed in earlier runs. */
static int load_rate(struct zol_db *db, int64_t run, int64_t test, struct zol_case *c, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT sum(passed), sum(tries) FROM results WHERE test = ? AND run < ?"
			      " AND verdict NOT IN (0, 3, 8)",
			      ZOL_SQL_V(ZOL_SQL_I(test), ZOL_SQL_I(run)), &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r > 0)
		c->before = (struct zol_rate){ .passed = (uint64_t)zol_stmt_int(s, 0),
					       .total = (uint64_t)zol_stmt_int(s, 1) };
	return r < 0 ? r : 0;
}

/* The files of the attempt that has failed last, else of the last one. */
static int load_files(struct zol_db *db, int64_t run, int64_t test, struct zol_case *c, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db->sql,
			      "SELECT kind, path FROM artefacts WHERE attempt = (SELECT id FROM attempts WHERE run = ?"
			      " AND test = ? ORDER BY verdict IN (1, 3, 8), id DESC LIMIT 1)",
			      ZOL_SQL_V(ZOL_SQL_I(run), ZOL_SQL_I(test)), &s, err);

	while (r >= 0) {
		const char *kind;
		const char *path;
		char **slot;

		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		kind = zol_stmt_word(s, 0);
		path = zol_stmt_text(s, 1);
		slot = strcmp(kind, "log") == 0     ? &c->log :
		       strcmp(kind, "console") == 0 ? &c->console :
		       strcmp(kind, "stacks") == 0  ? &c->stacks :
						      NULL;
		if (slot && path && !*slot) {
			*slot = *path == '/' ? strdup(path) : zol_path_join(db->artefacts, path);
			if (!*slot)
				return zol_err_oom(err);
		}
	}
	return r;
}

static int load_case(struct zol_db *db, int64_t run, bool strips, struct zol_stmt *s, struct zol_case *c,
		     struct zol_err *err)
{
	int64_t test = zol_stmt_int(s, 0);

	c->verdict = zol_verdict_from(zol_stmt_int(s, 3));
	c->ms = (uint64_t)zol_stmt_int(s, 4);
	c->attempts = (uint64_t)zol_stmt_int(s, 6);
	c->passed = (uint64_t)zol_stmt_int(s, 7);
	if (copy(&c->suite, zol_stmt_word(s, 1), err) < 0 || copy(&c->name, zol_stmt_word(s, 2), err) < 0 ||
	    copy(&c->reason, zol_stmt_text(s, 5), err) < 0 || load_files(db, run, test, c, err) < 0)
		return -(int)err->code;
	if (!strips)
		return 0;
	return load_rate(db, run, test, c, err) < 0 ? -(int)err->code : load_strip(db, run, test, c, err);
}

int zol_db_load(struct zol_db *db, int64_t run, bool strips, struct zol_case_set *ret, struct zol_err *err)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = load_head(db, run, &set, err);

	if (r >= 0)
		r = load_facts(db, run, &set, err);
	if (r >= 0)
		r = zol_sql_query(
			db->sql,
			"SELECT r.test, n.suite, n.name, r.verdict, r.ms, r.reason, r.tries, r.passed"
			" FROM results r JOIN names n ON n.id = r.test WHERE r.run = ? ORDER BY r.ord, r.test",
			ZOL_SQL_V(ZOL_SQL_I(run)), &s, err);
	while (r >= 0) {
		struct zol_case *c;

		r = zol_stmt_next(s, err);
		if (r <= 0)
			break;
		c = zol_case_add(&set);
		if (!c)
			return zol_err_oom(err);
		r = load_case(db, run, strips, s, c, err);
	}
	if (r < 0)
		return r;
	*ret = set;
	set = (struct zol_case_set){ 0 };
	return 0;
}
