/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* src: Git checkouts of the code under work. */

#include "cli/cli.h"

struct zol_args_src_export {
	const char *repo, *commit, *to;
	bool no_submodules, list;
};

struct zol_args_src_snapshot {
	const char *repo;
	uint64_t keep;
	bool untracked;
};

/* status */
struct zol_args_src_repo {
	const char *repo;
};

struct zol_args_src_list {
	struct zol_strv dirs;
};

/* branch and worktree: a verb and its operands. */
struct zol_args_src_words {
	const char *repo;
	struct zol_strv words;
	bool all, go, force;
};

struct zol_args_src_clone {
	const char *branch;
	struct zol_strv words; /* URL, then DIR */
};

struct zol_args_src_index {
	const char *repo;
	bool all;
};

struct zol_args_src_tree {
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

int zol_cmd_src_clone(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_list(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_status(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_branch(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_worktree(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_index(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_export(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_snapshot(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_tree(struct zol_cli *cli, const void *args, struct zol_err *err);
