/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/num.h"
#include "core/lineedit.h"

#define BEGIN "# >>> zolkit: "
#define END "# <<< zolkit: "
#define SEAL "# zolkit: made by zolkit ["

uint32_t zol_lineedit_sum(struct zol_span text)
{
	uint32_t sum = 2166136261U;

	for (size_t i = 0; i < text.len; i++)
		sum = (sum ^ (unsigned char)text.ptr[i]) * 16777619U;
	return sum;
}

static struct zol_span from(struct zol_span text, size_t at)
{
	return zol_span(text.len > at ? text.ptr + at : "", text.len > at ? text.len - at : 0);
}

/* The line at `at`: its text without the end, and where the next one begins. */
static size_t line_at(struct zol_span text, size_t at, struct zol_span *ret)
{
	struct zol_span rest = from(text, at);
	const char *lf = memchr(rest.ptr, '\n', rest.len);
	size_t len = lf ? (size_t)(lf - rest.ptr) : rest.len;

	*ret = zol_span(rest.ptr, len);
	while (ret->len > 0 && memchr("\r \t", ret->ptr[ret->len - 1], 3))
		ret->len--;
	return at + len + (lf ? 1 : 0);
}

/* "[1b2c3d4e]" or "[1b2c3d4e eof]": what stands between the brackets at the end of a line. */
static bool bracket(struct zol_span line, struct zol_span *ret_before, uint32_t *ret_sum, bool *ret_eof)
{
	const char *open = memrchr(line.ptr, '[', line.len);
	struct zol_span in;
	uint64_t sum;

	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): what was found has a length */
	if (!open || line.ptr[line.len - 1] != ']')
		return false;
	in = zol_span(open + 1, (size_t)(line.ptr + line.len - open) - 2);
	*ret_eof = zol_span_ends(in, " eof");
	if (*ret_eof)
		in.len -= strlen(" eof");
	if (in.len != 8 || !zol_span_hex(in, &sum))
		return false;
	*ret_sum = (uint32_t)sum;
	*ret_before = zol_span(line.ptr, (size_t)(open - line.ptr));
	return true;
}

/* A block that begins with the line at `at`. */
static bool block_at(struct zol_span text, size_t at, struct zol_block *ret)
{
	struct zol_span line, before;
	size_t body, next, pos;
	uint32_t sum;

	body = next = line_at(text, at, &line);
	if (!zol_span_starts(line, BEGIN) || !bracket(line, &before, &sum, &ret->eof))
		return false;
	ret->name = zol_span_trim(from(before, strlen(BEGIN)));
	for (pos = body; pos < text.len; pos = next) {
		next = line_at(text, pos, &line);
		if (zol_span_starts(line, BEGIN))
			return false;
		if (!zol_span_starts(line, END) || !zol_span_same(from(line, strlen(END)), ret->name))
			continue;
		ret->at = at;
		ret->len = next - at;
		ret->body = zol_span(text.ptr + body, pos - body);
		ret->changed = zol_lineedit_sum(ret->body) != sum;
		return true;
	}
	return false;
}

bool zol_lineedit_block(struct zol_span text, size_t *pos, struct zol_block *ret)
{
	struct zol_span line;

	while (*pos < text.len) {
		if (block_at(text, *pos, ret)) {
			*pos = ret->at + ret->len;
			return true;
		}
		*pos = line_at(text, *pos, &line);
	}
	return false;
}

bool zol_lineedit_find(struct zol_span text, const char *name, struct zol_block *ret)
{
	size_t pos = 0;

	while (zol_lineedit_block(text, &pos, ret))
		if (zol_span_eq(ret->name, name))
			return true;
	return false;
}

