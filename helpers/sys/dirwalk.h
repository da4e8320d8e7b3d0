/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Opens directories below a root one component at a time, never through a link, and keeps the
 * chain of the last one open: archives and trees are walked depth first, so most look-ups cost
 * nothing. Used where paths come from an archive.
 */

#include "base/str.h"

/* Deeper trees are refused: each level costs a descriptor. */
enum { ZOL_DIRWALK_DEPTH = 256 };

struct zol_dirwalk {
	int root; /* the caller's */
	int fds[ZOL_DIRWALK_DEPTH];
	char *names[ZOL_DIRWALK_DEPTH];
	size_t depth;
};

/* Called for a directory that is not there: makes it (named name in dir; path is the whole one) or fails. */
typedef int zol_dirwalk_make(void *ctx, int dir, const char *name, struct zol_span path, struct zol_err *err);

void zol_dirwalk_init(struct zol_dirwalk *d, int root) ZOL_NONNULL(1);
void zol_dirwalk_free(struct zol_dirwalk *d) ZOL_NONNULL(1);

/*
 * A path as an archive has it, made canonical: no leading "./", no empty or "." component, no
 * trailing slash; "" for the root. Absolute paths and ".." are ZOL_MALFORMED. Appends to out.
 */
int zol_dirwalk_clean(const char *path, struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Opens the directory that holds the last component of a clean path, and points *ret_name at that
 * component. Returns the descriptor (owned by d, valid until the next call); ZOL_MALFORMED when a
 * component is no directory. make NULL: a missing directory is ZOL_SYSTEM/ENOENT.
 */
int zol_dirwalk_parent(struct zol_dirwalk *d, const char *clean, zol_dirwalk_make *make, void *ctx,
		       const char **ret_name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);
