/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A copy of a verified stage3 that unpacks many times faster than the .xz: zstd frames of 4 MiB
 * each, so that threads can decode them, and at the end a list of the frames with the SHA256 of each.
 *
 *	<path>           frames, then the list as text, then "ZOLFAST1 <length of the list>\n" padded to 32 bytes
 *	<path>.ok        (0600, written last) which tarball it was made from: SHA512, BLAKE2B, number
 *	                 of entries, SHA256 of the list
 *
 * A copy counts only when both files belong to us or root and nobody else can write to them, the
 * marker names the digests that are expected, and the list has the marker's SHA256. No frame is
 * decompressed before its own SHA256 has been checked. So a copy that was replaced, cut or
 * flipped is not accepted; the tarball is used instead.
 *
 * It is written during the pass that verifies the tarball (a tenth more CPU), into a file without
 * a name (O_TMPFILE), so that a killed run leaves nothing behind. It is an optimisation:
 * whatever goes wrong with it is only a note.
 */

#include "base/event.h"
#include "base/pull.h"
#include "wrap/hash.h"

enum { ZOL_FAST_FRAME = 4 << 20 };

struct zol_fastwrite;

/*
 * Begins a copy at path, whose directory must exist. need: bytes of the unpacked archive; when the
 * file system would be left with less than twice as much free, or has no O_TMPFILE, returns 1.
 */
int zol_fastwrite_new(const char *path, uint64_t need, unsigned threads, struct zol_fastwrite **ret,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
void zol_fastwrite_free(struct zol_fastwrite *w);
ZOL_CLEANUP_PTR(fastwrite, struct zol_fastwrite *, zol_fastwrite_free);

/* A buffer of ZOL_FAST_FRAME bytes to fill; NULL after a failure, which zol_fastwrite_finish() reports. */
char *zol_fastwrite_buffer(struct zol_fastwrite *w) ZOL_NONNULL(1);

/* Queues the buffer that was got last, with len bytes in it, as the next frame. It is no longer the caller's. */
void zol_fastwrite_submit(struct zol_fastwrite *w, size_t len) ZOL_NONNULL(1);

/* Waits for the frames, writes the list and the marker and gives the copy its name. */
int zol_fastwrite_finish(struct zol_fastwrite *w, const struct zol_digests *of, uint64_t entries, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

struct zol_fastread;

/* Opens the copy at path of the tarball with these digests. Returns 0, or 1 when there is none that counts. */
int zol_fastread_open(const char *path, const struct zol_digests *of, unsigned threads, const struct zol_events *ev,
		      struct zol_fastread **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);
void zol_fastread_free(struct zol_fastread *r);
ZOL_CLEANUP_PTR(fastread, struct zol_fastread *, zol_fastread_free);

/* Size of the unpacked archive and number of its entries. */
uint64_t zol_fastread_size(const struct zol_fastread *r) ZOL_NONNULL(1);
uint64_t zol_fastread_entries(const struct zol_fastread *r) ZOL_NONNULL(1);

/* The archive, frame by frame. A frame that does not match the list is ZOL_VERIFY. */
struct zol_pull zol_fastread_pull(struct zol_fastread *r) ZOL_NONNULL(1);

/* Removes a copy and its marker; 0 also when there is none. */
int zol_fastcopy_drop(const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
