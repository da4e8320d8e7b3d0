/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * An index of a working tree for finding one's way: cscope.files (the tracked C and assembler
 * files), and what cscope(1) and ctags(1) make of it, at the top of the tree. Each is made only
 * when a file is newer; cscope itself reads only what changed.
 */

#include "base/event.h"
#include "wrap/git.h"

struct zol_src_index {
	bool all; /* also what is not stale */
	const struct zol_events *ev;
};

struct zol_src_indexed {
	size_t files;
	size_t left_out;            /* names with blanks, quotes or backslashes, which the programs cannot read */
	bool list;                  /* the list was written */
	const char *cscope, *ctags; /* "made", "current" or "missing" (no such program) */
};

/* ZOL_USAGE in a bare repository; ZOL_CHILD when one of the programs fails. */
int zol_src_index_run(const struct zol_git *g, const struct zol_src_index *x, struct zol_src_indexed *ret,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
