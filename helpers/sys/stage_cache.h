/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The cache of verified stage3 tarballs below <paths.cache>/stage/. One directory an entry, named
 * like the tarball without ".tar.xz":
 *
 *	stage3-amd64-openrc-20260811T083102Z/
 *		stage3-amd64-openrc-20260811T083102Z.tar.xz           the tarball, once verified
 *		stage3-amd64-openrc-20260811T083102Z.tar.xz.asc       what it was verified with
 *		stage3-amd64-openrc-20260811T083102Z.tar.xz.DIGESTS
 *		...tar.xz.part, ...tar.xz.part.meta                   a download that can be resumed
 *		verified                                              the marker (0600)
 *		lock                                                  flock while somebody works on it
 *
 * The marker binds the verdict to the bytes: both digests, the size, and device, inode, mtime and
 * ctime of the file that was hashed. A tarball that was replaced or written to since does not match
 * and is not opened; the next fetch hashes it again. Other files (a recompressed copy, an index of
 * blocks) may live in an entry, named after the SHA512 of the tarball they were made from.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/str.h"
#include "core/stage_index.h"
#include "wrap/hash.h"

struct zol_stage_entry {
	int fd;     /* of the verified tarball, read-only, at offset 0; -1: none */
	char *dir;  /* absolute: <cache>/stage/<entry> */
	char *path; /* of the tarball */
	uint64_t size;
	struct zol_digests digests;
	struct zol_stage_build build; /* taken from the name */
	int64_t verified;             /* when, seconds since 1970 */
	char *key;                    /* fingerprint of the primary key that signed it */
};

#define ZOL_STAGE_ENTRY_INIT { .fd = -1 }

void zol_stage_entry_free(struct zol_stage_entry *e) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_entry, struct zol_stage_entry, zol_stage_entry_free);

/* The directory of the entry that holds a tarball of this name; NULL when out of memory. cache: paths.cache. */
char *zol_stage_cache_dir(const char *cache, const char *file) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/*
 * Opens the verified tarball with this file name. Returns 0 and fills *ret, or 1 when there is
 * none that the marker vouches for; why (may be NULL) then gets the reason ("not in the cache",
 * "changed since it was verified", ...). The marker must belong to us or root and be writable
 * by nobody else. ZOL_SYSTEM when something cannot be read.
 */
int zol_stage_cache_open(const char *cache, const char *file, struct zol_stage_entry *ret, struct zol_str *why,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5);

/* The newest verified build of a sub ("amd64-openrc"): 0 and *ret, or 1 when there is none. */
int zol_stage_cache_newest(const char *cache, const char *sub, struct zol_stage_entry *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Adds the file names of all entries, verified or not, sorted, to names. */
int zol_stage_cache_list(const char *cache, struct zol_strv *names, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Writes the marker for the tarball that is now in its place and has just been verified. Holder of the lock only. */
int zol_stage_cache_mark(const char *cache, const char *file, const struct zol_digests *digests, const char *key,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * Takes the lock of an entry, making its directory if needed. While another process holds it,
 * tells ev once who, and waits. Returns the descriptor that holds it.
 */
int zol_stage_cache_lock(const char *cache, const char *file, const char *what, uint64_t wait_ms,
			 const struct zol_events *ev, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 6);
