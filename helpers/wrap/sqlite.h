/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * SQLite databases. Written in WAL mode, so that readers never wait for the writer and what was
 * committed outlives a kill; a locked database is waited for. A connection must not be used across fork(2).
 */

#include <stdint.h>

#include "base/str.h"

struct zol_sql;
struct zol_stmt;

/* A parameter of a statement. */
struct zol_sql_value {
	enum { ZOL_SQL_NULL, ZOL_SQL_INT, ZOL_SQL_TEXT } kind;
	int64_t number;
	const char *text; /* NULL is null; copied */
};

#define ZOL_SQL_I(n) ((struct zol_sql_value){ .kind = ZOL_SQL_INT, .number = (int64_t)(n), .text = NULL })
#define ZOL_SQL_T(s) ((struct zol_sql_value){ .kind = ZOL_SQL_TEXT, .number = 0, .text = (s) })
/* The two arguments of a call for a list of values. */
#define ZOL_SQL_V(...)                                 \
	(const struct zol_sql_value[]){ __VA_ARGS__ }, \
		sizeof((const struct zol_sql_value[]){ __VA_ARGS__ }) / sizeof(struct zol_sql_value)
#define ZOL_SQL_V0 NULL, 0

/*
 * Opens a database; write: also makes it. After a power failure it is sound, and may lack the last
 * transactions; a kill loses none. One on a read-only file system can be read. Failures: ZOL_SYSTEM with ENOENT, ENOSPC, EACCES ... or
 * ZOL_MALFORMED for a file that is no (sound) database. All functions below fail in these ways.
 */
int zol_sql_open(const char *path, bool write, struct zol_sql **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
void zol_sql_close(struct zol_sql *db);
ZOL_CLEANUP_PTR(sql, struct zol_sql *, zol_sql_close);

/* Runs statements without parameters that give no rows. */
int zol_sql_exec(struct zol_sql *db, const char *sql, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Runs one statement to its end. Returns how many rows it changed. */
int zol_sql_do(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5);

/* Prepares a statement whose rows are wanted. */
int zol_sql_query(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, struct zol_stmt **ret,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);
void zol_stmt_free(struct zol_stmt *s);
ZOL_CLEANUP_PTR(stmt, struct zol_stmt *, zol_stmt_free);
/* The next row: 1, or 0 after the last. */
int zol_stmt_next(struct zol_stmt *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* Columns of the row, from 0. Text is valid until the next row; NULL for null. */
int64_t zol_stmt_int(struct zol_stmt *s, int col) ZOL_NONNULL(1);
const char *zol_stmt_text(struct zol_stmt *s, int col) ZOL_NONNULL(1);
/* The same where there is to be a text, "" for null: a file of somebody's own making may have it all the same. */
const char *zol_stmt_word(struct zol_stmt *s, int col) ZOL_NONNULL(1);

/* The first column of the first row; *number stays as it is when there is no row or it is null. */
int zol_sql_number(struct zol_sql *db, const char *sql, const struct zol_sql_value *v, size_t n, int64_t *number,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);

/* The row that was inserted last. */
int64_t zol_sql_last(struct zol_sql *db) ZOL_NONNULL(1);

/* Ends a transaction that is still open, without effect. */
void zol_sql_rollback(struct zol_sql *db) ZOL_NONNULL(1);