bool zol_lineedit_line(struct zol_span text, size_t *pos, struct zol_line *ret)
{
	struct zol_block block;

	while (*pos < text.len) {
		size_t at = *pos;

		if (block_at(text, at, &block)) {
			*pos = block.at + block.len;
			continue;
		}
		*pos = line_at(text, at, &ret->text);
		if (zol_span_starts(ret->text, ZOL_LINE_WAS))
			continue;
		ret->at = at;
		ret->len = *pos - at;
		return true;
	}
	return false;
}

/* Puts a new text in place of the old one, unless it ran out of memory. */
static int settle(struct zol_str *text, struct zol_str *fresh, struct zol_err *err)
{
	int r = zol_str_check(fresh, err);

	if (r < 0)
		return r;
	zol_str_free(text);
	*text = *fresh;
	*fresh = (struct zol_str)ZOL_STR_INIT;
	return 0;
}

static void add_block(struct zol_str *s, const char *name, struct zol_span body, bool eof)
{
	zol_str_printf(s, BEGIN "%s [%08" PRIx32 "%s]\n", name, zol_lineedit_sum(body), eof ? " eof" : "");
	zol_str_add(s, body.ptr, body.len);
	zol_str_printf(s, END "%s\n", name);
}

/* Appends those lines of a body that are originals, switched off. */
static void add_was(struct zol_str *s, struct zol_span body)
{
	struct zol_span line;

	while (zol_span_line(&body, &line)) {
		if (!zol_span_starts(line, ZOL_LINE_WAS))
			continue;
		zol_str_add(s, line.ptr, line.len);
		zol_str_putc(s, '\n');
	}
}

static int update(struct zol_str *text, const struct zol_block *old, const char *name, struct zol_span lines,
		  enum zol_edit *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str body = ZOL_STR_INIT, fresh = ZOL_STR_INIT;
	struct zol_span all = zol_span_str(text), rest = from(all, old->at + old->len);
	int r;

	add_was(&body, old->body);
	zol_str_add(&body, lines.ptr, lines.len);
	r = zol_str_check(&body, err);
	if (r < 0)
		return r;
	if (zol_span_same(zol_span_str(&body), old->body)) {
		*ret = ZOL_EDIT_SAME;
		return 0;
	}
	if (old->changed) {
		*ret = ZOL_EDIT_KEPT;
		return 0;
	}
	zol_str_add(&fresh, all.ptr, old->at);
	add_block(&fresh, name, zol_span_str(&body), old->eof);
	zol_str_add(&fresh, rest.ptr, rest.len);
	*ret = ZOL_EDIT_CHANGED;
	return settle(text, &fresh, err);
}

int zol_lineedit_put(struct zol_str *text, const char *name, struct zol_span lines, const struct zol_line *replace,
		     enum zol_edit *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str body = ZOL_STR_INIT, fresh = ZOL_STR_INIT;
	struct zol_span all = zol_span_str(text), rest, was;
	size_t at = replace ? replace->at : all.len;
	struct zol_block old;
	bool eof;
	int r;

	if (zol_lineedit_find(all, name, &old))
		return update(text, &old, name, lines, ret, err);
	was = zol_span(all.ptr + at, replace ? replace->len : 0);
	rest = from(all, at + was.len);
	eof = rest.len == 0 && all.len > 0 && all.ptr[all.len - 1] != '\n';
	if (replace) {
		zol_str_puts(&body, ZOL_LINE_WAS);
		zol_str_add(&body, was.ptr, was.len);
		if (eof)
			zol_str_putc(&body, '\n');
	}
	zol_str_add(&body, lines.ptr, lines.len);
	r = zol_str_check(&body, err);
	if (r < 0)
		return r;
	zol_str_add(&fresh, all.ptr, at);
	if (eof && !replace)
		zol_str_putc(&fresh, '\n');
	add_block(&fresh, name, zol_span_str(&body), eof);
	zol_str_add(&fresh, rest.ptr, rest.len);
	*ret = ZOL_EDIT_CHANGED;
	return settle(text, &fresh, err);
}

