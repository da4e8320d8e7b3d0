/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Arguments of the actions of `zolkit debug`, and what its files share. */

#include "cli/cli.h"
#include "core/gdbscript.h"
#include "core/modmap.h"
#include "sys/guest.h"
#include "sys/outside.h"
#include "sys/qmp.h"
#include "sys/symfiles.h"
#include "sys/vm_state.h"

/* Where the map and the files come from: common to all actions that have to do with the kernel. */
struct zol_debug_where {
	const char *map, *stub, *vmlinux, *root;
	const char *release; /* of the kernel whose modules are meant, or NULL */
	bool inside, outside, skip;
	struct zol_strv trees, sources;
};

struct zol_debug_symbols_args {
	struct zol_debug_where where;
	const char *output;
	bool files_only, modules_only, map_only, keep_stopped;
	struct zol_strv modules;
};

struct zol_debug_attach_args {
	struct zol_debug_where where;
	struct zol_strv breaks;
	const char *gdb;
	bool batch, guest_gdb;
	struct zol_strv gdb_args;
};

struct zol_debug_dump_args {
	struct zol_debug_where where;
	const char *format;
	bool no_files;
	struct zol_strv dir;
};

struct zol_debug_stacks_args {
	struct zol_debug_where where;
	bool all, cpus, raw, no_inlines;
};

struct zol_debug_decode_args {
	struct zol_debug_where where;
	bool no_inlines;
	struct zol_strv file;
};

struct zol_debug_core_args {
	const char *exe, *gdb;
	bool host_gdb, batch;
	struct zol_strv words; /* FILE, GDB-ARGS */
};

/* --- debug_target.c: the guest and its kernel ---------------------------------------------------- */

struct zol_debug {
	struct zol_cli *cli;
	const struct zol_debug_where *where;
	struct zol_vm_dirs dirs;
	char *root; /* the guest's tree, or NULL */
	int rootfd;
	bool running; /* its VM */
	struct zol_vm_record record;
	struct zol_modmap map;
	uint64_t slide;
	bool have_slide;
	uint64_t stopped_us; /* how long the stub kept the VM */
	struct zol_vmlinux kernel;
	struct zol_strv trees, kernels;
	struct zol_symwant *wants; /* of the modules, in the order of the map */
	size_t nwants;
};

#define ZOL_DEBUG_INIT { .rootfd = -1 }

void zol_debug_free(struct zol_debug *d) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(debug, struct zol_debug, zol_debug_free);

/* Finds the guest, whether its VM runs, and where files may be. Nothing is asked of the VM. */
int zol_debug_open(struct zol_cli *cli, const struct zol_debug_where *w, struct zol_debug *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
/*
 * Raises the fence of sys/fence.h before what the guest made is read: the output's directory and the
 * one of unpacked modules stay writable. Nothing is asked of a VM behind it.
 */
int zol_debug_fence(const struct zol_debug *d, const char *output, struct zol_err *err);
/* ZOL_SYSTEM with what to do when the VM does not run. */
int zol_debug_need_vm(const struct zol_debug *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* A connection to the monitor. */
int zol_debug_monitor(const struct zol_debug *d, struct zol_qmp *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Opens vmlinux: the one named, else the one that has the map's build-id (NULL: the guest's). */
int zol_debug_kernel(struct zol_debug *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* Reads the kernel's release where nothing else tells it. */
int zol_debug_release(struct zol_debug *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* What zol_symfiles_find() wants to know. Borrowed from d. */
struct zol_symsearch zol_debug_search(const struct zol_debug *d) ZOL_NONNULL(1);

/* --- debug_map.c: where it all lies -------------------------------------------------------------- */

/* Gets the map as the options say: a file, the agent, the monitor, a gdbserver. keep: leave that stopped. */
int zol_debug_map(struct zol_debug *d, bool keep, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);
/* Whether the VM stands still: then it is not ours to let it go. */
bool zol_debug_paused(const struct zol_debug *d) ZOL_NONNULL(1);
/* Finds the files of all modules of the map; those of other builds are ZOL_VERIFY, or with --skip warnings. */
int zol_debug_files(struct zol_debug *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* --- debug.c: the script for gdb ----------------------------------------------------------------- */

/* What a script is to have beside the map and the files. */
struct zol_debug_script {
	const char *target; /* socket */
	bool modules_only;
	const char *stub; /* socket that zolkit-reload has to use itself */
};

/* Appends the script. */
int zol_debug_script(struct zol_debug *d, const struct zol_debug_script *s, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

zol_run_fn zol_cmd_debug_symbols;

/* --- debug_attach.c ------------------------------------------------------------------------------ */

zol_run_fn zol_cmd_debug_attach;
/* Opens the gdbserver of the VM on a socket of ours, and says which (free()). */
int zol_debug_gdbserver(const struct zol_debug *d, char **ret_path, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Starts gdb and waits for it; sets cli->exit_status. */
int zol_debug_run_gdb(struct zol_cli *cli, const struct zol_strv *argv, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* --- debug_gdb.c: which gdb ---------------------------------------------------------------------- */

/* Opens the gdb that a guest's tree has: *ret is where, a path in it. -1: it has none. */
int zol_debug_guest_gdb(int rootfd, const char **ret) ZOL_NONNULL(2);
/*
 * Appends the words that start a gdb: the one named, the host's, or the guest's own when it is asked for or the
 * host has none. That runs on the host, by the loader and with the libraries of the guest's tree.
 */
int zol_debug_gdb_argv(const struct zol_debug *d, const char *named, bool guest, struct zol_strv *argv,
		       struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
/* The program: as named, else from PATH. ZOL_SYSTEM/ENOENT says what to install. */
int zol_debug_find_gdb(const char *named, char **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* --- debug_dump.c, debug_stacks.c, debug_decode.c, debug_core.c ---------------------------------- */

zol_run_fn zol_cmd_debug_dump, zol_cmd_debug_stacks, zol_cmd_debug_decode, zol_cmd_debug_core;
/* Writes text with a file and a line behind each frame of the kernel. The files are found as needed. */
int zol_debug_decode_text(struct zol_debug *d, struct zol_span text, bool inlines, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);
