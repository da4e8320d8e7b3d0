/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The files that code of a recording was mapped from, below a root: found by build-id and path, mapped,
 * and kept until the end. What lies below the root is not trusted (core/elf.h checks it), and links in it
 * do not lead out.
 */

#include "core/perffold.h"

struct zol_images;

/* root: "/" or the tree of a guest. same_machine: files without a known build-id are believed by their path. */
int zol_images_new(const char *root, bool same_machine, struct zol_images **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
void zol_images_free(struct zol_images *m);
ZOL_CLEANUP_PTR(images, struct zol_images *, zol_images_free);

/* The build-ids that the head of the recording tells: for mappings that came without one. Borrowed. */
void zol_images_build_ids(struct zol_images *m, const struct zol_perfdata *d) ZOL_NONNULL(1, 2);

/* The image of a file, or NULL. Owned by m. */
const struct zol_perf_image *zol_images_get(struct zol_images *m, const struct zol_perf_dso *dso) ZOL_NONNULL(1, 2);

/* A file below the root, mapped for as long as m lives. Returns 0, or 1 when there is none. */
int zol_images_map(struct zol_images *m, const char *path, struct zol_span *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* The same, decompressed (gzip, xz, zstd, bzip2) to at most 1 GiB; 1 when it cannot be. */
int zol_images_unpack(struct zol_images *m, const char *path, struct zol_span *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * An open descriptor of that file, of its decompressed copy in memory when pack says that it may be compressed.
 * Returns 1 when there is none; *ret_fd is the caller's.
 */
int zol_images_open(struct zol_images *m, const char *path, bool pack, int *ret_fd, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
