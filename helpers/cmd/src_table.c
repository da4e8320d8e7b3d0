/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cli/cli.h"
#include "cmd/src.h"

#define REPO_ROW(type)                                                                                  \
	{ "repo", 'r', ZOL_OPT_STR, offsetof(struct type, repo), "REPO",                                \
	  "the repository: a directory, or a name of src.checkouts (default: the one around us)", NULL, \
	  ZOL_COMPLETE_DIR }

static const struct zol_opt export_opts[] = {
	REPO_ROW(zol_args_src_export),
	{ "commit", 'c', ZOL_OPT_STR, offsetof(struct zol_args_src_export, commit), "COMMIT",
	  "branch, tag, id, or anything else that Git can tell a commit by (default: HEAD)", NULL, ZOL_COMPLETE_NONE },
	{ "to", 't', ZOL_OPT_STR, offsetof(struct zol_args_src_export, to), "DIR",
	  "the directory: new, empty, or of an earlier export", NULL, ZOL_COMPLETE_DIR },
	{ "list", 'l', ZOL_OPT_FLAG, offsetof(struct zol_args_src_export, list), NULL,
	  "print each path that changes: W written, M mode only, D removed", NULL, ZOL_COMPLETE_NONE },
	{ "no-submodules", 0, ZOL_OPT_FLAG, offsetof(struct zol_args_src_export, no_submodules), NULL,
	  "leave the directories of submodules empty", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt snapshot_opts[] = {
	REPO_ROW(zol_args_src_snapshot),
	{ "new", 'N', ZOL_OPT_FLAG, offsetof(struct zol_args_src_snapshot, untracked), NULL,
	  "take new files, too, unless they are ignored", NULL, ZOL_COMPLETE_NONE },
	{ "keep", 'k', ZOL_OPT_U64, offsetof(struct zol_args_src_snapshot, keep), "N",
	  "let all but the last N snapshots go (default 50)", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_action actions[] = {
	{ .name = "snapshot",
	  .summary = "make a commit of the working tree, without touching index or branch",
	  .text = "Prints the commit's id. Uncommitted edits of tracked files are in it, staged or not. The commit stands on "
		  "HEAD, on no branch, and is kept by a ref below refs/zolkit/snapshot/. The same state gives the same "
		  "commit; without edits it is HEAD.",
	  .opts = snapshot_opts,
	  .nopts = ZOL_COUNT(snapshot_opts),
	  .args_size = sizeof(struct zol_args_src_snapshot),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN },
	{ .name = "export",
	  .summary = "bring a directory to a commit by touching only what differs",
	  .text = "Files that stay the same keep their times, so that make goes on where it was; build products stay; files "
		  "that the commit does not have go, if an export wrote them. A run that was killed is completed by the "
		  "next one. A directory that holds other things, and was not made by an export, is refused.",
	  .opts = export_opts,
	  .nopts = ZOL_COUNT(export_opts),
	  .args_size = sizeof(struct zol_args_src_export),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN },
};

const struct zol_module zol_module_src = {
	.name = "src",
	.summary = "Git checkouts: clone, look, branch, index, snapshot, export",
	.prog = "zolkit-src",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
