/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reading .xz (liblzma >= 5.4): files of several blocks whose headers hold their sizes, as pixz and
 * `xz -T` write them, are decoded by threads (lzma_stream_decoder_mt). libarchive's own xz filter
 * never does that (libarchive issue 1964), nor do GNU tar and bsdtar.
 */

#include <stdint.h>

#include "base/pull.h"

/* What the indexes at the end of the streams claim. The decoder holds them to it. */
struct zol_xz_info {
	uint64_t unpacked; /* bytes */
	uint64_t blocks;
};

/* True when the bytes begin as an .xz file does. */
bool zol_xz_magic(struct zol_span head);

/*
 * Reads the indexes of the seekable file fd (its offset is not touched): ZOL_MALFORMED when it is
 * no whole .xz file. Memory is limited to 64 MiB.
 */
int zol_xz_info(int fd, struct zol_xz_info *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

struct zol_xz;

/*
 * Begins to decode what src gives, with so many threads (0: one for each processor). src must live
 * as long as the decoder. A file that needs more than 1 GiB to decode is refused (ZOL_MALFORMED).
 */
int zol_xz_open(const struct zol_pull *src, unsigned threads, struct zol_xz **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
void zol_xz_free(struct zol_xz *xz);
ZOL_CLEANUP_PTR(xz, struct zol_xz *, zol_xz_free);

/*
 * Fills buf with up to cap bytes; *ret_len < cap only at the end of the file, when all checks of
 * the format have passed. Damage and truncation are ZOL_MALFORMED; failures of src are forwarded.
 */
int zol_xz_read(struct zol_xz *xz, void *buf, size_t cap, size_t *ret_len, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
