/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The part of base/proc.h that runs in the child between fork and exec. Only calls that are
 * safe there (signal-safety(7)) are made; nothing is allocated.
 */

#include "base/proc.h"

enum zol_step {
	ZOL_STEP_SETUP = 1,
	ZOL_STEP_CWD,
	ZOL_STEP_EXEC,
};

/* What the child writes to its report pipe when it fails. */
struct zol_child_report {
	int step; /* enum zol_step */
	int errnum;
};

struct zol_child {
	const struct zol_spawn *spawn;
	const char *file; /* what to execute */
	int stdio[3];     /* the child's ends of pipes, or -1 */
	int report;
	pid_t parent;
};

/* Sets up and executes, or reports and exits with status 127. All signals are blocked at its call. */
ZOL_NORETURN void zol_child_exec(const struct zol_child *c) ZOL_NONNULL(1);
