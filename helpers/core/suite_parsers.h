/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The parsers behind zol_results_parse(). Each returns 0, or -1 when memory is short, and calls
 * zol_results_end(). Where the grammars come from:
 *
 * zts: openzfs/zfs:tests/test-runner/bin/test-runner.py.in (Cmd.log, Result, TestRun.summary) and
 *	zts-report.py.in. Since 48c9b2e a time stands before each line of the log file; the name is
 *	what stands behind ".../tests/functional/". SKIP is exit status 4, KILLED the time limit.
 *	Complete: "Results Summary" is there and its counts are those of the lines.
 * xfstests: kdave/xfstests:check (run_section, _dump_err_cont, _summary), common/report. A sub-line of
 *	a test begins with a blank or stands behind its name. Complete: "Passed all N tests" or
 *	"Failed N of M tests" (or "Not run:" alone).
 * ztest: openzfs/zfs:cmd/ztest.c (main, ztest_run_init, print_time) and scripts/zloop.sh. Complete:
 *	"N killed, M completed, P% kill rate", or zloop's "zloop finished, N crashes found".
 * filebench: filebench/filebench:stats.c (stats_snap). Complete: an "IO Summary:" line.
 * fio: axboe/fio:stat.c (show_thread_status_json); text before the first "{" is passed over.
 *	Complete: the document closes and has a job.
 * splat: zfsonlinux/spl:cmd/splat.c (run_one): "subsystem:test Pass" or "Fail  reason".
 * tap: TAP 14 and linux:Documentation/dev-tools/ktap.rst: plan first or last, directives SKIP, the one for later work, XFAIL, TIMEOUT,
 *	ERROR, "Bail out!", nested sub-tests by indentation. Without any TAP the exit status counts.
 */

#include "core/suite_result.h"

#define ZOL_SUITE_NAME_MAX 256U /* bytes of a name that is put before many others: no log is to fill the memory */

int zol_suite_zts(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_xfstests(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_ztest(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_filebench(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_fio(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_splat(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
int zol_suite_tap(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);

/* "acl/off/dosmode" of ".../tests/functional/acl/off/dosmode.ksh". */
struct zol_span zol_suite_zts_name(struct zol_span path);

/* The verdict of the exit status alone: 0 pass, 77 skip, a signal that is none of SIGKILL and SIGTERM crash. */
int zol_suite_exit(const struct zol_test_output *out, struct zol_results *r) ZOL_NONNULL(1, 2);
