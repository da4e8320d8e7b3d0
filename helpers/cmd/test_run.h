/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the parts of `zolkit test run` share. */

#include "cmd/test.h"
#include "cmd/test_target.h"
#include "core/strmap.h"
#include "core/suite.h"

struct zol_test_plan {
	const struct zol_test_run_args *a;
	struct zol_suite suite;
	char *suite_dir;      /* where its description and files are */
	const char *place;    /* host, chroot, vm */
	struct zol_strv args; /* for ${args} */
	struct zol_strv tests;
	struct zol_strv env;
	struct zol_strv set_names, set_values; /* --set */
	bool uses_results, uses_disks;         /* what the suite's commands name */
	char *shard;
	bool divided;           /* among jobs, because the suite is serial */
	struct zol_strmap only; /* then: the tests of this one; keys borrowed */
	struct zol_fact *facts;
	size_t nfacts;
};

void zol_test_plan_free(struct zol_test_plan *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(test_plan, struct zol_test_plan, zol_test_plan_free);

/* --- test_suite.c --- */

/* Reads a suite by name (<paths.conf>/suites/NAME.ini) or file. ZOL_USAGE with the nearest name. */
int zol_test_suite_load(const struct zol_cli *cli, const char *name, struct zol_suite *ret, char **ret_dir,
			struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
/* All that are installed, sorted. */
int zol_test_suite_names(const struct zol_cli *cli, struct zol_strv *names, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Its tests, listed in the target where the description says so. */
int zol_test_suite_tests(const struct zol_suite *s, struct zol_test_target *t, struct zol_strv *tests,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* --- test_plan.c --- */

/* Loads the suite, lists and selects the tests. t is up afterwards when it had to be asked. */
int zol_test_plan_make(struct zol_cli *cli, struct zol_db *db, struct zol_test_target *t, struct zol_test_plan *p,
		       struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
/* Only what is needed to run what is planned already. */
int zol_test_plan_load(struct zol_cli *cli, struct zol_test_plan *p, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* --- test_parts.c --- */

/* Leaves the tests of the part that --shard names. */
int zol_test_parts_shard(struct zol_db *db, struct zol_test_plan *p, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Divides what is planned of a run among the jobs: (*ret_part)[i] (free()) is that of tests->v[i]. */
int zol_test_parts_jobs(struct zol_db *db, const struct zol_test_plan *p, int64_t run, struct zol_strv *tests,
			unsigned **ret_part, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5, 6);

/* --- test_steps.c --- */

#define ZOL_TEST_STEP_MS 600000U /* limit of set-up and the like */
#define ZOL_TEST_SETS_MAX 32     /* of --set */
#define ZOL_TEST_RESULTS "/tmp/zolkit-results"

/* What a worker works with; nothing is owned. */
struct zol_test_work {
	struct zol_cli *cli;
	struct zol_test_plan *p;
	struct zol_db *db;
	struct zol_test_target *t;
	int64_t run;
	char *dir; /* of the run's files, relative to the artefacts */
};

/* Environment and directory of a command, with the variables replaced. */
struct zol_test_place {
	struct zol_strv env, cwd; /* cwd: one word, or none */
};

void zol_test_place_free(struct zol_test_place *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(test_place, struct zol_test_place, zol_test_place_free);

/* Appends the words with the suite's and the runner's variables replaced; limit in ms. */
int zol_test_expand(const struct zol_test_work *w, const struct zol_strv *words, const char *test, uint64_t limit,
		    struct zol_strv *argv, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5, 6);
/* Sets environment and directory of x, which stay p's. */
int zol_test_place_take(const struct zol_test_work *w, const char *test, struct zol_test_place *p,
			struct zol_test_exec *x, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
/*
 * Runs commands of the suite that are no test, their output to out. 1 when one of them failed: *why (free()) then has its
 * name, status and last line.
 */
int zol_test_steps(struct zol_test_work *w, const struct zol_suite_cmds *cmds, const char *test, int out, char **why,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5, 6);
/* The target is up and, since it came up, set up. */
int zol_test_ready(struct zol_test_work *w, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* --- test_worker.c --- */

/* Runs planned tests until there are none. who: of the worker, for the database. */
int zol_test_work(struct zol_cli *cli, struct zol_test_plan *p, struct zol_db *db, int64_t run,
		  struct zol_test_target *t, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5, 6);

/* --- test_judge.c --- */

/* The verdict of an attempt that ended so, its output in fd. *ret_reason is the caller's. */
enum zol_verdict zol_test_judge(const struct zol_suite *s, const char *test, const struct zol_test_end *end, int fd,
				char **ret_reason) ZOL_NONNULL(1, 2, 3, 5);
/* The last line that is not blank of a file, at most 200 bytes, without control characters; NULL when there is none. */
char *zol_test_last_line(int fd);
