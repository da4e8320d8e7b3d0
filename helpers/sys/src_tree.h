/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A commit's files, those of its submodules included, read as the repository's owner. */

#include "base/event.h"
#include "core/manifest.h"
#include "sys/src_owner.h"
#include "wrap/git.h"

struct zol_src_sub {
	char *prefix; /* path of the submodule, with a slash at its end */
	struct zol_git *git;
};

struct zol_src_tree {
	struct zol_src_owner owner;
	struct zol_git *git;
	struct zol_git_commit commit;
	struct zol_manifest files; /* sorted, stamps unknown */
	struct zol_src_sub *subs;  /* the submodules that were found */
	size_t nsubs;
};

#define ZOL_SRC_TREE_INIT { .git = NULL }

void zol_src_tree_free(struct zol_src_tree *t) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(src_tree, struct zol_src_tree, zol_src_tree_free);

struct zol_src_tree_opts {
	bool search;        /* repo may lie below the working tree */
	bool no_submodules; /* each is an empty directory */
	const struct zol_events *ev;
};

/* Opens the repository and finds the commit. */
int zol_src_tree_open(const char *repo, const char *commit, const struct zol_src_tree_opts *opts,
		      struct zol_src_tree *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * Lists the commit's files; those of directories that the commit of base has just as well are
 * taken from there (NULL: none are; base must be complete and plain). A submodule whose commit is
 * not in the repository (nor in its modules) becomes an empty directory, with a note. ZOL_MALFORMED
 * for paths that must not be written.
 */
int zol_src_tree_list(struct zol_src_tree *t, const struct zol_src_tree_opts *opts, const struct zol_manifest *base,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* The content of a file of it, appended. */
int zol_src_tree_read(struct zol_src_tree *t, const struct zol_manifest_entry *e, struct zol_str *out,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
