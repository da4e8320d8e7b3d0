/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * DWARF (elfutils' libdw): which line an address is on, where members of structures lie. Reads vmlinux,
 * modules (relocatable files: libdwfl gives their sections addresses of its own) and files with nothing
 * but debug information. A stripped file's own is looked for below /usr/lib/debug by its build-id; no debuginfod
 * is ever asked.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_dwfl;

/* Opens a file. ZOL_MALFORMED with libdw's reason. */
int zol_dwfl_open(const char *path, struct zol_dwfl **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
void zol_dwfl_free(struct zol_dwfl *d);
ZOL_CLEANUP_PTR(dwfl, struct zol_dwfl *, zol_dwfl_free);

/* Calls fn for each symbol that is a function or untyped code, until it returns false. */
typedef bool zol_dwfl_symbol_fn(void *ctx, const char *name, uint64_t addr, uint64_t size);
void zol_dwfl_symbols(struct zol_dwfl *d, zol_dwfl_symbol_fn *fn, void *ctx) ZOL_NONNULL(1, 2);

/* One line of source; strings belong to the zol_dwfl. */
struct zol_dwfl_line {
	const char *func; /* NULL: not known */
	const char *file;
	int line;
};

#define ZOL_DWFL_LINES 32 /* more functions are never inlined into each other */

/*
 * The line of an address (as zol_dwfl_symbols() gives them), innermost first: with inlines, the functions
 * that were inlined there. Returns how many of ret were filled; 0: no debug information on it.
 */
size_t zol_dwfl_lines(struct zol_dwfl *d, uint64_t addr, bool inlines, struct zol_dwfl_line ret[static ZOL_DWFL_LINES])
	ZOL_NONNULL(1);

/*
 * Offset in bytes of a member of "struct <type>", and its size. path: members of members ("grp.bin_attrs"),
 * unnamed ones looked into, an array meant by its first element. False: there is none.
 */
bool zol_dwfl_offset(struct zol_dwfl *d, const char *type, const char *path, uint64_t *ret) ZOL_NONNULL(1, 2, 3, 4);
bool zol_dwfl_size(struct zol_dwfl *d, const char *type, uint64_t *ret) ZOL_NONNULL(1, 2, 3);

/*
 * The absolute path, as the compiler had it, of a source of the first unit that is a file of its own ("<artificial>"
 * and assembler are passed over). False: there is none, or it does not fit.
 */
bool zol_dwfl_source(struct zol_dwfl *d, char *buf, size_t size) ZOL_NONNULL(1, 2);
