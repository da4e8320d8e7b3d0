/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Kernel source trees as directories or archives, and copying what a build made. */

#include <stdint.h>

#include "base/event.h"

/*
 * Appends the directory of a kernel source tree: source itself when it is a directory with a
 * Makefile and a Kconfig, or, when it is a tar archive (also compressed, as Debian's linux-source
 * packages have it), where it has been unpacked below cache. An archive is unpacked once: to a
 * temporary sibling, then renamed; an archive with another size or time is another tree.
 * Failures: ZOL_USAGE when it is neither, ZOL_CHILD when tar fails.
 */
int zol_ktree_resolve(const char *source, const char *cache, const struct zol_events *ev, struct zol_str *ret_dir,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Whether source is to be unpacked (a file), for plans. */
bool zol_ktree_is_archive(const char *source) ZOL_NONNULL(1);

/* The release of a tree (ZOL_KVERSION, core/kconfig_frag.h), 0 when its Makefile does not say. */
int zol_ktree_version(const char *dir, uint32_t *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * A number that changes when a file below dir is added, removed, or gets another size or time.
 * Links are not followed, .git is left out.
 */
int zol_ktree_fingerprint(const char *dir, uint64_t *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Copies a regular file to a new one (mode 0644, or 0755 when it can be executed), fsynced. */
int zol_ktree_copy_file(int from_dir, const char *from, int to_dir, const char *to, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 4, 5);

/* Copies regular files and directories below from into the existing directory to; everything else is left out. */
int zol_ktree_copy(int from, int to, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3);

/* Appends a file's text, decompressed (gzip, xz, bzip2, zstd by their programs) when it starts like one. */
int zol_ktree_read_config(const char *path, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
