/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "core/console_event.h"

#define PIECE 65536U /* a longer line is read in pieces of this */
#define FIRST 8U     /* of the log, which tell whether the kernel runs already */

int zol_console_find_new(struct zol_console_find **ret, struct zol_err *err)
{
	struct zol_console_find *f = calloc(1, sizeof(*f));

	if (f)
		f->filter = zol_console_prefilter_new();
	/* The whole room at once: a line must not be lost when memory is short later. */
	if (!f || !f->filter || !zol_str_reserve(&f->pend, PIECE)) {
		zol_console_find_free(f);
		return zol_err_oom(err);
	}
	f->deep = FIRST;
	*ret = f;
	return 0;
}

void zol_console_find_free(struct zol_console_find *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		zol_finding_free(&f->found[i]);
	zol_console_event_free(&f->e);
	zol_str_free(&f->pend);
	zol_console_prefilter_free(f->filter);
	free(f);
}

/* The end of the piece that begins at from, its LF included. */
static size_t piece_end(struct zol_span text, size_t from)
{
	size_t n = text.len - from < PIECE ? text.len - from : PIECE;
	const char *lf = memchr(text.ptr + from, '\n', n);

	return lf ? (size_t)(lf - text.ptr) + 1 : from + n;
}

/* The piece in which at lies, which is not before from, the start of a piece. */
static size_t piece_start(struct zol_span text, size_t from, size_t at)
{
	const char *lf = at > from ? memrchr(text.ptr + from, '\n', at - from) : NULL;
	size_t start = lf ? (size_t)(lf - text.ptr) + 1 : from;

	return start + (at - start) / PIECE * PIECE;
}

/* Whole lines, and pieces of PIECE bytes. */
static void take_text(struct zol_console_find *f, struct zol_span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t end;

		if (f->deep == 0) {
			size_t hit = zol_console_prefilter_next(f->filter, text.ptr, text.len, at);
			size_t start = hit < text.len ? piece_start(text, at, hit) : text.len;

			f->lines += zol_console_count_lines(text.ptr + at, start - at);
			f->bytes += start - at;
			at = start;
			if (at == text.len)
				break;
		}
		end = piece_end(text, at);
		zol_console_event_line(f, zol_span(text.ptr + at, end - at - (text.ptr[end - 1] == '\n')));
		f->lines += text.ptr[end - 1] == '\n';
		f->bytes += end - at;
		at = end;
	}
}

bool zol_console_find_feed(struct zol_console_find *f, const void *data, size_t len)
{
	struct zol_span rest = zol_span(data, len);

	f->changed = false;
	while (rest.len > 0) {
		const char *lf;
		size_t n;

		if (f->pend.len > 0) {
			size_t room = PIECE - f->pend.len;

			lf = memchr(rest.ptr, '\n', rest.len < room ? rest.len : room);
			n = lf ? (size_t)(lf - rest.ptr) + 1 : rest.len < room ? rest.len : room;
			zol_str_add(&f->pend, rest.ptr, n);
			rest = zol_span(rest.ptr + n, rest.len - n);
			if (!lf && f->pend.len < PIECE)
				break;
			take_text(f, zol_span_str(&f->pend));
			zol_str_truncate(&f->pend, 0);
			continue;
		}
		lf = memrchr(rest.ptr, '\n', rest.len);
		n = lf ? (size_t)(lf - rest.ptr) + 1 : 0;
		n += (rest.len - n) / PIECE * PIECE;
		if (n > 0)
			take_text(f, zol_span(rest.ptr, n));
		rest = zol_span(rest.ptr + n, rest.len - n);
		if (rest.len > 0)
			zol_str_add(&f->pend, rest.ptr, rest.len);
		break;
	}
	return f->changed;
}

void zol_console_find_end(struct zol_console_find *f)
{
	if (f->pend.len > 0)
		take_text(f, zol_span_str(&f->pend));
	zol_str_truncate(&f->pend, 0);
	zol_console_event_close(f);
}

size_t zol_console_find_count(const struct zol_console_find *f)
{
	return f->n + f->open;
}

const struct zol_finding *zol_console_find_get(const struct zol_console_find *f, size_t i)
{
	return i < f->n ? &f->found[i] : f->open && i == f->n ? &f->e.v : NULL;
}

const struct zol_finding *zol_console_find_worst(const struct zol_console_find *f)
{
	const struct zol_finding *worst = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = i < f->n ? &f->found[i] : &f->e.v;
		unsigned w = zol_finding_severity(v->kind) + (v->stopped ? 10 : 0);

		if (w > most) {
			most = w;
			worst = v;
		}
	}
	return worst;
}

uint64_t zol_console_find_dropped(const struct zol_console_find *f)
{
	return f->dropped;
}

uint64_t zol_console_find_lines(const struct zol_console_find *f)
{
	return f->lines;
}

const char *zol_console_find_release(const struct zol_console_find *f)
{
	return f->release[0] ? f->release : NULL;
}

int zol_console_find_locate(struct zol_console_find *f, size_t i, struct zol_span inlined, struct zol_span file,
			    unsigned line, struct zol_err *err)
{
	struct zol_finding *v = i < f->n ? &f->found[i] : NULL;

	if (!v || v->file || file.len == 0)
		return 0;
	v->file = zol_span_dup(file);
	v->inlined = inlined.len > 0 ? zol_span_dup(inlined) : NULL;
	v->line = line;
	return v->file && (inlined.len == 0 || v->inlined) ? 0 : zol_err_oom(err);
}

void zol_finding_text(const struct zol_finding *v, struct zol_str *text)
{
	zol_str_puts(text, zol_finding_kind_name(v->kind));
	zol_str_puts(text, ":");
	if (v->function)
		zol_str_printf(text, " %s", v->function);
	if (v->module)
		zol_str_printf(text, " [%s]", v->module);
	if (v->file)
		zol_str_printf(text, " at %s:%u", v->file, v->line);
	if (v->inlined)
		zol_str_printf(text, " (%s)", v->inlined);
	if (v->function || v->module || v->file)
		zol_str_puts(text, ":");
	zol_str_printf(text, " %s", v->title ? v->title : zol_finding_kind_text(v->kind));
	if (v->stopped && v->kind != ZOL_FIND_PANIC)
		zol_str_puts(text, " (the kernel has stopped)");
	if (v->times > 1)
		zol_str_printf(text, " (%" PRIu64 " times)", v->times);
}
