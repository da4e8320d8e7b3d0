/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/num.h"
#include "base/room.h"
#include "core/folded.h"

#define DECIMALS 1000U
#define SUFFIX_LEN 4U

static const char *suffix_of(const struct zol_frame *f, enum zol_fold_marks marks)
{
	if (marks == ZOL_FOLD_PLAIN)
		return "";
	switch ((enum zol_frame_kind)f->kind) {
	case ZOL_FRAME_KERNEL:
		return "_[k]";
	case ZOL_FRAME_MODULE:
		return marks == ZOL_FOLD_KINDS ? "_[m]" : "_[k]";
	case ZOL_FRAME_JIT:
		return "_[j]";
	case ZOL_FRAME_INLINE:
		return "_[i]";
	case ZOL_FRAME_USER:
	case ZOL_FRAME_TASK:
	case ZOL_FRAME_SEPARATOR:
	default:
		return "";
	}
}

void zol_folded_count(uint64_t count, uint32_t scale, struct zol_str *out)
{
	uint64_t rest = scale > 1 ? count % scale : 0;

	zol_str_printf(out, "%llu", (unsigned long long)(scale > 1 ? count / scale : count));
	if (!rest)
		return;
	zol_str_printf(out, ".%03llu", (unsigned long long)rest);
	while (out->len && out->ptr[out->len - 1] == '0')
		zol_str_truncate(out, out->len - 1);
}

static void write_stack(const struct zol_stacks *s, const struct zol_stack *k, enum zol_fold_marks marks,
			struct zol_str *out)
{
	for (uint32_t i = 0; i < k->len; i++) {
		const struct zol_frame *f = &s->frames[s->ids[k->at + i]];

		if (i)
			zol_str_putc(out, ';');
		zol_str_add(out, f->name, f->len);
		zol_str_puts(out, suffix_of(f, marks));
	}
}

/* Do two stacks read the same? They may differ in what is not written. */
static bool same_text(const struct zol_stacks *s, const struct zol_stack *a, const struct zol_stack *b,
		      enum zol_fold_marks marks)
{
	if (a->len != b->len)
		return false;
	for (uint32_t i = 0; i < a->len; i++) {
		uint32_t l = s->ids[a->at + i], r = s->ids[b->at + i];

		if (l == r)
			continue;
		if (strcmp(s->frames[l].name, s->frames[r].name) != 0 ||
		    strcmp(suffix_of(&s->frames[l], marks), suffix_of(&s->frames[r], marks)) != 0)
			return false;
	}
	return true;
}

void zol_folded_write(const struct zol_stacks *s, enum zol_fold_marks marks, struct zol_str *out)
{
	for (size_t i = 0; i < s->len;) {
		const struct zol_stack *first = &s->v[i];
		uint64_t count = 0, before = 0;

		for (; i < s->len && same_text(s, first, &s->v[i], marks); i++) {
			count = zol_count_add(count, s->v[i].count);
			before = zol_count_add(before, s->v[i].before);
		}
		write_stack(s, first, marks, out);
		zol_str_putc(out, ' ');
		if (s->differential) {
			zol_folded_count(before, s->scale, out);
			zol_str_putc(out, ' ');
		}
		zol_folded_count(count, s->scale, out);
		zol_str_putc(out, '\n');
	}
}

/* Cuts the last blank-separated word off *line. */
static struct zol_span last_word(struct zol_span *line)
{
	struct zol_span t = zol_span_trim(*line);
	size_t at = t.len;

	while (at && t.ptr[at - 1] != ' ' && t.ptr[at - 1] != '\t')
		at--;
	*line = zol_span(t.ptr, at);
	return zol_span(t.ptr + at, t.len - at);
}

/* "12", "12.5": in thousandths with fraction; false when it is no count. */
static bool read_count(struct zol_span w, uint32_t scale, uint64_t *ret, bool *ret_decimals)
{
	const char *dot = w.len ? memchr(w.ptr, '.', w.len) : NULL;
	struct zol_span whole = dot ? zol_span(w.ptr, (size_t)(dot - w.ptr)) : w;
	uint64_t n = 0, part = 0, unit = DECIMALS;

	if (!zol_span_u64(whole, &n))
		return false;
	for (const char *p = dot ? dot + 1 : NULL; p && p < w.ptr + w.len; p++) {
		if (*p < '0' || *p > '9')
			return false;
		unit /= 10;
		part += unit * (uint64_t)(*p - '0');
	}
	if (part && ret_decimals)
		*ret_decimals = true;
	if (__builtin_mul_overflow(n, scale, &n) || __builtin_add_overflow(n, scale > 1 ? part : 0, ret))
		return false;
	return true;
}

static bool skipped(struct zol_span line)
{
	struct zol_span t = zol_span_trim(line);

	return !t.len || t.ptr[0] == '#';
}

