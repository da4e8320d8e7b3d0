/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Writes the entries of an archive below a directory that nobody else can reach (sys/staging.h).
 *
 * The archive is hostile until proven otherwise. No path is ever given to the kernel as a whole:
 * each component is opened by itself from the descriptor of the one before it (O_NOFOLLOW |
 * O_DIRECTORY, the last directories are kept open), so neither a symbolic link nor ".." nor
 * /proc's links can lead out, on any kernel. Everything is created exclusively: an entry that appears
 * twice is refused, and nothing is ever written through what the archive made before. Owner, mode,
 * attributes and times of directories are set at the end, through descriptors opened the same way.
 * Any entry that cannot be written exactly as described is a failure of the whole.
 */

#include <stdint.h>

#include "base/event.h"
#include "wrap/archive.h"

struct zol_writer;

struct zol_writer_stats {
	uint64_t entries;
	uint64_t bytes; /* sizes of all files, holes included */
};

/*
 * Begins below root (kept by the caller, and empty). max_size limits the sum of file sizes.
 * Without root privileges owners become ours, set-id bits and privileged attributes are left out
 * (ev is told once) and device nodes are refused.
 */
int zol_writer_new(int root, uint64_t max_size, const struct zol_events *ev, struct zol_writer **ret,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4, 5);
void zol_writer_free(struct zol_writer *w);
ZOL_CLEANUP_PTR(writer, struct zol_writer *, zol_writer_free);

/*
 * Writes one entry; a file's contents are read from tar. ZOL_MALFORMED: a name that leads out, is
 * absolute, or appears twice, a hard link to nothing, a device when unprivileged; ZOL_VERIFY: too
 * large; ZOL_SYSTEM: the file system refused.
 */
int zol_writer_add(struct zol_writer *w, const struct zol_tar_entry *e, struct zol_tar *tar, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Sets what was put off for the directories. Nothing can be added afterwards. */
int zol_writer_finish(struct zol_writer *w, struct zol_writer_stats *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
