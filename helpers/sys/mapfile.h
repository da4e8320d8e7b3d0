/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A file mapped for reading: large ones of which little is looked at (vmlinux, modules, cores). */

#include "base/str.h"

struct zol_mapfile {
	struct zol_span bytes;
};

/* Maps a regular file by descriptor (which may be closed then). Empty files give an empty span. */
int zol_mapfile_fd(int fd, struct zol_mapfile *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
int zol_mapfile_open(const char *path, struct zol_mapfile *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
void zol_mapfile_free(struct zol_mapfile *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(mapfile, struct zol_mapfile, zol_mapfile_free);
