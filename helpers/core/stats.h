/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The few statistics that rates of passing tests need. */

#include <stdint.h>

struct zol_rate {
	uint64_t passed, total;
};

/*
 * Bounds of the true rate at 95 % (Wilson's score interval, which holds for small numbers and for rates near
 * 0 and 1: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209). 0 and 1 when there is nothing.
 */
void zol_stats_wilson(struct zol_rate r, double *ret_low, double *ret_high) __attribute__((nonnull(2, 3)));

/*
 * Probability of rates that differ as much as these, or more, were the true rates the same (Fisher's exact
 * test, both sides). 1 when one of them is empty.
 */
double zol_stats_fisher(struct zol_rate a, struct zol_rate b);

#define ZOL_STATS_SIGNIFICANT 0.05
