/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The text of perf-script(1) to stacks, in pieces as they come from a pipe. The memory is bounded
 * by the distinct stacks, not by the text. Grammar: linux:tools/perf/builtin-script.c
 * (perf_sample__fprintf_start, process_event) and util/evsel_fprintf.c (sample__fprintf_callchain).
 *
 * A task's name may hold blanks and numbers: the number before "[cpu]" or the time is the thread.
 * The last sample counts without an empty line behind it, and samples without a callchain count for
 * their task. Names are tidied as stackcollapse-perf.pl does (core/flamefold.h).
 */

#include "core/flamefold.h"

struct zol_perftext;

/* opts and stacks are borrowed until it is freed. */
int zol_perftext_new(const struct zol_fold_opts *opts, struct zol_stacks *stacks, struct zol_perftext **ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
void zol_perftext_free(struct zol_perftext *p);
ZOL_CLEANUP_PTR(perftext, struct zol_perftext *, zol_perftext_free);

/* The next bytes; lines may be cut anywhere. A line over 1 MiB is ZOL_MALFORMED. */
int zol_perftext_feed(struct zol_perftext *p, struct zol_span text, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* The end of the text: folds the sample that is still open. */
int zol_perftext_finish(struct zol_perftext *p, struct zol_fold_stats *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Do these first bytes of a file look like perf script text (rather than folded stacks)? */
bool zol_perftext_looks(struct zol_span head);

/* What the first line of a sample says. Used by the reader; its own function for the tests. */
struct zol_perf_head {
	struct zol_span comm, event, rest; /* rest: behind the event */
	int64_t pid, tid;                  /* -1: not there */
	uint64_t time;                     /* ns */
	uint64_t period;
	bool has_time, has_period;
	bool anchored; /* the thread was found by the cpu or time behind it */
};

/* Returns false for a line that has no thread. */
bool zol_perf_head_read(struct zol_span line, struct zol_perf_head *ret) ZOL_NONNULL(2);
