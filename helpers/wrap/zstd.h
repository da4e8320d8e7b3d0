/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Zstandard (libzstd): frames of our own making, whole buffers in, whole buffers out, fast rather than
 * small; and streams of others, piece by piece.
 */

#include "base/str.h"

/* Room that is always enough for the frame of so many bytes. */
size_t zol_zstd_bound(size_t len);

struct zol_zstd;

/* A context for either direction; one for each thread. */
int zol_zstd_new(struct zol_zstd **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_zstd_free(struct zol_zstd *z);
ZOL_CLEANUP_PTR(zstd, struct zol_zstd *, zol_zstd_free);

/* Compresses src into dst; *ret_len is the size of the frame. */
int zol_zstd_pack(struct zol_zstd *z, struct zol_span src, void *dst, size_t cap, size_t *ret_len, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5, 6);

/* Decompresses one frame that must hold exactly len bytes: ZOL_MALFORMED otherwise. */
int zol_zstd_unpack(struct zol_zstd *z, struct zol_span frame, void *dst, size_t len, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5);

/*
 * Appends what the next piece of a stream holds; the state is kept from piece to piece, and a frame may
 * end anywhere. ZOL_MALFORMED when out becomes longer than max bytes, or the bytes are no such stream.
 */
int zol_zstd_stream(struct zol_zstd *z, struct zol_span piece, size_t max, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
