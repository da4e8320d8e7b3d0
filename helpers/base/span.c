/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdint.h>

#include "base/str.h"

bool zol_span_eq(struct zol_span a, const char *text)
{
	size_t len = strlen(text);

	return a.len == len && (!len || memcmp(a.ptr, text, len) == 0);
}

bool zol_span_starts(struct zol_span a, const char *prefix)
{
	size_t len = strlen(prefix);

	return a.len >= len && (!len || memcmp(a.ptr, prefix, len) == 0);
}

bool zol_span_ends(struct zol_span a, const char *suffix)
{
	size_t len = strlen(suffix);

	return a.len >= len && (!len || memcmp(a.ptr + a.len - len, suffix, len) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct zol_span zol_span_trim(struct zol_span a)
{
	while (a.len && is_blank(a.ptr[0])) {
		a.ptr++;
		a.len--;
	}
	while (a.len && is_blank(a.ptr[a.len - 1]))
		a.len--;
	return a;
}

bool zol_span_line(struct zol_span *rest, struct zol_span *ret_line)
{
	const char *lf;
	size_t len;

	if (!rest->len)
		return false;
	lf = memchr(rest->ptr, '\n', rest->len);
	len = lf ? (size_t)(lf - rest->ptr) : rest->len;
	*ret_line = zol_span(rest->ptr, len);
	if (lf)
		len++;
	*rest = zol_span(rest->ptr + len, rest->len - len);
	return true;
}

/* strchr() would find the NUL at the end of seps, which is no separator. */
static bool is_sep(char c, const char *seps)
{
	return c && strchr(seps, c);
}

bool zol_span_field(struct zol_span *rest, const char *seps, struct zol_span *ret_field)
{
	struct zol_span a = *rest;
	size_t n = 0;

	while (a.len && is_sep(a.ptr[0], seps)) {
		a.ptr++;
		a.len--;
	}
	if (!a.len) {
		*rest = a;
		return false;
	}
	while (n < a.len && !is_sep(a.ptr[n], seps))
		n++;
	*ret_field = zol_span(a.ptr, n);
	*rest = zol_span(a.ptr + n, a.len - n);
	return true;
}

char *zol_span_dup(struct zol_span a)
{
	return strndup(a.len ? a.ptr : "", a.len);
}

char *zol_span_dup_line(struct zol_span a)
{
	char *copy = malloc(a.len + 1);

	if (!copy)
		return NULL;
	for (size_t i = 0; i < a.len; i++)
		copy[i] = (unsigned char)a.ptr[i] < 0x20 || a.ptr[i] == 0x7f ? ' ' : a.ptr[i];
	copy[a.len] = '\0';
	return copy;
}

/* Longer names are not worth a suggestion. */
#define NAME_MAX_LEN 63

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
static size_t distance(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= blen; j++)
		before[j] = last[j] = j;
	for (size_t i = 1; i <= alen; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			size_t cost = a[i - 1] != b[j - 1];
			size_t d = min_size(last[j - 1] + cost, min_size(last[j], now[j - 1]) + 1);

			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d = min_size(d, before[j - 2] + 1);
			now[j] = d;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[blen];
}

const char *zol_nearest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t wlen = strlen(word), best_d = SIZE_MAX;

	if (wlen > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]), d;
		size_t longer = len > wlen ? len : wlen;

		if (len > NAME_MAX_LEN)
			continue;
		d = distance(word, wlen, names[i], len);
		if (d * 3 <= longer && d < best_d) {
			best = names[i];
			best_d = d;
		}
	}
	return best;
}
