/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/num.h"
#include "base/rows.h"

/* The member of a record, as its type. */
#define MEMBER(type, record, col) (*(type const *)(const void *)((const char *)(record) + (col)->offset))

static void text_time(struct zol_str *s, int64_t when)
{
	time_t t = (time_t)when;
	char buf[32];
	struct tm tm;

	if (t && gmtime_r(&t, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		zol_str_puts(s, buf);
	else
		zol_str_puts(s, "-");
}

static void text_list(struct zol_str *s, const char *const *list)
{
	if (!list || !*list)
		zol_str_puts(s, "-");
	for (size_t i = 0; list && list[i]; i++) {
		if (i)
			zol_str_putc(s, ' ');
		zol_text_escape(s, list[i]);
	}
}

/* A number of 64 bits that nobody knows. */
static bool unknown(const struct zol_col *col, const void *record)
{
	return (col->kind == ZOL_KIND_U64 || col->kind == ZOL_KIND_SIZE || col->kind == ZOL_KIND_DURATION) &&
	       MEMBER(uint64_t, record, col) == ZOL_UNKNOWN;
}

static void text_cell(struct zol_str *s, const struct zol_col *col, const void *record)
{
	char buf[ZOL_NUM_TEXT];
	const char *text;

	if (unknown(col, record)) {
		zol_str_putc(s, '-');
		return;
	}
	switch (col->kind) {
	case ZOL_KIND_STR:
	case ZOL_KIND_FIGURE:
		text = MEMBER(const char *, record, col);
		zol_text_escape(s, text && *text ? text : "-");
		break;
	case ZOL_KIND_U64:
		zol_str_printf(s, "%" PRIu64, MEMBER(uint64_t, record, col));
		break;
	case ZOL_KIND_INT:
		zol_str_printf(s, "%d", MEMBER(int, record, col));
		break;
	case ZOL_KIND_BOOL:
		zol_str_puts(s, MEMBER(bool, record, col) ? "yes" : "no");
		break;
	case ZOL_KIND_SIZE:
		zol_str_puts(s, zol_num_fmt_size(MEMBER(uint64_t, record, col), buf));
		break;
	case ZOL_KIND_DURATION:
		zol_str_puts(s, zol_num_fmt_duration(MEMBER(uint64_t, record, col), buf));
		break;
	case ZOL_KIND_TIME:
		text_time(s, MEMBER(int64_t, record, col));
		break;
	case ZOL_KIND_LIST:
		text_list(s, MEMBER(const char *const *, record, col));
		break;
	}
}

static void json_list(struct zol_str *s, const char *const *list)
{
	zol_str_putc(s, '[');
	for (size_t i = 0; list && list[i]; i++) {
		if (i)
			zol_str_puts(s, ", ");
		zol_json_string(s, list[i]);
	}
	zol_str_putc(s, ']');
}

static void json_cell(struct zol_str *s, const struct zol_col *col, const void *record)
{
	const char *text;

	if (unknown(col, record)) {
		zol_str_puts(s, "null");
		return;
	}
	switch (col->kind) {
	case ZOL_KIND_STR:
	case ZOL_KIND_FIGURE:
		text = MEMBER(const char *, record, col);
		if (text)
			zol_json_string(s, text);
		else
			zol_str_puts(s, "null");
		break;
	case ZOL_KIND_U64:
	case ZOL_KIND_SIZE:
	case ZOL_KIND_DURATION:
		zol_str_printf(s, "%" PRIu64, MEMBER(uint64_t, record, col));
		break;
	case ZOL_KIND_INT:
		zol_str_printf(s, "%d", MEMBER(int, record, col));
		break;
	case ZOL_KIND_BOOL:
		zol_str_puts(s, MEMBER(bool, record, col) ? "true" : "false");
		break;
	case ZOL_KIND_TIME:
		if (!MEMBER(int64_t, record, col)) {
			zol_str_puts(s, "null");
			break;
		}
		zol_str_putc(s, '"');
		text_time(s, MEMBER(int64_t, record, col));
		zol_str_putc(s, '"');
		break;
	case ZOL_KIND_LIST:
		json_list(s, MEMBER(const char *const *, record, col));
		break;
	}
}

static void json_object(struct zol_str *s, const struct zol_col *cols, size_t ncols, const void *record)
{
	zol_str_putc(s, '{');
	for (size_t c = 0; c < ncols; c++) {
		if (c)
			zol_str_puts(s, ", ");
		zol_json_string(s, cols[c].key);
		zol_str_puts(s, ": ");
		json_cell(s, &cols[c], record);
	}
	zol_str_putc(s, '}');
}

static int print(const struct zol_out *out, const struct zol_str *text, struct zol_err *err)
{
	if (zol_str_check(text, err) < 0)
		return -(int)err->code;
	if (text->len && fwrite(text->ptr, 1, text->len, out->out) != text->len)
		return zol_err_sys(err, "cannot write to standard output");
	return 0;
}

void zol_rows_begin(struct zol_rows *r, const struct zol_out *out, const struct zol_col *cols, size_t ncols)
{
	*r = (struct zol_rows){ .out = out, .cols = cols, .ncols = ncols };
}

void zol_rows_add(struct zol_rows *r, const void *record)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	r->nrows++;
	if (r->out->json) {
		json_object(&s, r->cols, r->ncols, record);
		zol_strv_add(&r->cells, zol_str_c(&s));
		r->cells.oom |= s.oom;
		return;
	}
	for (size_t c = 0; c < r->ncols; c++) {
		if (!r->cols[c].title)
			continue;
		zol_str_truncate(&s, 0);
		text_cell(&s, &r->cols[c], record);
		zol_strv_add(&r->cells, zol_str_c(&s));
	}
	r->cells.oom |= s.oom;
}

static bool is_number(enum zol_kind kind)
{
	return kind == ZOL_KIND_U64 || kind == ZOL_KIND_INT || kind == ZOL_KIND_SIZE || kind == ZOL_KIND_DURATION ||
	       kind == ZOL_KIND_FIGURE;
}

/* The titled columns alone, as pointers. */
static size_t titled(const struct zol_rows *r, const struct zol_col **cols)
{
	size_t n = 0;

	for (size_t c = 0; c < r->ncols; c++)
		if (r->cols[c].title)
			cols[n++] = &r->cols[c];
	return n;
}

/* A table while it is laid out. */
struct layout {
	const struct zol_col **cols;
	size_t *widths;
	size_t n;
	struct zol_span *left; /* of the cells of a row: what is not printed yet */
};

static void put_cell(struct zol_str *s, struct zol_span text, size_t width, bool right)
{
	size_t pad = width - zol_text_width(text.ptr, text.len);

	zol_str_printf(s, "%*s", right ? (int)pad : 0, "");
	zol_str_add(s, text.ptr, text.len);
	zol_str_printf(s, "%*s", right ? 2 : (int)pad + 2, "");
}

/* One line of what is left of a row, without blanks at its end; false when nothing was left. */
static bool put_line(const struct layout *l, struct zol_str *s)
{
	size_t begin = s->len;
	bool any = false;

	for (size_t c = 0; c < l->n; c++) {
		struct zol_span piece = zol_span("", 0);

		any |= zol_text_piece(&l->left[c], l->widths[c], true, &piece);
		put_cell(s, piece, l->widths[c], is_number(l->cols[c]->kind));
	}
	while (s->len > begin && s->ptr[s->len - 1] == ' ')
		zol_str_truncate(s, s->len - 1);
	return any;
}

static bool may_shrink(const struct layout *l, size_t c)
{
	enum { LEAST = 8 };

	return (l->cols[c]->kind == ZOL_KIND_STR || l->cols[c]->kind == ZOL_KIND_LIST) && l->widths[c] > LEAST &&
	       l->widths[c] > strlen(l->cols[c]->title);
}

/* Makes the widest texts narrower until all stand beside each other; where that cannot be, as near as it goes. */
static void fit(const struct layout *l, size_t width)
{
	size_t sum = 2 * (l->n - 1);

	for (size_t c = 0; c < l->n; c++)
		sum += l->widths[c];
	for (; sum > width; sum--) {
		size_t widest = l->n;

		for (size_t c = 0; c < l->n; c++)
			if (may_shrink(l, c) && (widest == l->n || l->widths[c] >= l->widths[widest]))
				widest = c;
		if (widest == l->n)
			return;
		l->widths[widest]--;
	}
}

static void table(const struct zol_rows *r, const struct layout *l, struct zol_str *s)
{
	for (size_t c = 0; c < l->n; c++) {
		l->widths[c] = strlen(l->cols[c]->title);
		l->left[c] = zol_span_c(l->cols[c]->title);
		for (size_t i = c; i < r->cells.len; i += l->n) {
			size_t w = zol_text_width(r->cells.v[i], strlen(r->cells.v[i]));

			if (w > l->widths[c])
				l->widths[c] = w;
		}
	}
	if (r->out->width_out && l->n)
		fit(l, (size_t)r->out->width_out);
	zol_str_puts(s, r->out->color_out ? "\033[1m" : "");
	(void)put_line(l, s);
	zol_str_puts(s, r->out->color_out ? "\033[0m\n" : "\n");
	for (size_t i = 0; l->n && i < r->cells.len; i += l->n) {
		size_t end;

		for (size_t c = 0; c < l->n; c++)
			l->left[c] = zol_span_c(r->cells.v[i + c]);
		for (end = s->len; put_line(l, s); end = s->len)
			zol_str_putc(s, '\n');
		zol_str_truncate(s, end);
	}
}

static void json_array(const struct zol_rows *r, struct zol_str *s)
{
	zol_str_putc(s, '[');
	for (size_t i = 0; i < r->cells.len; i++)
		zol_str_printf(s, "%s\n  %s", i ? "," : "", r->cells.v[i]);
	zol_str_puts(s, r->cells.len ? "\n]\n" : "]\n");
}

int zol_rows_end(struct zol_rows *r, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(free) const struct zol_col **cols = calloc(r->ncols + 1, sizeof(*cols));
	ZOL_AUTO(free) size_t *widths = calloc(r->ncols + 1, sizeof(*widths));
	ZOL_AUTO(free) struct zol_span *left = calloc(r->ncols + 1, sizeof(*left));
	int rc = 0;

	if (!cols || !widths || !left)
		rc = zol_err_oom(err);
	else
		rc = zol_strv_check(&r->cells, err);
	if (rc == 0 && r->out->json)
		json_array(r, &s);
	else if (rc == 0 && r->cells.len)
		table(r, &(struct layout){ cols, widths, titled(r, cols), left }, &s);
	if (rc == 0)
		rc = print(r->out, &s, err);
	zol_rows_free(r);
	return rc;
}

void zol_rows_free(struct zol_rows *r)
{
	zol_strv_free(&r->cells);
	r->nrows = 0;
}

int zol_record_print(const struct zol_out *out, const struct zol_col *cols, size_t ncols, const void *record,
		     struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	size_t indent = 0;

	if (out->json) {
		json_object(&s, cols, ncols, record);
		zol_str_putc(&s, '\n');
		return print(out, &s, err);
	}
	for (size_t c = 0; c < ncols; c++)
		if (cols[c].title && strlen(cols[c].title) + 3 > indent)
			indent = strlen(cols[c].title) + 3;
	for (size_t c = 0; c < ncols; c++) {
		ZOL_AUTO(str) struct zol_str cell = ZOL_STR_INIT;
		size_t begin = s.len;

		if (!cols[c].title)
			continue;
		for (const char *p = cols[c].title; *p; p++)
			zol_str_putc(&s, (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p));
		zol_str_printf(&s, "%-*s", (int)(begin + indent - s.len), ":");
		text_cell(&cell, &cols[c], record);
		zol_text_wrap(&s, zol_span_str(&cell), indent, out->width_out ? (size_t)out->width_out : SIZE_MAX);
		s.oom |= cell.oom;
		zol_str_putc(&s, '\n');
	}
	return print(out, &s, err);
}
