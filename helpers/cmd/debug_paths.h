/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where sources are now that were compiled elsewhere: as --source says; in a configured checkout
 * ([src] checkouts) that has the file; as it was, when the file is there; in the guest's tree.
 */

#include "cmd/debug.h"

#define ZOL_DEBUG_PATHS 64U

struct zol_debug_paths {
	char *from[ZOL_DEBUG_PATHS], *to[ZOL_DEBUG_PATHS];
	bool whole[ZOL_DEBUG_PATHS]; /* a whole checkout, not the directory of one file */
	size_t n;
};

void zol_debug_paths_free(struct zol_debug_paths *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(debug_paths, struct zol_debug_paths, zol_debug_paths_free);

int zol_debug_paths(const struct zol_debug *d, struct zol_debug_paths *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
