/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/shard.h"
#include "unit.h"

static uint32_t seed = 12345;

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % below;
}

static uint64_t span_of(const uint64_t *ms, size_t n, const unsigned *part, unsigned parts)
{
	uint64_t load[64] = { 0 };
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		assert_true(part[i] < parts);
		load[part[i]] += ms[i];
	}
	for (unsigned p = 0; p < parts; p++)
		most = load[p] > most ? load[p] : most;
	return most;
}

/* Every division there is. */
static uint64_t optimum(const uint64_t *ms, size_t n, unsigned parts)
{
	unsigned part[12] = { 0 };
	uint64_t best = UINT64_MAX;

	for (;;) {
		uint64_t span = span_of(ms, n, part, parts);
		size_t i = 0;

		best = span < best ? span : best;
		while (i < n && ++part[i] == parts)
			part[i++] = 0;
		if (i == n)
			return best;
	}
}

static struct zol_shard_result split(const uint64_t *ms, size_t n, unsigned parts, unsigned *part)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_shard_result r;

	assert_int_equal(zol_shard_split(ms, n, parts, part, &r, &err), 0);
	if (n > 0)
		assert_int_equal(span_of(ms, n, part, parts), r.span);
	assert_true(r.bound <= r.span);
	return r;
}

UNIT(small_ones_are_optimal)
{
	for (int round = 0; round < 300; round++) {
		uint64_t ms[9];
		unsigned part[9];
		size_t n = 1 + any(9);
		unsigned parts = 2 + any(2);

		for (size_t i = 0; i < n; i++)
			ms[i] = 1 + any(round % 2 ? 20 : 1000);
		assert_int_equal(split(ms, n, parts, part).span, optimum(ms, n, parts));
	}
}

UNIT(the_worst_case_of_longest_first_is_solved)
{
	const uint64_t two[] = { 3, 3, 2, 2, 2 };
	const uint64_t three[] = { 5, 5, 4, 4, 3, 3, 3 };
	const uint64_t four[] = { 7, 7, 6, 6, 5, 5, 4, 4, 4 };
	unsigned part[9];

	assert_int_equal(split(two, 5, 2, part).span, 6);
	assert_int_equal(split(three, 7, 3, part).span, 9);
	assert_int_equal(split(four, 9, 4, part).span, 12);
}

UNIT(large_ones_are_within_a_tenth_of_the_bound)
{
	static uint64_t ms[2000];
	static unsigned part[2000];

	for (int round = 0; round < 40; round++) {
		unsigned parts = 2 + any(30);
		size_t n = parts * 8 + any(1000);
		struct zol_shard_result r;

		/* as suites are: many short ones, few long ones */
		for (size_t i = 0; i < n; i++)
			ms[i] = any(10) ? 200 + any(5000) : 10000 + any(120000);
		r = split(ms, n, parts, part);
		assert_true(r.span * 10 <= r.bound * 11);
	}
}

UNIT(the_same_input_gives_the_same_division)
{
	uint64_t ms[50];
	unsigned a[50];
	unsigned b[50];

	for (size_t i = 0; i < 50; i++)
		ms[i] = any(7);
	(void)split(ms, 50, 7, a);
	(void)split(ms, 50, 7, b);
	assert_memory_equal(a, b, sizeof(a));
}

UNIT(there_may_be_more_machines_than_tests)
{
	const uint64_t ms[] = { 5, 9 };
	unsigned part[2];

	assert_int_equal(split(ms, 2, 5, part).span, 9);
	assert_int_not_equal(part[0], part[1]);
	assert_int_equal(split(ms, 0, 3, part).bound, 0);
	assert_int_equal(split(ms, 2, 1, part).span, 14);
}

UNIT(shards_are_written_as_fractions)
{
	static const char *const wrong[] = {
		"", "1", "0/3", "4/3", "1/0", "a/b", "1/", "/2", "1/2/3", "1/99999", "-1/2"
	};
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned part = 0;
	unsigned parts = 0;

	assert_int_equal(zol_shard_parse("3/16", &part, &parts, &err), 0);
	assert_int_equal(part, 3);
	assert_int_equal(parts, 16);
	for (size_t i = 0; i < ZOL_COUNT(wrong); i++) {
		assert_int_equal(zol_shard_parse(wrong[i], &part, &parts, &err), -ZOL_USAGE);
		zol_err_clear(&err);
	}
	assert_int_equal(part, 3);
}

UNIT_MAIN()
