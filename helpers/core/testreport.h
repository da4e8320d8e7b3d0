/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A run's results as text for other programs. All append to s; memory that is short shows in s. */

#include "core/testcase.h"

/*
 * TAP version 14 (testanything.org/tap-version-14-specification.html): a line a test, its verdict and reason
 * in a YAML block where it has not passed; SKIP as a directive; FLAKY is "ok" with a remark.
 */
void zol_testreport_tap(const struct zol_case_set *set, struct zol_str *s) ZOL_NONNULL(1, 2);

/*
 * JUnit XML as Jenkins reads it (jenkinsci/xunit-plugin, junit-10.xsd): a testsuite for each suite, failure for
 * FAIL, error for CRASH, HANG, TIMEOUT and LOST, skipped; properties are the environment. What XML 1.0 has
 * no characters for becomes U+FFFD.
 */
void zol_testreport_junit(const struct zol_case_set *set, struct zol_str *s) ZOL_NONNULL(1, 2);

/* One JSON object with the run, its environment and its tests. */
void zol_testreport_json(const struct zol_case_set *set, struct zol_str *s) ZOL_NONNULL(1, 2);

/* One HTML page that needs nothing else: filter, sort, history strips, links to the artefacts. */
void zol_testpage(const struct zol_case_set *set, struct zol_str *s) ZOL_NONNULL(1, 2);
