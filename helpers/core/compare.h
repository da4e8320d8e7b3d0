/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What has changed for a test between two runs, in the light of what is expected. */

#include "core/baseline.h"
#include "core/stats.h"

enum zol_change {
	ZOL_CHANGE_NONE,
	ZOL_CHANGE_REGRESSION, /* bad now, and neither before nor expected */
	ZOL_CHANGE_FIX,        /* bad before, passes now */
	ZOL_CHANGE_NEW,        /* was not in the base */
	ZOL_CHANGE_GONE,       /* is in the base only */
	ZOL_CHANGE_STALE,      /* passes, though it is expected not to */
	ZOL_CHANGE_EXPIRED,    /* is as expected, but only until a day that is over */
	ZOL_CHANGE_EXPECTED,   /* is bad as expected */
	ZOL_CHANGE_STILL,      /* bad in both */
};
#define ZOL_CHANGES 9

/* "regression" "fix" "new" "gone" "stale" "expired" "expected" "still bad"; "same". */
const char *zol_change_name(enum zol_change c);

struct zol_compare {
	bool in_base, in_run, have_base; /* have_base: there is a run to compare with at all */
	enum zol_verdict base, now;
	const struct zol_expect *expect; /* NULL: a pass is expected */
	const char *today;
	struct zol_rate before, after; /* attempts up to the base, and since */
};

struct zol_compare_result {
	enum zol_change change;
	double p; /* of zol_stats_fisher(); 1 when there is no history */
	bool significant;
};

/* A test that is flaky now and was not is a regression only when the change of its rate is significant. */
struct zol_compare_result zol_compare(const struct zol_compare *c) ZOL_NONNULL(1);
