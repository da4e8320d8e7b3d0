/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a test program printed, as results. Each parser takes the whole output (or log file) and
 * gives one row per test or sub-test that it names. An empty or cut log is a failure, never a pass:
 * complete is false, missing says what is not there, and zol_results_verdict() fails.
 */

#include <stdint.h>

#include "core/suite.h"

enum zol_test_status {
	ZOL_TEST_NONE, /* the log does not say */
	ZOL_TEST_PASS,
	ZOL_TEST_FAIL,
	ZOL_TEST_SKIP,
	ZOL_TEST_TIMEOUT,  /* the suite's own limit has killed it */
	ZOL_TEST_CRASH,    /* a program of the suite died by a signal or an assertion */
	ZOL_TEST_FLAKY,    /* the suite has run it again and it passed, or it is not the same each time */
	ZOL_TEST_EXPUNGED, /* an exclude list has it */
};

#define ZOL_TEST_STATUSES 8
/* "none" "pass" "fail" "skip" "timeout" "crash" "flaky" "expunged". */
const char *zol_test_status_name(enum zol_test_status status);

struct zol_result {
	char *test;
	enum zol_test_status status;
	char *reason; /* one line, or NULL */
	uint64_t ms;  /* how long, UINT64_MAX when it is not said */
};

/* A number that a benchmark measured. */
struct zol_metric {
	char *name; /* "randwrite.write.iops" */
	double value;
	char *unit; /* "ops/s", "KiB/s", "us"; "" */
};

struct zol_results {
	struct zol_result *v;
	size_t len, cap;
	struct zol_metric *metrics;
	size_t nmetrics, metrics_cap;
	bool complete; /* the end that the format has was seen, and its counts agree */
	char *missing; /* what is not there; NULL when complete */
	char *logdir;  /* "Log directory:" of ZTS, or NULL */
	bool named;    /* the rows are called as tests are asked for: other rows say nothing about one */
	bool by_exit;  /* nothing but the exit status was there to judge by */
};

#define ZOL_RESULTS_INIT { .v = NULL }

void zol_results_free(struct zol_results *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(results, struct zol_results, zol_results_free);

/* How the program ended: exit status, or 128 + the signal's number. */
struct zol_test_output {
	struct zol_span text; /* standard output and error in the order in which they came */
	int status;
	const char *test; /* the test that was asked for */
};

/*
 * Reads out with one parser. Only ENOMEM fails: any text gives results, if only "nothing there".
 * Sources of the grammars: the parsers' own headers.
 */
int zol_results_parse(enum zol_suite_parser parser, const struct zol_test_output *out, struct zol_results *ret,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/*
 * The verdict on the test that was asked for: its row (the last of that name), else, where rows are
 * sub-tests, the worst of all, else FAIL. Never PASS when the log is not complete or the exit status contradicts it.
 * *ret_reason points into r or at a fixed text, or is NULL.
 */
enum zol_test_status zol_results_verdict(const struct zol_results *r, const struct zol_test_output *out,
					 const char **ret_reason) ZOL_NONNULL(1, 2, 3);

/* For the parsers. Spans are copied; a control character in them becomes a blank. */
int zol_results_add(struct zol_results *r, struct zol_span test, enum zol_test_status status, struct zol_span reason,
		    uint64_t ms) ZOL_MUST_CHECK ZOL_NONNULL(1);
int zol_results_metric(struct zol_results *r, const char *name, double value, const char *unit)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);
/* The first metrics as a line: "job.write.iops 1234 ops/s, job.write.bandwidth 5054464 B/s"; "" when there are none. */
void zol_results_numbers(const struct zol_results *r, struct zol_str *text) ZOL_NONNULL(1, 2);
/* Sets complete, or what is missing (the first one stays). */
void zol_results_end(struct zol_results *r, const char *missing) ZOL_NONNULL(1);
