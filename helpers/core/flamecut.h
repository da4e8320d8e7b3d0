/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Cuts of one recording: by process, thread, time, task name and function. All of them work on
 * what was recorded, so one recording of the whole system serves every question.
 */

#include "core/folded.h"

/* Zero-initialise: everything. Numbers and texts are borrowed. */
struct zol_flamecut {
	const uint64_t *pids, *tids;
	size_t npids, ntids;
	uint64_t from, to;                       /* ns after the first sample; to 0: until the end */
	const char *const *comms, *const *funcs; /* NULL-terminated or NULL; any of them is enough */
	bool regex;                              /* comms and funcs are POSIX extended regular expressions */
};

/* Is a sample of this process and thread (-1: not known), so many ns after the first one, wanted? */
bool zol_flamecut_sample(const struct zol_flamecut *c, int64_t pid, int64_t tid, uint64_t after) ZOL_NONNULL(1);

/*
 * Drops the stacks whose task is none of comms, or that have none of funcs as a frame. A frame is
 * equal to a function when its name is, without what compilers append (.isra.0, .constprop.0,
 * .part.0, .cold, .llvm.123, .lto_priv.0); a task also with the numbers that folding appends
 * ("-12/13"); blanks are underscores in tasks. Returns ZOL_USAGE for a bad regular expression.
 */
int zol_flamecut_apply(const struct zol_flamecut *c, struct zol_stacks *s, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The name without what compilers append to it. */
struct zol_span zol_flamecut_bare(struct zol_span name);