/* Do all lines have two counts, and has any a fraction? */
static void look_through(struct zol_span text, bool *ret_two, bool *ret_decimals)
{
	struct zol_span line;
	size_t lines = 0;

	*ret_two = true;
	*ret_decimals = false;
	while (zol_span_line(&text, &line)) {
		uint64_t n;

		if (skipped(line))
			continue;
		lines++;
		(void)read_count(last_word(&line), 1, &n, ret_decimals);
		if (*ret_two && (!read_count(last_word(&line), 1, &n, ret_decimals) || !line.len))
			*ret_two = false;
	}
	*ret_two = *ret_two && lines;
}

static uint32_t frame_of(struct zol_stacks *s, struct zol_span name, bool first)
{
	static const struct {
		char letter;
		enum zol_frame_kind kind;
	} marks[] = {
		{ 'k', ZOL_FRAME_KERNEL }, { 'm', ZOL_FRAME_MODULE }, { 'j', ZOL_FRAME_JIT },
		{ 'i', ZOL_FRAME_INLINE }, { 'w', ZOL_FRAME_USER },
	};
	enum zol_frame_kind kind = first ? ZOL_FRAME_TASK : ZOL_FRAME_USER;

	if (zol_span_eq(name, "-") || zol_span_eq(name, "--"))
		kind = ZOL_FRAME_SEPARATOR;
	if (name.len > SUFFIX_LEN && zol_span_ends(name, "]") && name.ptr[name.len - 3] == '[' &&
	    name.ptr[name.len - 4] == '_') {
		for (size_t i = 0; i < ZOL_COUNT(marks); i++) {
			if (name.ptr[name.len - 2] != marks[i].letter)
				continue;
			kind = marks[i].kind;
			name.len -= SUFFIX_LEN;
			break;
		}
	}
	return zol_stacks_frame(s, name, kind, zol_span(NULL, 0));
}

/* The frames of the last line, and where each of them ends in it: sorted stacks begin as the one before. */
struct last_line {
	struct zol_span text; /* the stack without its counts */
	uint32_t *ids;
	size_t *ends;
	size_t len, ids_cap, ends_cap;
};

static void last_line_free(struct last_line *l)
{
	free(l->ids);
	free(l->ends);
}
ZOL_CLEANUP_STRUCT(last_line, struct last_line, last_line_free);

static bool add_id(struct last_line *l, uint32_t id, size_t end)
{
	uint32_t *ids = zol_room(l->ids, &l->ids_cap, l->len + 1, sizeof(*ids));
	size_t *ends = zol_room(l->ends, &l->ends_cap, l->len + 1, sizeof(*ends));

	if (ids)
		l->ids = ids;
	if (ends)
		l->ends = ends;
	if (!ids || !ends)
		return false;
	ids[l->len] = id;
	ends[l->len++] = end;
	return true;
}

static size_t same_bytes(struct zol_span a, struct zol_span b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;

		memcpy(&x, a.ptr + i, 8);
		memcpy(&y, b.ptr + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/* Keeps the frames that end, with their semicolon, where both lines are the same. Returns where the rest begins. */
static size_t keep_same(struct last_line *l, struct zol_span stack)
{
	size_t same = l->len ? same_bytes(l->text, stack) : 0, n = l->len;

	while (n && l->ends[n - 1] >= same)
		n--;
	l->len = n;
	return n ? l->ends[n - 1] + 1 : 0;
}

static bool split_frames(struct zol_span stack, struct last_line *l, struct zol_stacks *s)
{
	size_t at = keep_same(l, stack);

	l->text = stack;
	while (at < stack.len) {
		const char *semicolon = memchr(stack.ptr + at, ';', stack.len - at);
		size_t end = semicolon ? (size_t)(semicolon - stack.ptr) : stack.len;

		if (end > at && !add_id(l, frame_of(s, zol_span(stack.ptr + at, end - at), l->len == 0), end))
			return false;
		at = end + 1;
	}
	return true;
}

static int read_line(struct zol_span line, struct last_line *last, struct zol_stacks *s, struct zol_err *err)
{
	uint32_t scale = s->scale;
	uint64_t count, before = 0;

	if (!read_count(last_word(&line), scale, &count, NULL) ||
	    (s->differential && !read_count(last_word(&line), scale, &before, NULL)))
		return zol_err_set(err, ZOL_MALFORMED, 0, "no count at the end");
	line = zol_span_trim(line);
	if (!line.len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no stack before the count");
	if (!split_frames(line, last, s))
		return zol_err_oom(err);
	zol_stacks_add(s, last->ids, last->len, count, before);
	return zol_stacks_check(s, err);
}

int zol_folded_read(struct zol_span text, struct zol_stacks *s, struct zol_err *err)
{
	ZOL_AUTO(last_line) struct last_line last = { 0 };
	struct zol_span line;
	bool decimals;
	size_t n = 0;

	look_through(text, &s->differential, &decimals);
	s->scale = decimals ? DECIMALS : 1;
	while (zol_span_line(&text, &line)) {
		n++;
		if (!skipped(line) && read_line(line, &last, s, err) < 0)
			return zol_err_wrap(err, "line %zu", n);
	}
	return 0;
}
