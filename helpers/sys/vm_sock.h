/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Unix stream sockets in a directory. Names that do not fit into sun_path (108 bytes) are reached
 * through /proc/self/fd of the directory.
 */

#include <stdint.h>

#include "base/str.h"

/* Listens at dir/name (0600, an old socket there is replaced). Returns the descriptor, non-blocking. */
int zol_vm_sock_listen(const char *dir, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Connects to dir/name; while nobody listens there yet, tries again until wait_ms are over.
 * Returns the descriptor (blocking); ECONNREFUSED or ENOENT when there is nobody.
 */
int zol_vm_sock_connect(const char *dir, const char *name, uint64_t wait_ms, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Was it that error: that there is nobody? */
bool zol_vm_sock_gone(const struct zol_err *err) ZOL_NONNULL(1);
