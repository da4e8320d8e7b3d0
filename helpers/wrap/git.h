/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Git repositories by libgit2 (>= 1.5): opening, names of commits, trees and blobs.
 * Working trees are in wrap/git_work.h, the network in wrap/git_net.h. libgit2 runs neither hooks
 * nor filter programs.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_GIT_HEX 65 /* hex digits of an object id, and a NUL */

struct zol_git;

enum zol_git_open {
	ZOL_GIT_SEARCH = 1U << 0, /* path may lie below the working tree */
	/*
	 * Read only, and in this process alone: also a repository that belongs to somebody else. As
	 * with git-upload-pack(1) since git 2.48, reading objects executes nothing of it.
	 */
	ZOL_GIT_ANY_OWNER = 1U << 1,
	ZOL_GIT_BARE = 1U << 2, /* path is a .git directory, whose working tree does not matter */
};

/*
 * Opens the repository at path (working tree, .git, bare, or a linked worktree).
 * home: whose ~/.gitconfig counts; NULL: as the environment says; "": nobody's.
 * ZOL_USAGE when there is no repository, or it belongs to somebody else (with a hint).
 */
int zol_git_open(const char *path, unsigned flags, const char *home, struct zol_git **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
void zol_git_free(struct zol_git *g);
ZOL_CLEANUP_PTR(git, struct zol_git *, zol_git_free);

/* The working tree without a slash at its end, or NULL in a bare one; appended. Returns 1 when bare. */
int zol_git_workdir(const struct zol_git *g, struct zol_str *path, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* The directory that all worktrees share (.git); appended, without a slash at its end. */
void zol_git_commondir(const struct zol_git *g, struct zol_str *path) ZOL_NONNULL(1, 2);

/* A commit. */
struct zol_git_commit {
	char id[ZOL_GIT_HEX], tree[ZOL_GIT_HEX];
	int64_t time;  /* of the committer, s since 1970 */
	char *subject; /* first line of its message */
};
void zol_git_commit_free(struct zol_git_commit *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(git_commit_info, struct zol_git_commit, zol_git_commit_free);

/* What rev (branch, tag, id, HEAD~2 ...) means; ZOL_USAGE when there is no such commit. */
int zol_git_commit(const struct zol_git *g, const char *rev, struct zol_git_commit *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* An entry of a tree that is none itself. */
struct zol_git_entry {
	struct zol_span path; /* from the top; not checked in any way: it may be hostile */
	unsigned mode;        /* 0100644, 0100755, 0120000, 0160000 (submodule) */
	char id[ZOL_GIT_HEX];
};

/* Gets them one by one; a failure ends the walk and is passed on. */
typedef int zol_git_entry_fn(void *ctx, const struct zol_git_entry *e, struct zol_err *err);

/* Another commit, whose tree is known to the caller. */
struct zol_git_base {
	const char *commit; /* its id; one that the repository does not have counts for nothing */
	/*
	 * Gets each directory that is the same in both ("" is the whole), in the order of the entries;
	 * nothing below it is walked.
	 */
	int (*same)(void *ctx, const char *dir, struct zol_err *err);
};

/*
 * Walks the tree of a commit, names of directories that are unfit for a path included; with a base,
 * only where it is another one. ZOL_MALFORMED for more than 256 levels. Modes that Git does not have
 * are made the nearest ones.
 */
int zol_git_walk(const struct zol_git *g, const char *commit, const struct zol_git_base *base, zol_git_entry_fn *fn,
		 void *ctx, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 6);

/* The content of a blob, appended. */
int zol_git_blob(const struct zol_git *g, const char *id, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * How many commits `to` has that `from` has not (ahead), and the other way round. Both are object ids.
 * Returns 1 when the repository does not have one of them.
 */
int zol_git_distance(const struct zol_git *g, const char *from, const char *to, size_t *ret_ahead, size_t *ret_behind,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);
