/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Scripts for gdb: the kernel, where KASLR has put it, every section of every module, sources, and the
 * user commands zolkit-modules-add, zolkit-modules-remove, zolkit-reload and zolkit-follow.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_gdb_section {
	const char *name;
	uint64_t addr;
};

struct zol_gdb_module {
	const char *name, *file;
	uint64_t inside; /* an address in a section that has bytes: it tells which file is to be removed */
	const struct zol_gdb_section *sections;
	size_t nsections;
};

/* Sources: where they were when compiled, and where they are now. */
struct zol_gdb_path {
	const char *from, *to;
};

struct zol_gdbscript {
	const char *arch;    /* as gdb names it; NULL: not set */
	const char *vmlinux; /* NULL: no kernel */
	uint64_t slide;      /* KASLR */
	const char *target;  /* Unix socket of the gdbserver; NULL: none */
	const char *sysroot; /* NULL: not set */
	const char *modules; /* the file that zolkit-reload has written, and reads */
	const char *reload;  /* the command line for a shell that writes it; NULL: no zolkit-reload */
	bool let_go;         /* the gdbserver must be left to that command meanwhile */
	const struct zol_gdb_module *mods;
	size_t nmods;
	const struct zol_gdb_path *paths;
	size_t npaths;
	const char *const *notes; /* comments; NULL-terminated or NULL */
};

/* Appends the script. ZOL_USAGE for paths that gdb cannot be told (line breaks). */
int zol_gdbscript(const struct zol_gdbscript *g, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Appends the two commands of the modules alone. */
int zol_gdbscript_modules(const struct zol_gdbscript *g, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
