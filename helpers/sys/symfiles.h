/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Finds the files that a kernel and its modules were loaded from, by build-id: in the guest's tree, among
 * separate debug files, in build trees. One with debug information goes before a stripped one of the same id.
 * Compressed modules (.gz .xz .zst .bz2) are unpacked into a cache by their ids.
 */

#include <stdint.h>

#include "base/str.h"

/* What is looked for, and what was found. Zero-initialise; name and build_id are borrowed. */
struct zol_symwant {
	const char *name;       /* of a module ("-" and "_" are the same), or "vmlinux" */
	const char *build_id;   /* NULL: any will do */
	char *file;             /* found */
	char *id;               /* of that file, or NULL when it has none */
	bool debug;             /* it has debug information */
	char *other, *other_id; /* a file of this name with another id */
};

void zol_symwant_free(struct zol_symwant *w) ZOL_NONNULL(1);

struct zol_symsearch {
	int root;                   /* of the guest's tree, or -1 */
	const char *release;        /* of the kernel, or NULL: no /lib/modules */
	const char *cache;          /* where unpacked modules go */
	const char *const *trees;   /* build trees, NULL-terminated or NULL */
	const char *const *kernels; /* vmlinux files to try, likewise */
	const char *debug;          /* debug files of the host; NULL: /usr/lib/debug */
};

/* Looks for all of them; what was not found has no file. Unreadable and broken files are passed over. */
int zol_symfiles_find(const struct zol_symsearch *s, struct zol_symwant *wants, size_t n, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* ZOL_VERIFY when a file has the name but another id: both are named. 0 when w has a file, or none is known at all. */
int zol_symwant_check(const struct zol_symwant *w, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Calls fn for every module file below dir/path (links are not followed). dir: descriptor of the directory's root. */
typedef int zol_symfile_fn(void *ctx, int dirfd, const char *name, struct zol_err *err);
int zol_symfiles_walk(int root, const char *path, zol_symfile_fn *fn, void *ctx, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 5);

/* The module's name in a file name ("zfs.ko", "zfs.ko.xz", "zfs.ko.debug"); empty: it is none. */
struct zol_span zol_symfile_module(const char *name, bool *ret_packed) ZOL_NONNULL(1, 2);
