/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What to set, besides, so that a symbol gets the value asked for: a goal-directed search whose every
 * answer is verified by evaluation and then cut down until no setting can be left out.
 */

#include "core/kconfig_bounds.h"

#define ZOL_KSET_MAX 16U
/* Stands for any text where only an empty one will not do. */
#define ZOL_KSAT_ANY_TEXT "..."

struct zol_kgoal {
	struct zol_ksym *s;
	uint8_t want;     /* enum zol_ktri; m is met by y too */
	const char *text; /* of int, hex and string, as in a .config; else NULL */
};

struct zol_kanswer {
	struct zol_kgoal v[ZOL_KSET_MAX * 2];
	size_t n;
};

enum zol_ksat_result {
	ZOL_KSAT_FOUND,      /* the answer is in force in the model; empty: it was met already */
	ZOL_KSAT_NONE,       /* none was found; the model is as before */
	ZOL_KSAT_IMPOSSIBLE, /* proved: nothing in this tree for this ARCH gives it that value */
};

struct zol_ksat {
	struct zol_kconfig *k;
	const struct zol_kgoal *keep; /* what is met among these must stay so; borrowed */
	size_t nkeep;
	struct zol_kbounds bounds;
	uint8_t *kept;            /* which of keep were met */
	bool dry;                 /* answers are not left in force */
	struct zol_kanswer *alts; /* where other answers go, the caller's; NULL: they are not wanted */
	size_t max_alts, nalts;   /* room, and how many the last search found */
	size_t tried;             /* evaluations of candidates, for benches */
};

int zol_ksat_init(struct zol_ksat *sat, struct zol_kconfig *k, const struct zol_kgoal *keep, size_t nkeep,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5);
void zol_ksat_free(struct zol_ksat *sat) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(ksat, struct zol_ksat, zol_ksat_free);

/* Searches for what leads to the goal; among several answers the cheapest. */
enum zol_ksat_result zol_ksat_solve(struct zol_ksat *sat, struct zol_kgoal goal, struct zol_kanswer *ret)
	ZOL_NONNULL(1, 3);

/*
 * After ZOL_KSAT_NONE: what stands in the way. One of the keep that breaks when the goal is reached
 * without regard to them; NULL: it is not reached then either. The model is as before.
 */
const struct zol_kgoal *zol_ksat_blocker(struct zol_ksat *sat, struct zol_kgoal goal) ZOL_NONNULL(1);

/* The value as in a .config: "y", "m", "n", or the text. */
const char *zol_kgoal_value(const struct zol_kgoal *g) ZOL_NONNULL(1);

/* Whether the model meets it now. */
bool zol_kgoal_met(struct zol_kconfig *k, const struct zol_kgoal *g) ZOL_NONNULL(1, 2);
