/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/syms.h"

#include <stdlib.h>

#include "base/room.h"

#define PAGE 4096U

void zol_syms_free(struct zol_syms *s)
{
	free(s->v);
	*s = (struct zol_syms){ 0 };
}

void zol_syms_add(struct zol_syms *s, uint64_t start, uint64_t size, struct zol_span name, enum zol_sym_rank rank,
		  uint16_t group)
{
	uint64_t end;

	if (s->oom || name.len > UINT32_MAX || s->len >= UINT32_MAX)
		return;
	struct zol_sym *v = zol_room(s->v, &s->cap, s->len + 1, sizeof(*v));

	if (!v) {
		s->oom = true;
		return;
	}
	s->v = v;
	if (__builtin_add_overflow(start, size, &end))
		end = UINT64_MAX;
	s->v[s->len] = (struct zol_sym){ .start = start,
					 .end = end,
					 .name = name.ptr,
					 .len = (uint32_t)name.len,
					 .group = group,
					 .rank = (uint8_t)rank,
					 .sized = size > 0,
					 .seq = (uint32_t)s->len };
	s->len++;
	s->sorted = false;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint32_t underscores(const struct zol_sym *y)
{
	uint32_t n = 0;

	while (n < y->len && y->name[n] == '_')
		n++;
	return n;
}

/* Below 0: a is the better name. */
static int by_worth(const struct zol_sym *a, const struct zol_sym *b)
{
	uint32_t ua, ub;

	if (a->sized != b->sized)
		return a->sized ? -1 : 1;
	/* Of those without a size perf gives one to the last in the text, and takes what has one (symbols__fixup_end). */
	if (!a->sized)
		return a->seq > b->seq ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	ua = underscores(a);
	ub = underscores(b);
	if (ua != ub)
		return ua < ub ? -1 : 1;
	if (a->len != b->len)
		return a->len > b->len ? -1 : 1;
	return a->seq < b->seq ? -1 : 1;
}

static int by_start(const void *a, const void *b)
{
	const struct zol_sym *x = a, *y = b;
	int r = compare(x->start, y->start);

	return r ? r : by_worth(x, y);
}

static uint64_t page_end(uint64_t addr)
{
	uint64_t end = (addr | (PAGE - 1)) + 1;

	return end ? end : UINT64_MAX;
}

int zol_syms_sort(struct zol_syms *s, struct zol_err *err)
{
	size_t n = 0;

	if (s->oom)
		return zol_err_oom(err);
	if (s->sorted || !s->len) {
		s->sorted = true;
		return 0;
	}
	qsort(s->v, s->len, sizeof(*s->v), by_start);
	for (size_t i = 1; i < s->len; i++) {
		if (s->v[i].start != s->v[n].start)
			s->v[++n] = s->v[i];
	}
	s->len = n + 1;
	for (size_t i = 0; i < s->len; i++) {
		struct zol_sym *y = &s->v[i];
		const struct zol_sym *next = i + 1 < s->len ? y + 1 : NULL;

		if (y->sized)
			continue;
		y->end = page_end(y->start);
		if (next && (next->group == y->group || next->start < y->end))
			y->end = next->start;
	}
	s->sorted = true;
	return 0;
}

const struct zol_sym *zol_syms_find(const struct zol_syms *s, uint64_t addr)
{
	size_t lo = 0, hi = s->len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || addr >= s->v[lo - 1].end)
		return NULL;
	return &s->v[lo - 1];
}
