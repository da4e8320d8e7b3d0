/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All that is below a directory, links not followed, in no particular order. */

#include <sys/stat.h>

#include "base/err.h"

/*
 * Called for each entry; path is relative to the root, which it can be opened by. Returns a failure,
 * 0, or, for a directory, 1 to leave out what is below.
 */
typedef int zol_fswalk_fn(void *ctx, int root, const char *path, const struct stat *st, struct zol_err *err);

/* Entries that vanish meanwhile are passed over. ZOL_SYSTEM/ELOOP when directories are nested too deep (64). */
int zol_fswalk(int root, zol_fswalk_fn *fn, void *ctx, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 4);
