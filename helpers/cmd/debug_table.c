/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/debug.h"

#define WHERE(type, member) offsetof(struct type, where.member)

#define FILE_OPTS(type)                                                                                                \
	{ "vmlinux", 'k', ZOL_OPT_STR, WHERE(type, vmlinux), "FILE", "this vmlinux instead of the guest's", NULL,       \
	  ZOL_COMPLETE_FILE },                                                                                         \
	{ "root", 0, ZOL_OPT_STR, WHERE(type, root), "DIR", "this tree instead of the guest's", NULL,                \
	  ZOL_COMPLETE_DIR },                                                                                          \
	{ "tree", 't', ZOL_OPT_LIST, WHERE(type, trees), "DIR", "one more directory with modules, as a build tree",    \
	  NULL, ZOL_COMPLETE_DIR },                                                                                    \
	{ "skip-mismatch", 0, ZOL_OPT_FLAG, WHERE(type, skip), NULL,                                                   \
	  "leave modules out of which only files of another build are found", NULL, ZOL_COMPLETE_NONE }

#define MAP_OPTS(type)                                                                                                 \
	{ "inside", 'I', ZOL_OPT_FLAG, WHERE(type, inside), NULL, "ask the agent in the guest, and nobody else",     \
	  NULL, ZOL_COMPLETE_NONE },                                                                                   \
	{ "outside", 'O', ZOL_OPT_FLAG, WHERE(type, outside), NULL,                                                    \
	  "read the guest's memory through QEMU's monitor: works when the guest hangs", NULL, ZOL_COMPLETE_NONE },     \
	{ "map", 'm', ZOL_OPT_STR, WHERE(type, map), "FILE", "a map from a file, as 'zolkit-agent map' prints it",     \
	  NULL, ZOL_COMPLETE_FILE },                                                                                   \
	{ "source", 'S', ZOL_OPT_LIST, WHERE(type, sources), "FROM=TO",                                                \
	  "sources compiled below FROM are now below TO", NULL, ZOL_COMPLETE_NONE }

#define SYM(member) offsetof(struct zol_debug_symbols_args, member)

static const struct zol_opt symbols_opts[] = {
	{ "output", 'o', ZOL_OPT_STR, SYM(output), "FILE", "write to this file instead of stdout (with --files-only besides, a line a module)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "stub", 's', ZOL_OPT_STR, WHERE(zol_debug_symbols_args, stub), "SOCKET",
	  "read memory through this gdbserver, which stops the VM for some milliseconds", NULL, ZOL_COMPLETE_FILE },
	MAP_OPTS(zol_debug_symbols_args),
	FILE_OPTS(zol_debug_symbols_args),
	{ "files-only", 'f', ZOL_OPT_FLAG, SYM(files_only), NULL,
	  "only find (and unpack) the files of modules, and list them; no VM is needed", NULL, ZOL_COMPLETE_NONE },
	{ "release", 0, ZOL_OPT_STR, WHERE(zol_debug_symbols_args, release), "RELEASE",
	  "with --files-only: the modules of this kernel", NULL, ZOL_COMPLETE_NONE },
	{ "map-only", 0, ZOL_OPT_FLAG, SYM(map_only), NULL, "print the map itself, for --map", NULL,
	  ZOL_COMPLETE_NONE },
	{ "modules-only", 0, ZOL_OPT_FLAG, SYM(modules_only), NULL, "only what zolkit-reload reads again", NULL,
	  ZOL_COMPLETE_NONE },
	{ "keep-stopped", 0, ZOL_OPT_FLAG, SYM(keep_stopped), NULL, "do not let the VM go on after --stub", NULL,
	  ZOL_COMPLETE_NONE },
};

static const struct zol_operand symbols_operand = {
	"MODULE", 0, UINT_MAX, SYM(modules), "with --files-only: these modules alone", ZOL_COMPLETE_NONE,
};

#define ATT(member) offsetof(struct zol_debug_attach_args, member)

static const struct zol_opt attach_opts[] = {
	{ "break", 'b', ZOL_OPT_LIST, ATT(breaks), "SYMBOL", "set a hardware breakpoint there", NULL,
	  ZOL_COMPLETE_NONE },
	{ "batch", 'B', ZOL_OPT_FLAG, ATT(batch), NULL, "end gdb after its commands (gdb -batch)", NULL,
	  ZOL_COMPLETE_NONE },
	{ "gdb", 0, ZOL_OPT_STR, ATT(gdb), "FILE", "this gdb instead of the one in PATH", NULL, ZOL_COMPLETE_FILE },
	{ "guest-gdb", 0, ZOL_OPT_FLAG, ATT(guest_gdb), NULL,
	  "the guest's own gdb, which is taken unasked when this host has none", NULL, ZOL_COMPLETE_NONE },
	MAP_OPTS(zol_debug_attach_args),
	FILE_OPTS(zol_debug_attach_args),
};

static const struct zol_operand attach_operand = {
	"GDB-ARG", 0, UINT_MAX, ATT(gdb_args), "further arguments of gdb, behind \"--\"", ZOL_COMPLETE_NONE,
};

#define DUMP(member) offsetof(struct zol_debug_dump_args, member)

static const char *const formats[] = { "auto", "elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", NULL };

static const struct zol_opt dump_opts[] = {
	{ "format", 'F', ZOL_OPT_CHOICE, DUMP(format), "FORMAT", "of the dump; auto: kdump-zlib where QEMU has it",
	  formats, ZOL_COMPLETE_NONE },
	{ "no-files", 0, ZOL_OPT_FLAG, DUMP(no_files), NULL, "leave vmlinux and the modules out", NULL,
	  ZOL_COMPLETE_NONE },
	MAP_OPTS(zol_debug_dump_args),
	FILE_OPTS(zol_debug_dump_args),
};

