/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Candidate sets of settings, few and sorted by their cost. Part of satisfy. */

#include "core/kconfig_satisfy.h"

#define ZOL_KALTS 8U

struct zol_ksets {
	struct zol_kcand {
		struct zol_kgoal v[ZOL_KSET_MAX];
		uint16_t n, cost;
	} v[ZOL_KALTS];
	size_t n;
};

/* The empty set: nothing is to be set. */
void zol_ksets_put_empty(struct zol_ksets *to) ZOL_NONNULL(1);
/* Each of a together with each of b, unless they contradict. */
void zol_ksets_cross(const struct zol_ksets *a, const struct zol_ksets *b, struct zol_ksets *to) ZOL_NONNULL(1, 2, 3);
/* The cheapest ones of from, at most so many; or all. */
void zol_ksets_join_some(const struct zol_ksets *from, size_t most, struct zol_ksets *to) ZOL_NONNULL(1, 3);
void zol_ksets_join(const struct zol_ksets *from, struct zol_ksets *to) ZOL_NONNULL(1, 2);
/* from, each with one more setting. */
void zol_ksets_with(const struct zol_ksets *from, struct zol_kgoal g, struct zol_ksets *to) ZOL_NONNULL(1, 3);
