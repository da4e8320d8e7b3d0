/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where the archive's bytes come from: the file through feed, decoder and tee, or the fast copy. */

#include "sys/fastcopy.h"
#include "sys/unpack.h"

struct zol_source;

/* Opens the fast copy when there is one that counts and try_fast is set, else the archive. */
int zol_source_open(const struct zol_unpack *job, bool try_fast, struct zol_source **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
void zol_source_free(struct zol_source *s);
ZOL_CLEANUP_PTR(source, struct zol_source *, zol_source_free);

/* What is pulled: tar, or (true) a compressed archive for libarchive's filters. */
struct zol_pull zol_source_pull(struct zol_source *s, bool *ret_filters) ZOL_NONNULL(1, 2);

/* What is known before anything is unpacked; 0: unknown. */
uint64_t zol_source_unpacked(const struct zol_source *s) ZOL_NONNULL(1);
uint64_t zol_source_entries(const struct zol_source *s) ZOL_NONNULL(1);
uint64_t zol_source_packed(const struct zol_source *s) ZOL_NONNULL(1);
bool zol_source_is_fast(const struct zol_source *s) ZOL_NONNULL(1);

/*
 * After the last entry: reads on to the end of the file, so that all checks of the format are
 * made, and compares the digests. ZOL_VERIFY names those that differ.
 */
int zol_source_end(struct zol_source *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Completes the fast copy, if one was being written: 1 when it is in place. Failures are only notes. */
bool zol_source_keep(struct zol_source *s, uint64_t entries) ZOL_NONNULL(1);
