/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stats.h"

#include <math.h>

#define Z95 1.959963984540054

void zol_stats_wilson(struct zol_rate r, double *ret_low, double *ret_high)
{
	double n = (double)r.total;
	double p;
	double middle;
	double half;

	*ret_low = 0;
	*ret_high = 1;
	if (r.total == 0)
		return;
	p = (double)r.passed / n;
	middle = (p + Z95 * Z95 / (2 * n)) / (1 + Z95 * Z95 / n);
	half = Z95 / (1 + Z95 * Z95 / n) * sqrt(p * (1 - p) / n + Z95 * Z95 / (4 * n * n));
	*ret_low = r.passed == 0 ? 0 : middle - half;
	*ret_high = r.passed == r.total ? 1 : middle + half;
}

static double log_factorial(double n)
{
	int sign;

	return lgamma_r(n + 1, &sign);
}

/* log of n over k */
static double log_choose(double n, double k)
{
	return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

double zol_stats_fisher(struct zol_rate a, struct zol_rate b)
{
	double na = (double)a.total;
	double nb = (double)b.total;
	uint64_t k = a.passed + b.passed;
	uint64_t low = k > b.total ? k - b.total : 0;
	uint64_t high = k < a.total ? k : a.total;
	double all = log_choose(na + nb, (double)k);
	double seen;
	double sum = 0;

	if (a.total == 0 || b.total == 0)
		return 1;
	seen = log_choose(na, (double)a.passed) + log_choose(nb, (double)b.passed) - all;
	for (uint64_t i = low; i <= high; i++) {
		double p = log_choose(na, (double)i) + log_choose(nb, (double)(k - i)) - all;

		/* as likely as what was seen, but for rounding */
		if (p <= seen + 1e-7)
			sum += exp(p);
	}
	return sum > 1 ? 1 : sum;
}