int zol_lineedit_off(struct zol_str *text, const struct zol_line *line, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str fresh = ZOL_STR_INIT;
	struct zol_span all = zol_span_str(text), rest = from(all, line->at);

	zol_str_add(&fresh, all.ptr, line->at);
	zol_str_puts(&fresh, ZOL_LINE_WAS);
	zol_str_add(&fresh, rest.ptr, rest.len);
	return settle(text, &fresh, err);
}

/* Appends the originals of a block as they were. */
static void restore(struct zol_str *s, struct zol_span body)
{
	struct zol_span line;

	while (zol_span_line(&body, &line)) {
		if (!zol_span_starts(line, ZOL_LINE_WAS))
			continue;
		line = from(line, strlen(ZOL_LINE_WAS));
		zol_str_add(s, line.ptr, line.len);
		zol_str_putc(s, '\n');
	}
}

/* Where a text comes to whose edits are taken back. */
struct back {
	struct zol_str text;
	size_t eof_at; /* length at which the last newline is not the original's; SIZE_MAX: nowhere */
	unsigned kept;
};

/* A block that stays. If one before it that appended the last newline went, it answers for that now. */
static void back_keep(struct back *to, const struct zol_block *b, struct zol_span raw)
{
	ZOL_AUTO(free) char *name = NULL;

	if (to->text.len != to->eof_at || b->changed || !(name = zol_span_dup(b->name))) {
		zol_str_add(&to->text, raw.ptr, raw.len);
		return;
	}
	add_block(&to->text, name, b->body, true);
	to->eof_at = SIZE_MAX;
}

static void back_block(struct back *to, const struct zol_block *b, const char *name, struct zol_span raw)
{
	bool meant = !name || zol_span_eq(b->name, name);

	if (meant && b->changed)
		to->kept++;
	if (!meant || b->changed) {
		back_keep(to, b, raw);
		return;
	}
	restore(&to->text, b->body);
	if (b->eof)
		to->eof_at = to->text.len;
}

int zol_lineedit_drop(struct zol_str *text, const char *name, unsigned *ret_kept, struct zol_err *err)
{
	struct back to = { .text = ZOL_STR_INIT, .eof_at = SIZE_MAX };
	struct zol_span all = zol_span_str(text), line;
	struct zol_block b;
	size_t next;
	int r;

	for (size_t pos = 0; pos < all.len; pos = next) {
		if (block_at(all, pos, &b)) {
			next = b.at + b.len;
			back_block(&to, &b, name, zol_span(all.ptr + pos, b.len));
			continue;
		}
		next = line_at(all, pos, &line);
		if (!name && zol_span_starts(line, ZOL_LINE_WAS))
			pos += strlen(ZOL_LINE_WAS);
		zol_str_add(&to.text, all.ptr + pos, next - pos);
	}
	if (to.text.len > 0 && to.text.len == to.eof_at && to.text.ptr[to.text.len - 1] == '\n')
		zol_str_truncate(&to.text, to.text.len - 1);
	*ret_kept = to.kept;
	r = settle(text, &to.text, err);
	zol_str_free(&to.text);
	return r;
}

void zol_lineedit_seal(struct zol_str *text)
{
	zol_str_printf(text, SEAL "%08" PRIx32 "]\n", zol_lineedit_sum(zol_span_str(text)));
}

bool zol_lineedit_sealed(struct zol_span text)
{
	struct zol_span line = text, before;
	const char *lf;
	uint32_t sum;
	bool eof;

	if (text.len == 0 || text.ptr[text.len - 1] != '\n')
		return false;
	lf = memrchr(text.ptr, '\n', text.len - 1);
	line = from(text, lf ? (size_t)(lf - text.ptr) + 1 : 0);
	line.len--;
	return zol_span_starts(line, SEAL) && bracket(line, &before, &sum, &eof) &&
	       sum == zol_lineedit_sum(zol_span(text.ptr, (size_t)(line.ptr - text.ptr)));
}
