/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/num.h"
#include "wrap/sqlite.h"

#define BUSY_MS 60000

struct zol_sql {
	sqlite3 *db;
	char *path;
};

struct zol_stmt {
	sqlite3_stmt *st;
	struct zol_sql *db;
};

static int failed(struct zol_sql *db, int rc, struct zol_err *err)
{
	const char *text = db->db ? sqlite3_errmsg(db->db) : sqlite3_errstr(rc);
	int errnum = db->db ? sqlite3_system_errno(db->db) : 0;

	switch (rc & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_MISMATCH:
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: %s", db->path, text);
	case SQLITE_FULL:
		return zol_err_set(err, ZOL_SYSTEM, ENOSPC, "%s", db->path);
	case SQLITE_NOMEM:
		return zol_err_oom(err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return zol_err_set(err, ZOL_SYSTEM, EBUSY, "%s", db->path);
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return zol_err_set(err, ZOL_SYSTEM, errnum ? errnum : EIO, "%s: %s", db->path, text);
	default:
		return zol_err_set(err, ZOL_SYSTEM, 0, "%s: %s", db->path, text);
	}
}

void zol_sql_close(struct zol_sql *db)
{
	if (!db)
		return;
	(void)sqlite3_close_v2(db->db);
	free(db->path);
	free(db);
}

/*
 * A database with a write-ahead log wants to make files beside it even to be read; where it cannot, and
 * no log is left to be read as well, SQLite has to be told that nobody writes (sqlite.org/wal.html,
 * "Read-Only Databases").
 */
static int open_frozen(struct zol_sql *db)
{
	ZOL_AUTO(str) struct zol_str uri = ZOL_STR_INIT;
	ZOL_AUTO(free) char *log = zol_asprintf("%s-wal", db->path);

	zol_str_puts(&uri, "file:");
	for (const char *p = db->path; *p; p++)
		zol_str_printf(&uri, strchr("%?#", *p) ? "%%%02X" : "%c", (unsigned char)*p);
	if (log && access(log, F_OK) != 0)
		zol_str_puts(&uri, "?immutable=1");
	if (!log || uri.oom)
		return SQLITE_NOMEM;
	return sqlite3_open_v2(zol_str_c(&uri), &db->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW,
			       NULL);
}

/* Where another one does so to the same new database, SQLite does not wait, whatever its timeout. */
static int use_wal(struct zol_sql *db, struct zol_err *err)
{
	uint64_t end = zol_now_ms() + BUSY_MS;

	while (zol_sql_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", err) < 0) {
		if (err->errnum != EBUSY || zol_now_ms() >= end)
			return -(int)err->code;
		zol_err_clear(err);
		(void)poll(NULL, 0, 10);
	}
	return 0;
}

int zol_sql_open(const char *path, bool write, struct zol_sql **ret, struct zol_err *err)
{
	ZOL_AUTO(sql) struct zol_sql *db = calloc(1, sizeof(*db));
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
	bool frozen = access(path, W_OK) != 0 && errno == EROFS;
	int rc;

	if (db)
		db->path = strdup(path);
	if (!db || !db->path)
		return zol_err_oom(err);
	if (frozen && write)
		return zol_err_set(err, ZOL_SYSTEM, EROFS, "%s", path);
	rc = frozen ? open_frozen(db) : sqlite3_open_v2(path, &db->db, flags | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db->db, BUSY_MS);
	if (rc != SQLITE_OK)
		return failed(db, rc, err);
	if (zol_sql_exec(db, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;", err) < 0)
		return -(int)err->code;
	if (write && use_wal(db, err) < 0)
		return -(int)err->code;
	*ret = zol_take_ptr(db);
	return 0;
}

int zol_sql_exec(struct zol_sql *db, const char *sql, struct zol_err *err)
{
	int rc = sqlite3_exec(db->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failed(db, rc, err);
}

static int bind(sqlite3_stmt *st, const struct zol_sql_value *v, size_t n)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
		if (v[i].kind == ZOL_SQL_INT)
			rc = sqlite3_bind_int64(st, (int)i + 1, v[i].number);
		else if (v[i].kind == ZOL_SQL_TEXT && v[i].text)
			rc = sqlite3_bind_text(st, (int)i + 1, v[i].text, -1, SQLITE_TRANSIENT);
	}
	return rc;
}

int zol_sql_query(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, struct zol_stmt **ret,
		  struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return zol_err_oom(err);
	s->db = db;
	rc = sqlite3_prepare_v2(db->db, sql, -1, &s->st, NULL);
	if (rc == SQLITE_OK)
		rc = bind(s->st, v, n);
	if (rc != SQLITE_OK)
		return failed(db, rc, err);
	*ret = zol_take_ptr(s);
	return 0;
}

void zol_stmt_free(struct zol_stmt *s)
{
	if (!s)
		return;
	(void)sqlite3_finalize(s->st);
	free(s);
}

int zol_stmt_next(struct zol_stmt *s, struct zol_err *err)
{
	int rc = sqlite3_step(s->st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : failed(s->db, rc, err);
}

int64_t zol_stmt_int(struct zol_stmt *s, int col)
{
	return sqlite3_column_int64(s->st, col);
}

const char *zol_stmt_text(struct zol_stmt *s, int col)
{
	return (const char *)sqlite3_column_text(s->st, col);
}

const char *zol_stmt_word(struct zol_stmt *s, int col)
{
	const char *text = zol_stmt_text(s, col);

	return text ? text : "";
}

int zol_sql_do(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db, sql, v, n, &s, err);

	if (r < 0)
		return r;
	do {
		r = zol_stmt_next(s, err);
	} while (r > 0);
	return r < 0 ? r : sqlite3_changes(db->db);
}

int zol_sql_number(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, int64_t *number,
		   struct zol_err *err)
{
	ZOL_AUTO(stmt) struct zol_stmt *s = NULL;
	int r = zol_sql_query(db, sql, v, n, &s, err);

	if (r == 0)
		r = zol_stmt_next(s, err);
	if (r > 0 && sqlite3_column_type(s->st, 0) != SQLITE_NULL)
		*number = zol_stmt_int(s, 0);
	return r < 0 ? r : 0;
}

int64_t zol_sql_last(struct zol_sql *db)
{
	return sqlite3_last_insert_rowid(db->db);
}

void zol_sql_rollback(struct zol_sql *db)
{
	if (!sqlite3_get_autocommit(db->db))
		(void)sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
}
