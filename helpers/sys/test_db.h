/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Results of tests in one SQLite file, beside which the artefacts lie (<file>.d/). What is known
 * about a test is written in one transaction when it ends, so that a kill at any moment leaves a
 * database in which each test is planned, running, or done as a whole.
 *
 *	runs       one row a run: suite, where, state, who
 *	env        key = value of a run: kernel, zfs, commits, hash of the configuration, host
 *	names      suite and name of every test that was ever seen
 *	results    run x test: planned, running or done, and the verdict
 *	attempts   what became of each try of a test in a run
 *	artefacts  files of an attempt: log, console, stacks
 */

#include "core/strmap.h"
#include "core/testcase.h"
#include "wrap/sqlite.h"

#define ZOL_DB_VERSION 1 /* PRAGMA user_version */

enum zol_test_state { ZOL_TEST_PLANNED = 0, ZOL_TEST_RUNNING = 1, ZOL_TEST_DONE = 2 };

struct zol_db {
	struct zol_sql *sql;
	char *path, *artefacts; /* file, directory */
};

void zol_db_close(struct zol_db *db);
ZOL_CLEANUP_PTR(db, struct zol_db *, zol_db_close);

/* Opens; write: makes file and directory, too. ZOL_MALFORMED for another program's or a newer database. */
int zol_db_open(const char *path, bool write, struct zol_db **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* What a run is begun with. */
struct zol_db_plan {
	const char *name, *suite, *where, *shard; /* name and shard may be NULL */
	const char *argv;                         /* shell words, for --resume */
	const char *const *tests;                 /* n names, in the order in which they run */
	size_t n;
	const struct zol_fact *facts;
	size_t nfacts;
};

/* Stores the run with all of its tests as planned, in one transaction. */
int zol_db_begin(struct zol_db *db, const struct zol_db_plan *plan, int64_t *ret_run, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
int zol_db_end(struct zol_db *db, int64_t run, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);
int zol_db_fact(struct zol_db *db, int64_t run, const char *key, const char *value, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/*
 * For --resume: tests that were running when their runner died get a LOST attempt and are planned
 * again; those that were lost ZOL_DB_LOST_MAX times are done, LOST. Returns how many are planned.
 */
#define ZOL_DB_LOST_MAX 2
int zol_db_recover(struct zol_db *db, int64_t run, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* Appends the names of the tests of a run that are still to be run, in order. */
int zol_db_planned(struct zol_db *db, int64_t run, struct zol_strv *names, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

struct zol_db_claim {
	int64_t test;
	char *name;
	uint64_t longest; /* ms of what passed before; 0: unknown */
	uint64_t tries;   /* attempts in this run so far */
};

/*
 * Takes the next planned test (of those whose names are in only; NULL: of all) for oneself: 1, or 0 when there is
 * none. The name is the caller's.
 */
int zol_db_claim(struct zol_db *db, int64_t run, const char *worker, const struct zol_strmap *only,
		 struct zol_db_claim *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5, 6);

struct zol_db_artefact {
	const char *kind, *path; /* path relative to the artefacts' directory */
};

struct zol_db_attempt {
	struct zol_attempt a;
	int64_t started; /* seconds since 1970 */
	const struct zol_db_artefact *files;
	size_t nfiles;
};

/* What became of a claimed test. */
struct zol_db_outcome {
	int64_t test;
	const struct zol_db_attempt *v;
	size_t n;
	bool again; /* it is planned again: its VM was lost under it */
};

/* Stores attempts of a claimed test, and the verdict of all of its attempts. */
int zol_db_done(struct zol_db *db, int64_t run, const struct zol_db_outcome *o, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* The run that text names: a number, a name (the newest of it), or NULL or "last": the newest. ZOL_USAGE. */
int zol_db_find(struct zol_db *db, const char *text, int64_t *ret_run, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* All of a run, for reports. strips: with the verdicts of earlier runs. */
int zol_db_load(struct zol_db *db, int64_t run, bool strips, struct zol_case_set *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* Key of a part's run: a fingerprint of which part has which test. */
#define ZOL_DB_DIVISION "division"
/* What is known of a run's environment by that key; NULL when nothing is. The caller's. */
int zol_db_run_fact(struct zol_db *db, int64_t run, const char *key, char **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/* Text of a column of a run; NULL when it has none. The caller's. */
int zol_db_run_text(struct zol_db *db, int64_t run, const char *column, char **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/*
 * Copies the newest run of another database into run, test by test; what is done there must not be
 * done here already (ZOL_USAGE). Tests that are only planned there stay planned here.
 */
int zol_db_absorb(struct zol_db *db, int64_t run, struct zol_db *from, int64_t from_run, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5);

/* What has no result gets LOST with this reason. Returns how many. */
int zol_db_lose_rest(struct zol_db *db, int64_t run, const char *reason, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
