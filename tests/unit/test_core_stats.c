/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stats.h"

#include <math.h>

#include "unit.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 5e-4)

static void interval(uint64_t passed, uint64_t total, double low, double high)
{
	double l;
	double h;

	zol_stats_wilson((struct zol_rate){ passed, total }, &l, &h);
	NEAR(l, low);
	NEAR(h, high);
}

UNIT(wilson_as_in_the_tables)
{
	interval(0, 0, 0, 1);
	interval(8, 10, 0.4902, 0.9433);
	interval(0, 10, 0, 0.2775);
	interval(10, 10, 0.7225, 1);
	interval(50, 100, 0.4038, 0.5962);
	interval(1, 2, 0.0945, 0.9055);
}

UNIT(an_interval_holds_its_rate)
{
	for (uint64_t n = 1; n < 40; n++) {
		for (uint64_t k = 0; k <= n; k++) {
			double l;
			double h;

			zol_stats_wilson((struct zol_rate){ k, n }, &l, &h);
			assert_true(l >= 0 && h <= 1 && l <= (double)k / (double)n && (double)k / (double)n <= h);
		}
	}
}

static double fisher(uint64_t a, uint64_t na, uint64_t b, uint64_t nb)
{
	return zol_stats_fisher((struct zol_rate){ a, na }, (struct zol_rate){ b, nb });
}

/* The values of R's fisher.test(). */
UNIT(fisher_as_in_r)
{
	NEAR(fisher(3, 4, 1, 4), 0.4857);
	NEAR(fisher(10, 12, 2, 13), 0.0011);
	NEAR(fisher(100, 100, 0, 1), 0.0099);
	NEAR(fisher(5, 10, 5, 10), 1);
	NEAR(fisher(10, 10, 3, 6), 0.0357);
	NEAR(fisher(0, 5, 5, 5), 0.0079);
}

UNIT(fisher_at_the_edges)
{
	NEAR(fisher(0, 0, 3, 4), 1);
	NEAR(fisher(3, 4, 0, 0), 1);
	NEAR(fisher(7, 7, 9, 9), 1);
	NEAR(fisher(0, 7, 0, 9), 1);
	for (uint64_t a = 0; a <= 6; a++)
		for (uint64_t b = 0; b <= 8; b++) {
			double p = fisher(a, 6, b, 8);

			assert_true(p > 0 && p <= 1);
			NEAR(p, fisher(b, 8, a, 6));
			NEAR(p, fisher(6 - a, 6, 8 - b, 8));
		}
}

UNIT_MAIN()