static const struct zol_operand dump_operand = {
	"DIR", 0, 1, DUMP(dir), "where it goes (a new directory)", ZOL_COMPLETE_DIR,
};

#define STACKS(member) offsetof(struct zol_debug_stacks_args, member)

static const struct zol_opt stacks_opts[] = {
	{ "all", 'a', ZOL_OPT_FLAG, STACKS(all), NULL, "all tasks, not only those that are blocked", NULL,
	  ZOL_COMPLETE_NONE },
	{ "cpus", 'c', ZOL_OPT_FLAG, STACKS(cpus), NULL, "what each CPU does, by gdb: works when the guest hangs", NULL,
	  ZOL_COMPLETE_NONE },
	{ "raw", 'r', ZOL_OPT_FLAG, STACKS(raw), NULL, "as the guest prints them, without files and lines", NULL,
	  ZOL_COMPLETE_NONE },
	{ "no-inlines", 0, ZOL_OPT_FLAG, STACKS(no_inlines), NULL, "leave inlined functions out", NULL,
	  ZOL_COMPLETE_NONE },
	FILE_OPTS(zol_debug_stacks_args),
};

#define DECODE(member) offsetof(struct zol_debug_decode_args, member)

static const struct zol_opt decode_opts[] = {
	{ "no-inlines", 0, ZOL_OPT_FLAG, DECODE(no_inlines), NULL, "leave inlined functions out", NULL,
	  ZOL_COMPLETE_NONE },
	FILE_OPTS(zol_debug_decode_args),
};

static const struct zol_operand decode_operand = {
	"FILE", 0, 1, DECODE(file), "what the kernel has printed (default: standard input)", ZOL_COMPLETE_FILE,
};

#define CORE(member) offsetof(struct zol_debug_core_args, member)

static const struct zol_opt core_opts[] = {
	{ "exe", 'e', ZOL_OPT_STR, CORE(exe), "FILE", "the program, as the guest names it (default: as the core tells)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "batch", 'B', ZOL_OPT_FLAG, CORE(batch), NULL, "end gdb after its commands (gdb -batch)", NULL,
	  ZOL_COMPLETE_NONE },
	{ "host-gdb", 'H', ZOL_OPT_FLAG, CORE(host_gdb), NULL, "the host's gdb, even when the guest has one", NULL,
	  ZOL_COMPLETE_NONE },
	{ "gdb", 0, ZOL_OPT_STR, CORE(gdb), "FILE", "this gdb of the host", NULL, ZOL_COMPLETE_FILE },
};

static const struct zol_operand core_operand = {
	"FILE", 1, UINT_MAX, CORE(words), "the core, and behind \"--\" further arguments of gdb", ZOL_COMPLETE_FILE,
};

static const struct zol_action actions[] = {
	{ .name = "symbols",
	  .summary = "write a gdb script with every section of every module",
	  .text = "The map comes from the agent in the guest, or when that does not answer, from the guest's memory. "
		  "Files are found by build-id in the guest's tree, the kernel's build tree, --tree and "
		  "/usr/lib/debug; a file of another build is an error.",
	  .opts = symbols_opts,
	  .nopts = ZOL_COUNT(symbols_opts),
	  .operand = &symbols_operand,
	  .args_size = sizeof(struct zol_debug_symbols_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "attach",
	  .summary = "debug the running kernel and its modules with gdb",
	  .text = "Opens QEMU's gdbserver on a Unix socket that only root can use, and starts gdb with the script of "
		  "'debug symbols'. In gdb, zolkit-reload follows modules that were loaded anew, and zolkit-follow does "
		  "that at every load by itself.",
	  .opts = attach_opts,
	  .nopts = ZOL_COUNT(attach_opts),
	  .operand = &attach_operand,
	  .args_size = sizeof(struct zol_debug_attach_args) },
	{ .name = "stacks",
	  .summary = "print the stacks of blocked or all tasks",
	  .text = "By a break on the serial console and SysRq, which works when the guest takes no commands any more; "
		  "when it takes not even that, gdb prints what each CPU does. Files and lines are added.",
	  .opts = stacks_opts,
	  .nopts = ZOL_COUNT(stacks_opts),
	  .args_size = sizeof(struct zol_debug_stacks_args) },
	{ .name = "decode",
	  .summary = "add files and lines to a kernel trace",
	  .opts = decode_opts,
	  .nopts = ZOL_COUNT(decode_opts),
	  .operand = &decode_operand,
	  .args_size = sizeof(struct zol_debug_decode_args) },
	{ .name = "dump",
	  .summary = "dump the guest's memory, for crash and drgn",
	  .text = "With vmlinux, the modules and the map beside it. Without DIR, it goes below the guest's state.",
	  .opts = dump_opts,
	  .nopts = ZOL_COUNT(dump_opts),
	  .operand = &dump_operand,
	  .args_size = sizeof(struct zol_debug_dump_args) },
	{ .name = "core",
	  .summary = "look at the core of a program of the guest",
	  .text = "In the guest's own gdb when it has one and the core lies in its tree, else in the host's with the "
		  "guest's tree as its sysroot.",
	  .opts = core_opts,
	  .nopts = ZOL_COUNT(core_opts),
	  .operand = &core_operand,
	  .args_size = sizeof(struct zol_debug_core_args) },
};

const struct zol_module zol_module_debug = {
	.name = "debug",
	.summary = "look inside: gdb with every module's symbols, dumps, stacks, cores",
	.prog = "zolkit-debug",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
