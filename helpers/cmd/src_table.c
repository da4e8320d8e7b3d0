/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cli/cli.h"
#include "cmd/src.h"

#define REPO_ROW(type)                                                                                  \
	{ "repo", 'r', ZOL_OPT_STR, offsetof(struct type, repo), "REPO",                                \
	  "the repository: a directory, or a name of src.checkouts (default: the one around us)", NULL, \
	  ZOL_COMPLETE_DIR }

static const struct zol_opt export_opts[] = {
	REPO_ROW(zol_src_export_args),
	{ "commit", 'c', ZOL_OPT_STR, offsetof(struct zol_src_export_args, commit), "COMMIT",
	  "branch, tag, id, or anything else that Git can tell a commit by (default: HEAD)", NULL, ZOL_COMPLETE_NONE },
	{ "to", 't', ZOL_OPT_STR, offsetof(struct zol_src_export_args, to), "DIR",
	  "the directory: new, empty, or of an earlier export", NULL, ZOL_COMPLETE_DIR },
	{ "list", 'l', ZOL_OPT_FLAG, offsetof(struct zol_src_export_args, list), NULL,
	  "print each path that changes: W written, M mode only, D removed", NULL, ZOL_COMPLETE_NONE },
	{ "no-submodules", 0, ZOL_OPT_FLAG, offsetof(struct zol_src_export_args, no_submodules), NULL,
	  "leave the directories of submodules empty", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt snapshot_opts[] = {
	REPO_ROW(zol_src_snapshot_args),
	{ "new", 'N', ZOL_OPT_FLAG, offsetof(struct zol_src_snapshot_args, untracked), NULL,
	  "take new files, too, unless they are ignored", NULL, ZOL_COMPLETE_NONE },
	{ "keep", 'k', ZOL_OPT_U64, offsetof(struct zol_src_snapshot_args, keep), "N",
	  "let all but the last N snapshots go (default: 50)", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt status_opts[] = { REPO_ROW(zol_src_repo_args) };

static const struct zol_opt branch_opts[] = {
	REPO_ROW(zol_src_words_args),
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct zol_src_words_args, all), NULL,
	  "list the branches of remotes, too", NULL, ZOL_COMPLETE_NONE },
	{ "switch", 's', ZOL_OPT_FLAG, offsetof(struct zol_src_words_args, go), NULL,
	  "check the branch out that was created", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt worktree_opts[] = {
	REPO_ROW(zol_src_words_args),
	{ "force", 'f', ZOL_OPT_FLAG, offsetof(struct zol_src_words_args, force), NULL,
	  "remove files that are not committed with it", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt clone_opts[] = {
	{ "branch", 'b', ZOL_OPT_STR, offsetof(struct zol_src_clone_args, branch), "NAME",
	  "check this branch out, instead of the remote's default", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt index_opts[] = {
	REPO_ROW(zol_src_index_args),
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct zol_src_index_args, all), NULL,
	  "make it anew, also when nothing changed", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt tree_opts[] = {
	{ "cache", 'c', ZOL_OPT_STR, offsetof(struct zol_src_tree_args, cache), "DIR", "open: where the trees of this package are", NULL, ZOL_COMPLETE_DIR },
	{ "family", 'f', ZOL_OPT_STR, offsetof(struct zol_src_tree_args, family), "NAME", "open: what branches that share a tree have in common, such as a version", NULL, ZOL_COMPLETE_NONE },
	{ "release", 'r', ZOL_OPT_STR, offsetof(struct zol_src_tree_args, release), "NAME", "open: of the kernel that is built for", NULL, ZOL_COMPLETE_NONE },
	{ "option", 'o', ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, options), "WORD", "open: each set of these words has its own tree", NULL, ZOL_COMPLETE_NONE },
	{ "recipe", 'w', ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, recipe), "WORD", "open: a tree made with another word is emptied", NULL, ZOL_COMPLETE_NONE },
	{ "recipe-file", 0, ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, recipe_files), "FILE", "open: the same with a file's content", NULL, ZOL_COMPLETE_FILE },
	{ "discard", 0, ZOL_OPT_STR, offsetof(struct zol_src_tree_args, discard), "WHY", "open: empty it in any case", NULL, ZOL_COMPLETE_NONE },
	{ "keep", 'k', ZOL_OPT_U64, offsetof(struct zol_src_tree_args, keep), "N", "open: let all but the N trees go that were used last (default: 4)", NULL, ZOL_COMPLETE_NONE },
	{ "tree", 't', ZOL_OPT_STR, offsetof(struct zol_src_tree_args, tree), "DIR", "due, done, seal: the tree that open has named", NULL, ZOL_COMPLETE_DIR },
	{ "step", 's', ZOL_OPT_STR, offsetof(struct zol_src_tree_args, step), "NAME", "due, done: any name", NULL, ZOL_COMPLETE_NONE },
	{ "input", 'i', ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, inputs), "PATTERN", "due: files of the commit, as fnmatch(3) knows them; * stands for slashes, too", NULL, ZOL_COMPLETE_NONE },
	{ "built", 'b', ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, built), "PATTERN", "due: files that were built", NULL, ZOL_COMPLETE_NONE },
	{ "file", 0, ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, files), "FILE", "due: a file, in the tree or anywhere", NULL, ZOL_COMPLETE_FILE },
	{ "word", 0, ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, words), "WORD", "due: anything else", NULL, ZOL_COMPLETE_NONE },
	{ "output", 0, ZOL_OPT_LIST, offsetof(struct zol_src_tree_args, outputs), "FILE", "due: the step is due when this is not in the tree", NULL, ZOL_COMPLETE_FILE },
};

static const struct zol_operand tree_operand = {
	"open|due|done|seal", 1, 1, offsetof(struct zol_src_tree_args, verb), "what is to be done with the tree", ZOL_COMPLETE_NONE,
};

static const struct zol_operand clone_operand = {
	"URL [DIR]", 1, 2, offsetof(struct zol_src_clone_args, words),
	"what to clone, and the directory to make (default: named like the last part of the URL)", ZOL_COMPLETE_DIR,
};

static const struct zol_operand list_operand = {
	"DIR", 0, UINT_MAX, offsetof(struct zol_src_list_args, dirs),
	"checkouts, or directories that hold some, instead of the configured ones", ZOL_COMPLETE_DIR,
};

static const struct zol_operand branch_operand = {
	"list|create|switch NAME", 0, 3, offsetof(struct zol_src_words_args, words),
	"list; or create NAME [COMMIT]; or switch NAME", ZOL_COMPLETE_NONE,
};

static const struct zol_operand worktree_operand = {
	"list|add|remove DIR", 0, 3, offsetof(struct zol_src_words_args, words),
	"list; or add DIR [BRANCH]; or remove DIR", ZOL_COMPLETE_DIR,
};

static const struct zol_action actions[] = {
	{ .name = "clone",
	  .summary = "get a repository, or the rest of one",
	  .text = "A clone that was interrupted is completed by the same command. In a directory that is a whole clone of the "
		  "URL, only what is new is fetched; nothing is checked out. Keys come from the SSH agent.",
	  .opts = clone_opts,
	  .nopts = ZOL_COUNT(clone_opts),
	  .operand = &clone_operand,
	  .args_size = sizeof(struct zol_src_clone_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "list",
	  .summary = "list checkouts: branch, commit, edits, distance to upstream",
	  .text = "Those of src.checkouts and chroot.code.",
	  .operand = &list_operand,
	  .args_size = sizeof(struct zol_src_list_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "status",
	  .summary = "show a checkout: branch, commit, upstream, files that differ",
	  .text = "Nothing is changed by looking, not even the index.",
	  .opts = status_opts,
	  .nopts = ZOL_COUNT(status_opts),
	  .args_size = sizeof(struct zol_src_repo_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "branch",
	  .summary = "list, create or check out branches",
	  .text = "Edits that are not committed are carried along. Where a branch would overwrite one, nothing is done and the "
		  "files are named. A branch that only a remote has is made, and follows it.",
	  .opts = branch_opts,
	  .nopts = ZOL_COUNT(branch_opts),
	  .operand = &branch_operand,
	  .args_size = sizeof(struct zol_src_words_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN },
	{ .name = "worktree",
	  .summary = "list, add or remove further working trees of a repository",
	  .text = "One is added with a branch that exists, or with a new one named like its directory. It is not removed while "
		  "it has files that are not committed.",
	  .opts = worktree_opts,
	  .nopts = ZOL_COUNT(worktree_opts),
	  .operand = &worktree_operand,
	  .args_size = sizeof(struct zol_src_words_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "index",
	  .summary = "bring the cscope and ctags index of a checkout up to date",
	  .text = "cscope.files names the tracked C and assembler files. cscope and ctags run only when one of them, or the list, "
		  "is newer than what they made. The files are ignored by Git (info/exclude).",
	  .opts = index_opts,
	  .nopts = ZOL_COUNT(index_opts),
	  .args_size = sizeof(struct zol_src_index_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "snapshot",
	  .summary = "make a commit of the working tree, without touching index or branch",
	  .text = "Prints the commit's id. Uncommitted edits of tracked files are in it, staged or not. The commit stands on "
		  "HEAD, on no branch, and is kept by a ref below refs/zolkit/snapshot/. The same state gives the same "
		  "commit; without edits it is HEAD.",
	  .opts = snapshot_opts,
	  .nopts = ZOL_COUNT(snapshot_opts),
	  .args_size = sizeof(struct zol_src_snapshot_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN },
	{ .name = "export",
	  .summary = "bring a directory to a commit by touching only what differs",
	  .text = "Files that stay the same keep their times, so that make goes on where it was; build products stay; files "
		  "that the commit does not have go, if an export wrote them. A run that was killed is completed by the "
		  "next one. A directory that holds other things, and was not made by an export, is refused.",
	  .opts = export_opts,
	  .nopts = ZOL_COUNT(export_opts),
	  .args_size = sizeof(struct zol_src_export_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN },
	{ .name = "tree",
	  .summary = "keep build trees, and tell which steps of a build are due",
	  .text = "For live ebuilds. open prints the tree, and whether it is fresh or kept: it is emptied when its last build "
		  "failed, when a file in it is not as the build left it, or when the recipe changed. due tells by its exit "
		  "status whether a step must be done (0) or nothing changed since it was (1), done records that it was, "
		  "seal that the build was a success.",
	  .opts = tree_opts,
	  .nopts = ZOL_COUNT(tree_opts),
	  .operand = &tree_operand,
	  .args_size = sizeof(struct zol_src_tree_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_src = {
	.name = "src",
	.summary = "Git checkouts: clone, look, branch, index, snapshot, export",
	.prog = "zolkit-src",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
