/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perffold.h"
#include "unit.h"

UNIT(sorts_by_time_and_keeps_the_order_of_equals)
{
	static const char marks[512] = { 0 };
	struct zol_perf_entry v[512];
	uint64_t seed = 1;

	for (size_t n = 0; n <= 512; n += n < 20 ? 1 : 123) {
		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005ULL + 1;
			v[i] = (struct zol_perf_entry){ .time = i % 37 + (seed >> 60), .record = marks + i };
		}
		assert_true(zol_perf_order(v, n));
		for (size_t i = 1; i < n; i++)
			assert_true(v[i - 1].time < v[i].time ||
				    (v[i - 1].time == v[i].time && v[i - 1].record < v[i].record));
	}
}

UNIT_MAIN()
