/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* src: Git checkouts of the code under work. */

#include "cli/cli.h"

struct zol_src_export_args {
	const char *repo, *commit, *to;
	bool no_submodules, list;
};

struct zol_src_snapshot_args {
	const char *repo;
	uint64_t keep;
	bool untracked;
};

/* status */
struct zol_src_repo_args {
	const char *repo;
};

struct zol_src_list_args {
	struct zol_strv dirs;
};

/* branch and worktree: a verb and its operands. */
struct zol_src_words_args {
	const char *repo;
	struct zol_strv words;
	bool all, go, force;
};

struct zol_src_clone_args {
	const char *branch;
	struct zol_strv words; /* URL, then DIR */
};

struct zol_src_index_args {
	const char *repo;
	bool all;
};

struct zol_src_tree_args {
	const char *cache, *family, *release, *discard; /* open */
	struct zol_strv options, recipe, recipe_files;
	uint64_t keep;
	const char *tree, *step; /* due, done, seal */
	struct zol_strv inputs, built, files, words, outputs;
	struct zol_strv verb;
};

extern const struct zol_module zol_module_src;
extern const struct zol_bind zol_binds_src[];
extern const size_t zol_nbinds_src;

zol_run_fn zol_cmd_src_clone, zol_cmd_src_list, zol_cmd_src_status, zol_cmd_src_branch, zol_cmd_src_worktree,
	zol_cmd_src_index, zol_cmd_src_export, zol_cmd_src_snapshot, zol_cmd_src_tree;
