/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Growing strings, string vectors and read-only spans.
 *
 * Running out of memory is sticky: appending to a string or vector that has run out does
 * nothing, and zol_str_check() / zol_strv_check() / the take functions report it at the end.
 * So a sequence of appends needs one check, not ten.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/err.h"

/* Bytes with a NUL kept behind them; may hold NULs. Zero-initialise. */
struct zol_str {
	char *ptr; /* NULL while nothing was ever added */
	size_t len;
	size_t cap;
	bool oom;
};

#define ZOL_STR_INIT { .ptr = NULL, .len = 0, .cap = 0, .oom = false }

void zol_str_free(struct zol_str *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(str, struct zol_str, zol_str_free);

void zol_str_add(struct zol_str *s, const void *data, size_t len) ZOL_NONNULL(1);
void zol_str_puts(struct zol_str *s, const char *text) ZOL_NONNULL(1, 2);
void zol_str_putc(struct zol_str *s, char c) ZOL_NONNULL(1);
void zol_str_printf(struct zol_str *s, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);
void zol_str_vprintf(struct zol_str *s, const char *fmt, va_list ap) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 0);

/* Makes room for at least extra more bytes; returns where they go, or NULL when out of memory. */
char *zol_str_reserve(struct zol_str *s, size_t extra) ZOL_NONNULL(1);

/* Shortens to len bytes (no-op when it is shorter already); keeps the memory. */
void zol_str_truncate(struct zol_str *s, size_t len) ZOL_NONNULL(1);

/* The bytes as a C string, "" when empty. Owned by s, valid until the next append. */
const char *zol_str_c(const struct zol_str *s) ZOL_NONNULL(1);

/* 0, or ZOL_SYSTEM/ENOMEM when an append ran out of memory. */
int zol_str_check(const struct zol_str *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Gives the buffer to the caller (free()) and resets s; never NULL except when out of memory. */
char *zol_str_take(struct zol_str *s) ZOL_MUST_CHECK ZOL_NONNULL(1);

/* A fresh formatted string, or NULL when out of memory. */
char *zol_asprintf(const char *fmt, ...) ZOL_MUST_CHECK ZOL_NONNULL(1) ZOL_PRINTF(1, 2);

/* A NULL-terminated vector of owned strings, ready for argv. Zero-initialise. */
struct zol_strv {
	char **v; /* NULL while empty */
	size_t len;
	size_t cap;
	bool oom;
};

#define ZOL_STRV_INIT { .v = NULL, .len = 0, .cap = 0, .oom = false }

void zol_strv_free(struct zol_strv *v) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(strv, struct zol_strv, zol_strv_free);

void zol_strv_add(struct zol_strv *v, const char *text) ZOL_NONNULL(1, 2);
void zol_strv_addn(struct zol_strv *v, const char *text, size_t len) ZOL_NONNULL(1, 2);
void zol_strv_addf(struct zol_strv *v, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);
/* Adds every string of a NULL-terminated list (NULL list = nothing). */
void zol_strv_extend(struct zol_strv *v, const char *const *list) ZOL_NONNULL(1);
int zol_strv_check(const struct zol_strv *v, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* The list for execve and friends; a static empty list when nothing was added. */
const char *const *zol_strv_list(const struct zol_strv *v) ZOL_NONNULL(1);
/* Sorts them by their bytes, from number `from` on. */
void zol_strv_sort(struct zol_strv *v, size_t from) ZOL_NONNULL(1);
bool zol_strv_has(const struct zol_strv *v, const char *text) ZOL_NONNULL(1, 2);

/* Appends n bytes as lower-case hexadecimal digits. */
void zol_str_hex(struct zol_str *s, const void *bytes, size_t n) ZOL_NONNULL(1);

/* Appends the words quoted so that a POSIX shell reads them back as they are. */
void zol_str_shell_quote(struct zol_str *s, const char *word) ZOL_NONNULL(1, 2);
void zol_str_shell_join(struct zol_str *s, const char *const *argv) ZOL_NONNULL(1, 2);

/* Bytes that belong to somebody else. */
struct zol_span {
	const char *ptr;
	size_t len;
};

static inline struct zol_span zol_span(const char *ptr, size_t len)
{
	return (struct zol_span){ .ptr = ptr, .len = len };
}

static inline struct zol_span zol_span_c(const char *text)
{
	return zol_span(text, strlen(text));
}

static inline struct zol_span zol_span_str(const struct zol_str *s)
{
	return zol_span(zol_str_c(s), s->len);
}

/* What follows the last slash of a path. */
static inline const char *zol_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Are these the same bytes? */
static inline bool zol_span_same(struct zol_span a, struct zol_span b)
{
	return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Does the text stand anywhere in it? */
static inline bool zol_span_has(struct zol_span a, const char *text)
{
	return a.len > 0 && memmem(a.ptr, a.len, text, strlen(text)) != NULL;
}

bool zol_span_eq(struct zol_span a, const char *text) ZOL_NONNULL(2);
bool zol_span_starts(struct zol_span a, const char *prefix) ZOL_NONNULL(2);
bool zol_span_ends(struct zol_span a, const char *suffix) ZOL_NONNULL(2);

/* Without blanks, tabs, CR and LF at both ends. */
struct zol_span zol_span_trim(struct zol_span a);

/*
 * Cuts the next line (without its LF; a CR before it stays) off *rest.
 * Returns false when nothing is left. The last line need not end in LF.
 */
bool zol_span_line(struct zol_span *rest, struct zol_span *ret_line) ZOL_NONNULL(1, 2);

/* Cuts the next run of bytes that are not in seps off *rest; false when only separators are left. */
bool zol_span_field(struct zol_span *rest, const char *seps, struct zol_span *ret_field) ZOL_NONNULL(1, 2, 3);

/* A fresh C string of the span (a NUL inside cuts it short), or NULL when out of memory. */
char *zol_span_dup(struct zol_span a) ZOL_MUST_CHECK;
/* The same on one line: control characters, NUL as well, become blanks. */
char *zol_span_dup_line(struct zol_span a) ZOL_MUST_CHECK;

/*
 * The nearest of n names to word by edit distance, for "did you mean"; NULL when none is near
 * enough (distance more than a third of the longer one's length).
 */
const char *zol_nearest(const char *word, const char *const *names, size_t n) ZOL_NONNULL(1);
