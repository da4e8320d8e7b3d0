/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perffold.h"

/*
 * perf writes the rings of the CPUs one after the other, so a recording is a row of runs that are
 * sorted already: they are merged two by two.
 */

/* The end of the sorted run that begins at i. */
static size_t run_end(const struct zol_perf_entry *v, size_t i, size_t n)
{
	for (i++; i < n && v[i - 1].time <= v[i].time; i++)
		;
	return i;
}

static void merge(const struct zol_perf_entry *a, size_t na, const struct zol_perf_entry *b, size_t nb,
		  struct zol_perf_entry *to)
{
	size_t i = 0, j = 0;

	while (i < na && j < nb)
		*to++ = a[i].time <= b[j].time ? a[i++] : b[j++];
	if (i < na)
		memcpy(to, a + i, (na - i) * sizeof(*to));
	if (j < nb)
		memcpy(to, b + j, (nb - j) * sizeof(*to));
}

/* Merges neighbours from one array into the other; returns how many runs that leaves. */
static size_t pass(const struct zol_perf_entry *from, struct zol_perf_entry *to, size_t n)
{
	size_t runs = 0;

	for (size_t i = 0; i < n; runs++) {
		size_t mid = run_end(from, i, n), end = mid < n ? run_end(from, mid, n) : n;

		merge(from + i, mid - i, from + mid, end - mid, to + i);
		i = end;
	}
	return runs;
}

bool zol_perf_order(struct zol_perf_entry *v, size_t n)
{
	ZOL_AUTO(free) struct zol_perf_entry *spare = NULL;
	struct zol_perf_entry *from = v, *to;

	if (n < 2 || run_end(v, 0, n) == n)
		return true;
	spare = calloc(n, sizeof(*spare));
	if (!spare)
		return false;
	to = spare;
	for (;;) {
		size_t runs = pass(from, to, n);
		struct zol_perf_entry *sorted = to;

		to = from;
		from = sorted;
		if (runs == 1)
			break;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	return true;
}
