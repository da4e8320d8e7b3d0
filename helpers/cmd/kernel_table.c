/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/kernel.h"

#define MERGE(member) offsetof(struct zol_kernel_merge_args, member)
#define BUILD(member) offsetof(struct zol_kernel_build_args, member)

static const struct zol_opt merge_opts[] = {
	{ "base", 'b', ZOL_OPT_STR, MERGE(base), "BASE",
	  "tinyconfig, allnoconfig, a defconfig, host or a file, compressed or not", NULL, ZOL_COMPLETE_FILE },
	{ "source", 's', ZOL_OPT_STR, MERGE(source), "PATH", "kernel source tree or archive", NULL, ZOL_COMPLETE_FILE },
	{ "satisfy", 0, ZOL_OPT_FLAG, MERGE(satisfy), NULL, "also set what the requests need, and say what that is", NULL,
	  ZOL_COMPLETE_NONE },
	{ "verify", 0, ZOL_OPT_FLAG, MERGE(verify), NULL, "run the tree's own conf too; what differs is told, conf's file wins",
	  NULL, ZOL_COMPLETE_NONE },
	{ "no-probes", 0, ZOL_OPT_FLAG, MERGE(no_probes), NULL, "do not run the tree's compiler probes", NULL,
	  ZOL_COMPLETE_NONE },
	{ "build", 'O', ZOL_OPT_STR, MERGE(build), "DIR", "the O= directory in which the tree's conf runs", NULL,
	  ZOL_COMPLETE_DIR },
	{ "output", 'o', ZOL_OPT_STR, MERGE(output), "FILE", "where the .config goes (default: standard output)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "arch", 'a', ZOL_OPT_STR, MERGE(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
	{ "set", 'S', ZOL_OPT_LIST, MERGE(set), "X=V", "one more setting, after all fragments", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand merge_operand = {
	"FRAGMENT", 0, UINT_MAX, MERGE(fragments), "names (zolkit kernel fragments) or files (default: those configured)",
	ZOL_COMPLETE_FILE
};

#define EXPLAIN(member) offsetof(struct zol_kernel_explain_args, member)
#define SATISFY(member) offsetof(struct zol_kernel_satisfy_args, member)
#define CHECK(member) offsetof(struct zol_kernel_check_args, member)

static const struct zol_opt explain_opts[] = {
	{ "base", 'b', ZOL_OPT_STR, EXPLAIN(base), "BASE", "as in merge", NULL, ZOL_COMPLETE_FILE },
	{ "source", 's', ZOL_OPT_STR, EXPLAIN(source), "PATH", "kernel source tree or archive", NULL, ZOL_COMPLETE_FILE },
	{ "arch", 'a', ZOL_OPT_STR, EXPLAIN(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
	{ "fragment", 'f', ZOL_OPT_LIST, EXPLAIN(fragments), "FRAGMENT", "on top of the base (default: those configured)",
	  NULL, ZOL_COMPLETE_FILE },
};

static const struct zol_operand explain_operand = { "SYMBOL[=V]", 1, UINT_MAX, EXPLAIN(symbols),
						    "with or without CONFIG_; =y is meant without a value",
						    ZOL_COMPLETE_NONE };

static const struct zol_opt satisfy_opts[] = {
	{ "base", 'b', ZOL_OPT_STR, SATISFY(base), "BASE", "as in merge", NULL, ZOL_COMPLETE_FILE },
	{ "source", 's', ZOL_OPT_STR, SATISFY(source), "PATH", "kernel source tree or archive", NULL, ZOL_COMPLETE_FILE },
	{ "arch", 'a', ZOL_OPT_STR, SATISFY(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
	{ "fragment", 'f', ZOL_OPT_LIST, SATISFY(fragments), "FRAGMENT", "on top of the base (default: those configured)",
	  NULL, ZOL_COMPLETE_FILE },
};

static const struct zol_operand satisfy_operand = { "SYMBOL[=V]", 0, UINT_MAX, SATISFY(symbols),
						    "with or without CONFIG_; =y is meant without a value (default: what the fragments ask for)",
						    ZOL_COMPLETE_NONE };

static const struct zol_opt check_opts[] = {
	{ "config", 'c', ZOL_OPT_STR, CHECK(config), "FILE",
	  "a finished .config, compressed or not (default: that of the running kernel)", NULL, ZOL_COMPLETE_FILE },
	{ "string", 'e', ZOL_OPT_STR, CHECK(check), "CHECK", "a CONFIG_CHECK string as in linux-info.eclass: FOO !FOO ~FOO @FOO",
	  NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand check_operand = { "FRAGMENT", 0, UINT_MAX, CHECK(fragments), "names or files",
						  ZOL_COMPLETE_FILE };

static const char *const wheres[] = { "auto", "host", "chroot", NULL };

static const struct zol_opt build_opts[] = {
	{ "base", 'b', ZOL_OPT_STR, BUILD(base), "BASE",
	  "tinyconfig, allnoconfig, a defconfig, host, current or a file", NULL, ZOL_COMPLETE_FILE },
	{ "source", 's', ZOL_OPT_STR, BUILD(source), "PATH", "kernel source tree or archive", NULL, ZOL_COMPLETE_FILE },
	{ "output", 'O', ZOL_OPT_STR, BUILD(output), "DIR", "the O= directory", NULL, ZOL_COMPLETE_DIR },
	{ "arch", 'a', ZOL_OPT_STR, BUILD(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
	{ "where", 'w', ZOL_OPT_CHOICE, BUILD(where), "PLACE", "with the host's compiler (auto, too) or the guest's own in its chroot", wheres,
	  ZOL_COMPLETE_NONE },
	{ "jobs", 'j', ZOL_OPT_U64, BUILD(jobs), "N", "compile N files at once", NULL, ZOL_COMPLETE_NONE },
	{ "force", 'f', ZOL_OPT_FLAG, BUILD(force), NULL, "run make even when nothing changed", NULL, ZOL_COMPLETE_NONE },
	{ "no-ccache", 0, ZOL_OPT_FLAG, BUILD(no_ccache), NULL, "do not use ccache", NULL, ZOL_COMPLETE_NONE },
	{ "no-modules", 0, ZOL_OPT_FLAG, BUILD(no_modules), NULL, "do not install modules in the guest", NULL,
	  ZOL_COMPLETE_NONE },
	{ "set", 'S', ZOL_OPT_LIST, BUILD(set), "X=V", "one more setting, after all fragments", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand build_operand = {
	"FRAGMENT", 0, UINT_MAX, BUILD(fragments), "names (zolkit kernel fragments) or files (default: those configured)",
	ZOL_COMPLETE_FILE
};

static const struct zol_opt fragments_opts[] = {
	{ "names", 0, ZOL_OPT_FLAG, offsetof(struct zol_kernel_fragments_args, names), NULL, "print only the names", NULL,
	  ZOL_COMPLETE_NONE },
};

#define DIFF(member) offsetof(struct zol_kernel_diff_args, member)
#define RENAMES(member) offsetof(struct zol_kernel_renames_args, member)

static const struct zol_opt diff_opts[] = {
	{ "fragment", 'f', ZOL_OPT_LIST, DIFF(fragments), "FRAGMENT",
	  "compare with a merge of the base and this (again: one more)", NULL, ZOL_COMPLETE_FILE },
	{ "base", 'b', ZOL_OPT_STR, DIFF(base), "BASE", "of that merge, as in merge (default: the .config itself)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "set", 'S', ZOL_OPT_LIST, DIFF(set), "X=V", "one more setting of that merge", NULL, ZOL_COMPLETE_NONE },
	{ "source", 's', ZOL_OPT_STR, DIFF(source), "PATH", "kernel source tree or archive", NULL, ZOL_COMPLETE_FILE },
	{ "arch", 'a', ZOL_OPT_STR, DIFF(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand diff_operand = { "CONFIG", 1, 2, DIFF(configs),
						 "a .config, compressed or not, host, or a target of the tree",
						 ZOL_COMPLETE_FILE };

static const struct zol_opt renames_opts[] = {
	{ "output", 'o', ZOL_OPT_STR, RENAMES(output), "FILE", "where the table goes (default: standard output)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "arch", 'a', ZOL_OPT_STR, RENAMES(arch), "ARCH", "as the kernel names it: x86, arm64", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand renames_operand = { "OLD NEW", 2, 2, RENAMES(trees),
						    "the older and the newer kernel source, trees or archives",
						    ZOL_COMPLETE_FILE };

static const struct zol_action actions[] = {
	{ .name = "merge",
	  .summary = "merge fragments into a .config and say what did not survive",
	  .text = "The base and the fragments are resolved by the kernel tree's own rules. Each setting of a fragment is a "
		  "request: exit status 1 when some did not survive, with the name, the place and what came instead.",
	  .opts = merge_opts,
	  .nopts = ZOL_COUNT(merge_opts),
	  .operand = &merge_operand,
	  .args_size = sizeof(struct zol_kernel_merge_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "check",
	  .summary = "check a finished .config against fragments or a CONFIG_CHECK string",
	  .text = "Reads only the .config: no kernel source is needed. Exit status 1 when something is missing; what is "
		  "marked with ~ only warns.",
	  .opts = check_opts,
	  .nopts = ZOL_COUNT(check_opts),
	  .operand = &check_operand,
	  .args_size = sizeof(struct zol_kernel_check_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "explain",
	  .summary = "tell why a symbol is what it is, and what keeps it from another value",
	  .text = "The chain of conditions that are not met, each with its file and line and the present value of what "
		  "it needs. Exit status 1 when a symbol is not what was asked for.",
	  .opts = explain_opts,
	  .nopts = ZOL_COUNT(explain_opts),
	  .operand = &explain_operand,
	  .args_size = sizeof(struct zol_kernel_explain_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "satisfy",
	  .summary = "find the settings that a symbol or fragment needs besides",
	  .text = "The answer is a fragment on standard output: a small set of additions, verified by a full evaluation, none "
		  "of which can be left out, and none of which changes what the fragments ask for. Exit status 1 when a "
		  "symbol cannot be reached; where that is proved it is said.",
	  .opts = satisfy_opts,
	  .nopts = ZOL_COUNT(satisfy_opts),
	  .operand = &satisfy_operand,
	  .args_size = sizeof(struct zol_kernel_satisfy_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "diff",
	  .summary = "tell what differs between two configurations, wishes from consequences",
	  .text = "With two operands: a difference counts as requested when one of the minimal configurations has it, and as "
		  "consequential when it follows from others. With one operand, that and a merge: requested is what the "
		  "fragments name. Exit status 0 when nothing differs, 1 when something does.",
	  .opts = diff_opts,
	  .nopts = ZOL_COUNT(diff_opts),
	  .operand = &diff_operand,
	  .args_size = sizeof(struct zol_kernel_diff_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "renames",
	  .summary = "propose what the symbols of an older kernel are called in a newer one",
	  .text = "Compares prompts, helps, files, neighbours and names of what is gone with what is new. Prints the table of "
		  "renamed symbols with the proposals behind it; the lines that it has are kept as they are.",
	  .opts = renames_opts,
	  .nopts = ZOL_COUNT(renames_opts),
	  .operand = &renames_operand,
	  .args_size = sizeof(struct zol_kernel_renames_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "build",
	  .summary = "configure and build the guest's kernel and install its modules",
	  .text = "Out of the source tree, in the guest's state directory. Results are switched as a whole when all is "
		  "done; an interrupted build goes on where it was; a second run with nothing changed says so and ends.",
	  .opts = build_opts,
	  .nopts = ZOL_COUNT(build_opts),
	  .operand = &build_operand,
	  .args_size = sizeof(struct zol_kernel_build_args),
	  .flags = ZOL_ACT_DRY_RUN | ZOL_ACT_JSON },
	{ .name = "fragments",
	  .summary = "list the fragments that come with zolkit",
	  .opts = fragments_opts,
	  .nopts = ZOL_COUNT(fragments_opts),
	  .args_size = sizeof(struct zol_kernel_fragments_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_kernel = {
	.name = "kernel",
	.summary = "configure and build the guest's kernel",
	.prog = "zolkit-kernel",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
