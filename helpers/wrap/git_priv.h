/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The one place that includes libgit2's header, for the files wrap/git*.c. */

#include <git2.h>

#include "wrap/git.h"

/* Each holds a reference to the library (git_libgit2_init counts). */
struct zol_git {
	git_repository *repo;
};

ZOL_CLEANUP_PTR(git_object, git_object *, git_object_free);
ZOL_CLEANUP_PTR(git_commit, git_commit *, git_commit_free);
ZOL_CLEANUP_PTR(git_tree, git_tree *, git_tree_free);
ZOL_CLEANUP_PTR(git_reference, git_reference *, git_reference_free);
ZOL_CLEANUP_PTR(git_index, git_index *, git_index_free);
ZOL_CLEANUP_PTR(git_remote, git_remote *, git_remote_free);
ZOL_CLEANUP_PTR(git_repository, git_repository *, git_repository_free);
ZOL_CLEANUP_PTR(git_diff, git_diff *, git_diff_free);
ZOL_CLEANUP_PTR(git_signature, git_signature *, git_signature_free);
ZOL_CLEANUP_PTR(git_worktree, git_worktree *, git_worktree_free);
ZOL_CLEANUP_PTR(git_status_list, git_status_list *, git_status_list_free);
ZOL_CLEANUP_PTR(git_branch_iterator, git_branch_iterator *, git_branch_iterator_free);
ZOL_CLEANUP_STRUCT(git_strarray, git_strarray, git_strarray_dispose);
ZOL_CLEANUP_STRUCT(git_buf, git_buf, git_buf_dispose);

/*
 * Records a failure of libgit2 with what it has to say, which is read at once: it is only valid
 * until its next call. rc is its return value.
 */
int zol_git_fail(struct zol_err *err, enum zol_code code, int rc, const char *fmt, ...) ZOL_NONNULL(1, 4)
	ZOL_PRINTF(4, 5);

/* The commit that HEAD is at; NULL (and 0) when there is none yet. */
int zol_git_head_commit(const struct zol_git *g, git_commit **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The commit that a name means (branch, tag, id, HEAD~2 ...); ZOL_USAGE when there is none. */
int zol_git_find_commit(const struct zol_git *g, const char *rev, git_commit **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* An object id as hexadecimal text. */
void zol_git_hex(const git_oid *oid, char ret[static ZOL_GIT_HEX]) ZOL_NONNULL(1);

/* Whose ~/.gitconfig counts: nobody else's than the owner's (libgit2 would ask $HOME); "": nobody's. */
int zol_git_set_home(const char *home, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
