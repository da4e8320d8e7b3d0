/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Two runs side by side, for `test compare` and `test baseline`. */

#include "cmd/test.h"
#include "core/compare.h"

/* The baselines of these files, or all of <paths.conf>/baselines. */
int zol_test_baselines(const struct zol_cli *cli, const struct zol_strv *files, struct zol_baseline *b,
		       struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* A fact of the run's environment; NULL when it has none. The caller's. */
int zol_test_run_fact(struct zol_db *db, int64_t run, const char *key, char **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/* "2026-11-22", in UTC. */
void zol_test_today(char day[static 11]);

struct zol_test_comparison {
	struct zol_db *db;
	int64_t run, base; /* base -1: none */
	const struct zol_baseline *baseline;
	/* For each test of either: test is "suite/name". */
	int (*each)(void *ctx, const char *test, const char *reason, const struct zol_compare *in,
		    const struct zol_compare_result *out, struct zol_err *err);
	void *ctx;
};
int zol_test_compare_runs(const struct zol_test_comparison *c, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
