/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "core/udiff.h"

#define CONTEXT 3
/* Beyond this many changed lines the memory for the trace (a square of it) is not worth it. */
#define MAX_EDITS 1000

struct lines {
	struct zol_span *v;
	size_t n;
};

static void cleanup_lines(struct lines *l)
{
	free(l->v);
}

/* How a line goes into the result. */
struct script {
	char *ops; /* ' ', '-', '+' */
	size_t n;
};

static void cleanup_script(struct script *s)
{
	free(s->ops);
}

/* Lines with their LF, so that a last one without it differs from one with it. */
static int split(struct zol_span text, struct lines *ret, struct zol_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n' || i + 1 == text.len;
	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return zol_err_oom(err);
	while (text.len > 0) {
		const char *lf = memchr(text.ptr, '\n', text.len);
		size_t len = lf ? (size_t)(lf - text.ptr) + 1 : text.len;

		ret->v[ret->n++] = zol_span(text.ptr, len);
		text = zol_span(text.ptr + len, text.len - len);
	}
	return 0;
}

/* The middle part, between the common head and tail. */
struct middle {
	const struct zol_span *a, *b;
	int n, m;
};

/* One step of Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986): furthest x on diagonal k. */
static int furthest(const struct middle *mid, const int *v, int d, int k)
{
	int x = k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;
	int y = x - k;

	while (x < mid->n && y < mid->m && zol_span_same(mid->a[x], mid->b[y])) {
		x++;
		y++;
	}
	return x;
}

/* Walks back through the trace and writes the operations from the end. */
static void walk_back(const struct middle *mid, const int *trace, int d, char *ops)
{
	int x = mid->n, y = mid->m, at = 0;

	for (; d >= 0; d--) {
		const int *v = trace + (size_t)d * (2 * MAX_EDITS + 3) + MAX_EDITS + 1;
		int k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		int px = d == 0 ? 0 : v[down ? k + 1 : k - 1];
		int py = d == 0 ? 0 : px - (down ? k + 1 : k - 1);

		for (; x > px && y > py; x--, y--)
			ops[at++] = ' ';
		if (d > 0)
			ops[at++] = down ? '+' : '-';
		x = px;
		y = py;
	}
	for (int i = 0; i < at / 2; i++) {
		char c = ops[i];

		ops[i] = ops[at - 1 - i];
		ops[at - 1 - i] = c;
	}
	ops[at] = '\0';
}

/* Fills ops for the middle; false when there are too many differences. */
static bool myers(const struct middle *mid, char *ops, int *trace)
{
	const int width = 2 * MAX_EDITS + 3;
	int v_[2 * MAX_EDITS + 3] = { 0 }, *v = v_ + MAX_EDITS + 1;

	for (int d = 0; d <= MAX_EDITS; d++) {
		memcpy(trace + (size_t)d * (size_t)width, v_, sizeof(v_));
		for (int k = -d; k <= d; k += 2) {
			v[k] = furthest(mid, v, d, k);
			if (v[k] >= mid->n && v[k] - k >= mid->m) {
				walk_back(mid, trace, d, ops);
				return true;
			}
		}
	}
	return false;
}

static int compare(const struct lines *a, const struct lines *b, struct script *ret, struct zol_err *err)
{
	size_t head = 0, tail = 0, max = a->n + b->n, n;
	ZOL_AUTO(free) int *trace = NULL;
	struct middle mid;

	while (head < a->n && head < b->n && zol_span_same(a->v[head], b->v[head]))
		head++;
	while (tail < a->n - head && tail < b->n - head && zol_span_same(a->v[a->n - 1 - tail], b->v[b->n - 1 - tail]))
		tail++;
	ret->ops = calloc(1, max + 1);
	if (!ret->ops)
		return zol_err_oom(err);
	memset(ret->ops, ' ', head);
	mid = (struct middle){ a->v + head, b->v + head, (int)(a->n - head - tail), (int)(b->n - head - tail) };
	if (max < INT32_MAX / 2)
		trace = malloc((size_t)(MAX_EDITS + 1) * (2 * MAX_EDITS + 3) * sizeof(*trace));
	if (!trace || !myers(&mid, ret->ops + head, trace)) {
		memset(ret->ops + head, '-', (size_t)mid.n);
		memset(ret->ops + head + mid.n, '+', (size_t)mid.m);
	}
	n = strlen(ret->ops);
	memset(ret->ops + n, ' ', tail);
	ret->n = n + tail;
	return 0;
}

static void add_line(struct zol_str *out, char op, struct zol_span line)
{
	zol_str_putc(out, op);
	zol_str_add(out, line.ptr, line.len);
	if (!zol_span_ends(line, "\n"))
		zol_str_puts(out, "\n\\ No newline at end of file\n");
}

/* "-3,7": where a hunk is; an empty side names the line before. */
static void add_range(struct zol_str *out, char sign, size_t at, size_t n)
{
	zol_str_printf(out, "%c%zu", sign, n ? at + 1 : at);
	if (n != 1)
		zol_str_printf(out, ",%zu", n);
}

/* The end (in operations) of the hunk that begins at `from`. */
static size_t hunk_end(const struct script *s, size_t from)
{
	size_t last = from;

	for (size_t i = from; i < s->n && i <= last + 2 * CONTEXT + 1; i++)
		if (s->ops[i] != ' ')
			last = i;
	return last + 1 + CONTEXT < s->n ? last + 1 + CONTEXT : s->n;
}

static void print_hunks(struct zol_str *out, const struct script *s, const struct lines *a, const struct lines *b)
{
	size_t ai = 0, bi = 0, at = 0;

	while (at < s->n) {
		size_t first = at, from, end, na = 0, nb = 0;

		while (first < s->n && s->ops[first] == ' ')
			first++;
		if (first == s->n)
			return;
		from = first - at > CONTEXT ? first - CONTEXT : at;
		ai += from - at;
		bi += from - at;
		end = hunk_end(s, first);
		for (size_t i = from; i < end; i++) {
			na += s->ops[i] != '+';
			nb += s->ops[i] != '-';
		}
		zol_str_puts(out, "@@ ");
		add_range(out, '-', ai, na);
		zol_str_putc(out, ' ');
		add_range(out, '+', bi, nb);
		zol_str_puts(out, " @@\n");
		for (at = from; at < end; at++) {
			add_line(out, s->ops[at], s->ops[at] == '+' ? b->v[bi] : a->v[ai]);
			ai += s->ops[at] != '+';
			bi += s->ops[at] != '-';
		}
	}
}

int zol_udiff(struct zol_str *out, const char *old_name, struct zol_span old_text, const char *new_name,
	      struct zol_span new_text, struct zol_err *err)
{
	__attribute__((cleanup(cleanup_script))) struct script s = { 0 };
	__attribute__((cleanup(cleanup_lines))) struct lines a = { 0 }, b = { 0 };
	int r;

	if (zol_span_same(old_text, new_text) && !old_name == !new_name)
		return 0;
	r = split(old_text, &a, err);
	if (r == 0)
		r = split(new_text, &b, err);
	if (r == 0)
		r = compare(&a, &b, &s, err);
	if (r < 0)
		return r;
	zol_str_printf(out, "--- %s\n+++ %s\n", old_name ? old_name : "/dev/null", new_name ? new_name : "/dev/null");
	print_hunks(out, &s, &a, &b);
	return zol_str_check(out, err);
}
