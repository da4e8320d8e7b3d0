/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What concerns working trees: state, snapshots, branches, worktrees. */

#include "wrap/git.h"

/* Where snapshots stand: refs/zolkit/snapshot/<time>-<commit>, so that no garbage collection takes them. */
#define ZOL_GIT_SNAPSHOTS "refs/zolkit/snapshot/"

struct zol_git_snap_opts {
	bool untracked; /* files that Git does not know, and does not ignore, too */
	size_t keep;    /* how many snapshots stay; older ones are let go; 0: all */
	bool dry_run;   /* write nothing but objects that nothing refers to */
};

struct zol_git_snap {
	char id[ZOL_GIT_HEX], tree[ZOL_GIT_HEX];
	char *ref;       /* NULL when clean */
	bool clean;      /* nothing differs from HEAD: id is HEAD's, no commit was made */
	bool existed;    /* this very snapshot was there already */
	size_t changed;  /* files that differ from the index */
	size_t left_out; /* files that Git does not know, left out for want of .untracked */
	size_t let_go;   /* older snapshots that went */
};

void zol_git_snap_free(struct zol_git_snap *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(git_snap, struct zol_git_snap, zol_git_snap_free);

/*
 * Makes a commit on top of HEAD of the tracked files as they stand in the working tree, staged or
 * not. Its author and times are fixed or HEAD's: the same state gives the same commit. Index,
 * branches, reflogs and working tree are not touched. Filters other than line ends and $Id$ are
 * not run. ZOL_USAGE in a bare repository; ZOL_NEGATIVE while files are unmerged.
 */
int zol_git_snapshot(const struct zol_git *g, const struct zol_git_snap_opts *opts, struct zol_git_snap *ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
