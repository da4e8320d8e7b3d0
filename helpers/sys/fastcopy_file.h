/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The file of a fast copy, for its reader and its writer only. */

#include <stdint.h>

#include "base/str.h"

/* pwrite and pread of all bytes. A file that ends too early is ZOL_VERIFY. */
int zol_fastfile_write(int fd, const void *data, size_t len, uint64_t at, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(5);
int zol_fastfile_read(int fd, void *data, size_t len, uint64_t at, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(5);

/* Writes list and footer behind the frames, which end at end; *ret_size is the size of the file then. */
int zol_fastfile_seal(int fd, const struct zol_str *list, uint64_t end, uint64_t *ret_size, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 4, 5);

/* Reads the list of a file of this size (appended) and tells where the frames end. */
int zol_fastfile_list(int fd, uint64_t size, struct zol_str *list, uint64_t *ret_end, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4, 5);

/* Opens a file of the cache for reading: 1 when it is absent, no regular file, or others could have written it. */
int zol_fastfile_open(const char *path, int *ret, uint64_t *ret_size, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
