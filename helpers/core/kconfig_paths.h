/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Candidate sets of settings that should bring an expression or symbol to a value. Part of satisfy. */

#include "core/kconfig_sets.h"

struct zol_kpaths {
	struct zol_kconfig *k;
	const uint8_t *max; /* see struct zol_ksat */
	bool wide;          /* also by selects where there is a prompt */
	unsigned depth, budget;
	struct zol_ksym *stack[64];
	struct zol_karena arena; /* of memo; freed by the caller */
	struct zol_ksets **memo; /* what raising each symbol to m and to y takes, as far as known */
};

/* The cheapest sets that may lead to the goal, from the present state of the model. */
void zol_kpaths_goal(struct zol_kpaths *p, const struct zol_kgoal *goal, struct zol_ksets *ret);
