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

extern const struct zol_module zol_module_src;
extern const struct zol_bind zol_binds_src[];
extern const size_t zol_nbinds_src;

int zol_cmd_src_export(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_cmd_src_snapshot(struct zol_cli *cli, const void *args, struct zol_err *err);
