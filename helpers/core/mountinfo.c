/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/num.h"
#include "base/room.h"
#include "core/mountinfo.h"

/* A backslash and three octal digits as one byte; anything else as it is. Never yields a NUL. */
static char *unescape(struct zol_span a)
{
	char *out = malloc(a.len + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < a.len; i++) {
		unsigned value = 0;
		size_t digits = 0;

		while (a.ptr[i] == '\\' && digits < 3 && i + 1 + digits < a.len && a.ptr[i + 1 + digits] >= '0' &&
		       a.ptr[i + 1 + digits] <= '7') {
			value = value * 8 + (unsigned)(a.ptr[i + 1 + digits] - '0');
			digits++;
		}
		if (digits == 3 && value > 0 && value < 256) {
			out[n++] = (char)value;
			i += 3;
		} else {
			out[n++] = a.ptr[i];
		}
	}
	out[n] = '\0';
	return out;
}

/*
 * Exactly one blank separates fields (a source may be empty: "- tmpfs  rw"), so that
 * zol_span_field(), which swallows runs of separators, would shift them.
 */
static bool next_field(struct zol_span *rest, struct zol_span *ret)
{
	if (!rest->ptr)
		return false;

	const char *blank = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
	size_t len = blank ? (size_t)(blank - rest->ptr) : rest->len;

	*ret = zol_span(rest->ptr, len);
	*rest = blank ? zol_span(blank + 1, rest->len - len - 1) : zol_span(NULL, 0);
	return true;
}

static void row_free(struct zol_mountinfo_row *row)
{
	free(row->root);
	free(row->point);
	free(row->options);
	free(row->optional);
	free(row->fstype);
	free(row->source);
	free(row->super);
}

/* The optional fields up to the "-" as one span (without the blank before it); false when there is no "-". */
static bool optional_fields(struct zol_span *rest, struct zol_span *ret)
{
	const char *start = rest->ptr;
	struct zol_span field;

	while (next_field(rest, &field)) {
		if (zol_span_eq(field, "-")) {
			size_t len = (size_t)(field.ptr - start);

			*ret = zol_span(start, len ? len - 1 : 0);
			return true;
		}
	}
	return false;
}

/* 1 when the line is a row, 0 when it is malformed, negative when out of memory. */
static int parse_row(struct zol_span line, struct zol_mountinfo_row *row)
{
	struct zol_span id, parent, dev, root, point, options, optional, fstype, source, super;

	if (!next_field(&line, &id) || !zol_span_u64(id, &row->id) || !next_field(&line, &parent) ||
	    !zol_span_u64(parent, &row->parent) || !next_field(&line, &dev) || !next_field(&line, &root) ||
	    !next_field(&line, &point) || !next_field(&line, &options) || !optional_fields(&line, &optional) ||
	    !next_field(&line, &fstype) || !next_field(&line, &source) || !next_field(&line, &super))
		return 0;
	/* "/" first, except for pseudo roots as "mnt:[4026531841]" and unreachable ones. */
	if (!root.len || !point.len || !options.len || !fstype.len)
		return 0;
	row->root = unescape(root);
	row->point = unescape(point);
	row->options = unescape(options);
	row->optional = unescape(optional);
	row->fstype = unescape(fstype);
	row->source = unescape(source);
	row->super = unescape(super);
	return row->root && row->point && row->options && row->optional && row->fstype && row->source && row->super ?
		       1 :
		       -1;
}

static int add_row(struct zol_mountinfo *mi, size_t *cap, struct zol_span line)
{
	struct zol_mountinfo_row *rows = zol_room(mi->rows, cap, mi->len + 1, sizeof(*rows)), row = { 0 };
	int rc;

	if (!rows)
		return -1;
	mi->rows = rows;
	rc = parse_row(line, &row);
	if (rc <= 0)
		row_free(&row);
	else
		rows[mi->len++] = row;
	return rc;
}

int zol_mountinfo_parse(struct zol_span text, struct zol_mountinfo *ret, struct zol_err *err)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
	size_t cap = 0, lineno = 0;
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		lineno++;
		int rc = add_row(&mi, &cap, line);

		if (rc < 0)
			return zol_err_oom(err);
		if (rc == 0)
			return zol_err_set(err, ZOL_MALFORMED, 0, "mountinfo: line %zu is malformed", lineno);
	}
	*ret = mi;
	mi = (struct zol_mountinfo){ 0 };
	return 0;
}

void zol_mountinfo_free(struct zol_mountinfo *mi)
{
	for (size_t i = 0; i < mi->len; i++)
		row_free(&mi->rows[i]);
	free(mi->rows);
	*mi = (struct zol_mountinfo){ 0 };
}

const struct zol_mountinfo_row *zol_mountinfo_find(const struct zol_mountinfo *mi, uint64_t id)
{
	for (size_t i = 0; i < mi->len; i++)
		if (mi->rows[i].id == id)
			return &mi->rows[i];
	return NULL;
}

bool zol_mountinfo_below(const struct zol_mountinfo *mi, const struct zol_mountinfo_row *row, uint64_t top)
{
	/* At most len steps: what we read need not be a tree. */
	for (size_t steps = 0; steps <= mi->len; steps++) {
		if (row->id == top)
			return true;
		if (row->parent == row->id)
			return false;
		row = zol_mountinfo_find(mi, row->parent);
		if (!row)
			return false;
	}
	return false;
}

bool zol_mountinfo_option(const char *list, const char *option)
{
	struct zol_span rest = zol_span_c(list), field;

	while (zol_span_field(&rest, ",", &field))
		if (zol_span_eq(field, option))
			return true;
	return false;
}
