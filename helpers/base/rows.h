/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Results as rows: one description of the columns prints an aligned table or JSON. Text that is
 * no valid UTF-8, and control characters, are escaped in both, so that a hostile file name can
 * neither break the JSON nor drive the terminal. On a terminal a table is as wide as that: the
 * widest texts go on below themselves; elsewhere a row is a line.
 */

#include "base/out.h"

/* A number that is not known: prints "-" / null. */
#define ZOL_UNKNOWN UINT64_MAX

enum zol_kind {
	ZOL_KIND_STR,      /* const char *; NULL prints "-" / null */
	ZOL_KIND_FIGURE,   /* the same, aligned as a number: "3.57" */
	ZOL_KIND_U64,      /* uint64_t; this, a size or a duration may be ZOL_UNKNOWN */
	ZOL_KIND_INT,      /* int */
	ZOL_KIND_BOOL,     /* bool: yes/no, true/false */
	ZOL_KIND_SIZE,     /* uint64_t bytes: 496.4 MB, number */
	ZOL_KIND_DURATION, /* uint64_t ms: 3m05s, number */
	ZOL_KIND_TIME,     /* int64_t seconds since 1970: ISO 8601 in UTC, string; 0: not known */
	ZOL_KIND_LIST,     /* const char *const *: space-joined, array of strings */
};

struct zol_col {
	const char *key;   /* JSON key, snake_case */
	const char *title; /* table heading, upper case; NULL: JSON only */
	enum zol_kind kind;
	size_t offset; /* of the member in the record */
};

#define ZOL_COL(key, title, kind, type, member) { key, title, ZOL_KIND_##kind, offsetof(type, member) }

/* Collects rows. Text: printed aligned at the end. JSON: an array of objects. */
struct zol_rows {
	const struct zol_out *out;
	const struct zol_col *cols;
	size_t ncols;
	struct zol_strv cells; /* text cells, row after row */
	size_t nrows;
};

void zol_rows_begin(struct zol_rows *r, const struct zol_out *out, const struct zol_col *cols, size_t ncols)
	ZOL_NONNULL(1, 2, 3);
/* Copies what it needs of the record. */
void zol_rows_add(struct zol_rows *r, const void *record) ZOL_NONNULL(1, 2);
/* Prints all (text without rows: nothing; JSON: []) and releases. */
int zol_rows_end(struct zol_rows *r, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_rows_free(struct zol_rows *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(rows, struct zol_rows, zol_rows_free);

/* One record alone: "title:  value" lines, the titles in lower case and the values aligned, or one JSON object. */
int zol_record_print(const struct zol_out *out, const struct zol_col *cols, size_t ncols, const void *record,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Columns on the terminal of len bytes of UTF-8 text. */
size_t zol_text_width(const char *text, size_t len) ZOL_NONNULL(1);
/*
 * Takes from left what fits into width columns, up to a blank, which is dropped. A longer word comes whole,
 * or where wanted cut, behind a slash or the like if it has one near. False: nothing is left.
 */
bool zol_text_piece(struct zol_span *left, size_t width, bool cut, struct zol_span *ret) ZOL_NONNULL(1, 4);
/* Appends text as lines of at most width columns where its blanks allow it; the first begins at column indent, the others after as many blanks. */
void zol_text_wrap(struct zol_str *s, struct zol_span text, size_t indent, size_t width) ZOL_NONNULL(1);
/* Appends text as a JSON string with its quotes, control characters as \u00NN; bytes that are no UTF-8 become U+FFFD. */
void zol_json_string(struct zol_str *s, const char *text) ZOL_NONNULL(1, 2);
/* Appends text with control characters and bytes that are no UTF-8 as \xNN. */
void zol_text_escape(struct zol_str *s, const char *text) ZOL_NONNULL(1, 2);
/*
 * Appends text as characters of XML 1.0 or HTML, as content and between double quotes alike: line feeds as
 * they are, tabs and carriage returns as references; other control characters, what XML does not allow and
 * bytes that are no UTF-8 become U+FFFD.
 */
void zol_xml_text(struct zol_str *s, struct zol_span text) ZOL_NONNULL(1);
