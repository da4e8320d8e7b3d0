/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Unpacks an archive into a new directory that appears whole or not at all (sys/staging.h), in one
 * pass: the file is read once, both digests are taken of the bytes that are decoded, blocks of .xz
 * are decoded by threads, entries are written by a writer of our own (sys/unpack_write.h), and, when
 * asked, a copy that unpacks faster next time is kept (sys/fastcopy.h).
 */

#include "base/event.h"
#include "wrap/hash.h"

struct zol_unpack {
	int fd;                           /* of the archive, seekable; -1: only the fast copy will do */
	const char *dir;                  /* to be made; its parent exists */
	const struct zol_digests *expect; /* refuse the archive when its digests differ; NULL: not checked */
	const char *fast;                 /* path of the fast copy; NULL: none. Needs expect */
	uint64_t max_size;                /* bytes unpacked; 0: ZOL_UNPACK_MAX */
	unsigned threads;            /* 0: one more than there are processors, or as many when a fast copy is made */
	const struct zol_events *ev; /* NULL: nobody listens */
};

/* The default limit: ten times today's largest stage3. */
#define ZOL_UNPACK_MAX (UINT64_C(32) << 30)

struct zol_unpack_result {
	uint64_t entries;
	uint64_t bytes;  /* sizes of all files */
	uint64_t packed; /* size of what was read */
	bool from_fast;  /* the fast copy was used, the archive was not read */
	bool kept_fast;  /* a fast copy was written */
};

/*
 * Failures: ZOL_MALFORMED (damaged, truncated, or entries that are refused), ZOL_VERIFY (digests,
 * size limit), ZOL_SYSTEM (ENOSPC before or while writing, EEXIST, EINTR on a signal, ...). After any
 * of them dir does not exist and nothing is left beside it. A fast copy that proves damaged half-way
 * is removed, and the archive is used.
 */
int zol_unpack(const struct zol_unpack *job, struct zol_unpack_result *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
