/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Candidate sets of settings that should bring an expression or symbol to a value. Part of satisfy. */

#include "core/kconfig_satisfy.h"

#define ZOL_KALTS 8U

struct zol_ksets {
	struct zol_kcand {
		struct zol_kgoal v[ZOL_KSET_MAX];
		uint16_t n, cost;
	} v[ZOL_KALTS];
	size_t n;
};

struct zol_kpaths {
	struct zol_kconfig *k;
	const uint8_t *max; /* see struct zol_ksat */
	bool wide;          /* also by selects where there is a prompt */
	unsigned depth, budget;
	struct zol_ksym *stack[64];
	struct zol_karena arena; /* of memo; freed by the caller */
	struct zol_ksets **memo; /* what raising each symbol to m and to y takes, as far as known */
};

/* The cheapest sets for a symbol to be at least (up) or at most (!up) v. */
void zol_kpaths_symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret);
