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

/* How a checkout stands. */
struct zol_git_state {
	char id[ZOL_GIT_HEX]; /* of HEAD; "" without a commit */
	char *branch;         /* NULL: detached */
	char *subject;        /* NULL without a commit */
	int64_t time;
	char *upstream; /* as "origin/master"; NULL: none */
	size_t ahead, behind;
	size_t staged, edited, untracked, unmerged; /* files; a directory without a known file counts as one */
	const char *doing;                          /* "merge", "rebase" ... while one is under way, else NULL */
	bool bare;
};
void zol_git_state_free(struct zol_git_state *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(git_state, struct zol_git_state, zol_git_state_free);

/* A file that is not as in HEAD, by letters of git-status(1): "MADRTU?" or ' '. */
typedef void zol_git_file_fn(void *ctx, char staged, char edited, const char *path);

/* fn may be NULL. The index is not refreshed on disk: looking changes nothing. */
int zol_git_look(const struct zol_git *g, zol_git_file_fn *fn, void *ctx, struct zol_git_state *ret,
		 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* A branch. Strings are valid during the call. */
struct zol_git_branch {
	const char *name, *upstream, *subject; /* upstream NULL: none */
	char id[ZOL_GIT_HEX];
	int64_t time;
	bool current, remote, elsewhere; /* elsewhere: checked out in another worktree */
	size_t ahead, behind;
};
typedef int zol_git_branch_fn(void *ctx, const struct zol_git_branch *b, struct zol_err *err);

int zol_git_branches(const struct zol_git *g, bool remote, zol_git_branch_fn *fn, void *ctx, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5);

/* Makes a branch at start (NULL: HEAD); a remote branch becomes its upstream. ZOL_USAGE when it exists. */
int zol_git_branch_create(const struct zol_git *g, const char *name, const char *start, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/*
 * Checks a branch out, making it when just one remote has it. Edits that concern no file that
 * differs stay. Where one would be lost: ZOL_NEGATIVE that names the files, and nothing has
 * changed. Also ZOL_NEGATIVE when another worktree has it, or a merge or the like is under way.
 * Returns 1 when it is checked out already. dry_run: only finds out.
 */
int zol_git_switch(const struct zol_git *g, const char *name, bool dry_run, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* A linked worktree. Strings are valid during the call. */
struct zol_git_worktree {
	const char *name, *path;
	const char *branch; /* NULL: detached, or not there */
	const char *locked; /* the reason, or NULL */
	char id[ZOL_GIT_HEX];
	bool there;
};
typedef int zol_git_worktree_fn(void *ctx, const struct zol_git_worktree *w, struct zol_err *err);

int zol_git_worktrees(const struct zol_git *g, zol_git_worktree_fn *fn, void *ctx, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Makes one at path, of a branch that is there or (NULL: named like the directory) is made at HEAD. */
int zol_git_worktree_add(const struct zol_git *g, const char *path, const char *branch, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/*
 * Removes one, by name or path. ZOL_NEGATIVE when it is locked or holds anything that is not
 * committed, new and ignored files included; force takes the latter along.
 */
int zol_git_worktree_remove(const struct zol_git *g, const char *which, bool force, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* The paths of all tracked files, one by one, in Git's order. */
typedef int zol_git_path_fn(void *ctx, const char *path, unsigned mode, struct zol_err *err);
int zol_git_tracked(const struct zol_git *g, zol_git_path_fn *fn, void *ctx, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Sees to it that these patterns (of names at the top) are ignored here, by info/exclude, unless they are. */
int zol_git_exclude(const struct zol_git *g, const char *const *names, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
