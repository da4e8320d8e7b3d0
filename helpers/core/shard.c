/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/shard.h"

#include "base/num.h"

#define STEPS 200000U /* of the search */
#define ROUNDS 2000U  /* of improvement */

struct split {
	const uint64_t *ms;
	size_t n;
	unsigned parts;
	size_t *order; /* indices, longest first */
	unsigned *part, *best;
	uint64_t *load;
	uint64_t span, bound;
	unsigned steps;
};

static int longer_first(const void *x, const void *y, void *ctx)
{
	const uint64_t *ms = ctx;
	size_t a = *(const size_t *)x;
	size_t b = *(const size_t *)y;

	if (ms[a] != ms[b])
		return ms[a] > ms[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

static unsigned extreme(const struct split *s, bool most)
{
	unsigned found = 0;

	for (unsigned p = 1; p < s->parts; p++)
		if (most ? s->load[p] > s->load[found] : s->load[p] < s->load[found])
			found = p;
	return found;
}

static void longest_first(struct split *s)
{
	for (size_t i = 0; i < s->n; i++) {
		unsigned p = extreme(s, false);

		s->part[s->order[i]] = p;
		s->load[p] += s->ms[s->order[i]];
	}
}

/* All work divided evenly; the longest; the two that must share a machine when there are more tests than machines. */
static uint64_t lower_bound(const struct split *s)
{
	uint64_t sum = 0;
	uint64_t bound;

	for (size_t i = 0; i < s->n; i++)
		sum += s->ms[i];
	bound = (sum + s->parts - 1) / s->parts;
	if (s->n > 0 && s->ms[s->order[0]] > bound)
		bound = s->ms[s->order[0]];
	if (s->n > s->parts && s->ms[s->order[s->parts - 1]] + s->ms[s->order[s->parts]] > bound)
		bound = s->ms[s->order[s->parts - 1]] + s->ms[s->order[s->parts]];
	return bound;
}

static void move(struct split *s, size_t i, unsigned to)
{
	s->load[s->part[i]] -= s->ms[i];
	s->load[to] += s->ms[i];
	s->part[i] = to;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Gives a test of the fullest machine away, or exchanges it for a shorter one, so that both are ready sooner. */
static bool improve(struct split *s)
{
	unsigned full = extreme(s, true);
	uint64_t best = s->load[full];
	size_t give = s->n;
	size_t take = s->n;
	unsigned to = 0;

	for (size_t i = 0; i < s->n; i++) {
		unsigned p = extreme(s, false);

		if (s->part[i] != full)
			continue;
		if (later(s->load[full] - s->ms[i], s->load[p] + s->ms[i]) < best) {
			best = later(s->load[full] - s->ms[i], s->load[p] + s->ms[i]);
			give = i;
			take = s->n;
			to = p;
		}
		for (size_t k = 0; k < s->n; k++) {
			uint64_t gain = s->ms[i] - s->ms[k];

			if (s->part[k] == full || s->ms[k] >= s->ms[i] ||
			    later(s->load[full] - gain, s->load[s->part[k]] + gain) >= best)
				continue;
			best = later(s->load[full] - gain, s->load[s->part[k]] + gain);
			give = i;
			take = k;
			to = s->part[k];
		}
	}
	if (give == s->n)
		return false;
	if (take < s->n)
		move(s, take, full);
	move(s, give, to);
	return true;
}

static void keep(struct split *s)
{
	uint64_t span = s->load[extreme(s, true)];

	if (span >= s->span)
		return;
	s->span = span;
	memcpy(s->best, s->part, s->n * sizeof(*s->best));
}

/* Every test in turn to every machine that differs from the ones before, cut off where it cannot be better. */
static void search(struct split *s, size_t at)
{
	if (s->span <= s->bound || s->steps >= STEPS)
		return;
	s->steps++;
	if (at == s->n) {
		keep(s);
		return;
	}
	for (unsigned p = 0; p < s->parts; p++) {
		bool same = false;

		for (unsigned q = 0; q < p && !same; q++)
			same = s->load[q] == s->load[p];
		if (same || s->load[p] + s->ms[s->order[at]] >= s->span)
			continue;
		s->part[s->order[at]] = p;
		s->load[p] += s->ms[s->order[at]];
		search(s, at + 1);
		s->load[p] -= s->ms[s->order[at]];
	}
}

static void solve(struct split *s)
{
	qsort_r(s->order, s->n, sizeof(*s->order), longer_first, (void *)(uintptr_t)s->ms);
	s->bound = lower_bound(s);
	longest_first(s);
	s->span = UINT64_MAX;
	keep(s);
	for (unsigned i = 0; i < ROUNDS && s->load[extreme(s, true)] > s->bound && improve(s); i++)
		;
	keep(s);
	/* deep recursion buys nothing: with many tests, the first steps are near the optimum */
	if (s->n > 64 || s->span <= s->bound)
		return;
	memset(s->load, 0, s->parts * sizeof(*s->load));
	search(s, 0);
}

int zol_shard_split(const uint64_t *ms, size_t n, unsigned parts, unsigned *ret_part, struct zol_shard_result *ret,
		    struct zol_err *err)
{
	ZOL_AUTO(free) size_t *order = calloc(n + 1, sizeof(*order));
	ZOL_AUTO(free) unsigned *part = calloc(n + 1, sizeof(*part));
	ZOL_AUTO(free) uint64_t *load = calloc(parts + 1UL, sizeof(*load));
	struct split s = { .ms = ms, .n = n, .parts = parts, .order = order };

	if (!order || !part || !load)
		return zol_err_oom(err);
	s.part = part;
	s.load = load;
	s.best = ret_part;
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	solve(&s);
	ret->span = s.span;
	ret->bound = s.bound;
	return 0;
}

int zol_shard_parse(const char *text, unsigned *ret_part, unsigned *ret_parts, struct zol_err *err)
{
	const char *slash = strchr(text, '/');
	uint64_t part = 0;
	uint64_t parts = 0;

	if (!slash || !zol_span_u64(zol_span(text, (size_t)(slash - text)), &part) ||
	    !zol_span_u64(zol_span_c(slash + 1), &parts) || part < 1 || part > parts || parts > ZOL_SHARDS_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no shard I/N with 1 <= I <= N <= %u", text,
				   ZOL_SHARDS_MAX);
	*ret_part = (unsigned)part;
	*ret_parts = (unsigned)parts;
	return 0;
}
