/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a test came to. The numbers stand in databases: they never change.
 *
 * A test has one or more attempts (retries, repetitions, tries after the runner or QEMU was
 * killed), each with a verdict of its own; the test's verdict follows from them.
 */

#include <stdint.h>

#include "base/str.h"
#include "core/stats.h"

enum zol_verdict {
	ZOL_V_NONE = 0, /* planned, has not run */
	ZOL_V_PASS = 1,
	ZOL_V_FAIL = 2,
	ZOL_V_SKIP = 3,
	ZOL_V_CRASH = 4,   /* the kernel reported a bug or went down */
	ZOL_V_HANG = 5,    /* the test or the guest could not be ended: the VM was reset */
	ZOL_V_FLAKY = 6,   /* passed and failed */
	ZOL_V_TIMEOUT = 7, /* ended at its time limit */
	ZOL_V_LOST = 8,    /* nobody knows: the runner, QEMU or the host went down */
};
#define ZOL_VERDICTS 9

/* "PASS" ...; "-" for none. */
const char *zol_verdict_name(enum zol_verdict v);
/* Any case. False when there is no such verdict. */
bool zol_verdict_parse(const char *name, enum zol_verdict *ret) ZOL_NONNULL(1, 2);
/* Not passed, not skipped. Flaky counts as bad only where the caller says so. */
bool zol_verdict_bad(enum zol_verdict v);

struct zol_attempt {
	enum zol_verdict verdict;
	uint64_t ms;
	const char *reason;
};

/*
 * The verdict of all attempts: lost ones count only when there is nothing else; FLAKY when some passed
 * and some did not; else the worst. *ret_which is the attempt whose reason is told (n when there is none).
 */
enum zol_verdict zol_verdict_of(const struct zol_attempt *a, size_t n, size_t *ret_which) ZOL_NONNULL(3);

/* One test of one run, as reports show it. Strings are owned by the set. */
struct zol_case {
	char *suite, *name, *reason;
	enum zol_verdict verdict;
	uint64_t ms;
	uint64_t attempts, passed;
	char *log, *console, *stacks; /* files, or NULL */
	char *output;                 /* the end of the log, or NULL */
	char *strip;                  /* verdicts of earlier runs, oldest first, one letter each, or NULL */
	struct zol_rate before;       /* attempts that count, of all earlier runs */
};

struct zol_fact {
	char *key, *value;
};

struct zol_case_set {
	int64_t run;
	char *name, *where;
	int64_t started, ended; /* seconds since 1970; ended 0: not yet */
	struct zol_fact *facts; /* the environment */
	size_t nfacts;
	struct zol_case *v;
	size_t n, cap;
};

void zol_case_set_free(struct zol_case_set *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(case_set, struct zol_case_set, zol_case_set_free);

/* A new zeroed result at the end, or NULL when out of memory. */
struct zol_case *zol_case_add(struct zol_case_set *s) ZOL_MUST_CHECK ZOL_NONNULL(1);
int zol_case_fact(struct zol_case_set *s, const char *key, const char *value, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* How many have each verdict. */
void zol_case_count(const struct zol_case_set *s, size_t count[static ZOL_VERDICTS]) ZOL_NONNULL(1);

/* The verdict of a number that a file has: ZOL_V_NONE for one that there is none of. */
enum zol_verdict zol_verdict_from(int64_t n);

/* The letter of a verdict in a history strip: . F s C H f T L, blank for none. */
char zol_verdict_letter(enum zol_verdict v);
