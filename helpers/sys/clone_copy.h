/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Copies trees entry by entry with threads, for sys/clone. */

#include <sys/stat.h>

#include "sys/clone.h"

/*
 * Fills the empty directory dst with what is in src (descriptors that can be read). reflink: share
 * blocks, and fail with EOPNOTSUPP where that cannot be done; otherwise copy data, keeping holes.
 * The root's own owner, mode, attributes and times are set last.
 */
int zol_clone_copy(int src, int dst, bool reflink, unsigned threads, const struct zol_events *ev, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(6);

/* Owner, attributes, mode and modification time of one open file or directory for another one. */
int zol_clone_meta(int src, int dst, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3);

/* The same when it is known what src is like, and what dst is. */
int zol_clone_apply(int src, int dst, const struct stat *st, const struct stat *now, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4, 5);

/* The contents of one regular file of this size. */
int zol_clone_data(int src, int dst, off_t size, bool reflink, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(5);

/* Owner, attributes and time of what is no file or directory: name in both directories. */
int zol_clone_node_meta(int src, int dst, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3, 4);
