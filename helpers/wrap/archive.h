/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reading tar archives (libarchive): ustar, pax and GNU, with sparse files, extended attributes
 * and ACLs. Only reading: what is done with the entries is the caller's business, and so is every
 * decision on names. Whatever libarchive calls a warning is a
 * failure here, but for names that are no UTF-8: those are kept as they are.
 */

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/pull.h"

enum zol_tar_type {
	ZOL_TAR_FILE,
	ZOL_TAR_DIR,
	ZOL_TAR_SYMLINK,
	ZOL_TAR_HARDLINK,
	ZOL_TAR_CHAR,
	ZOL_TAR_BLOCK,
	ZOL_TAR_FIFO,
};

struct zol_tar_xattr {
	char *name;
	void *value;
	size_t size;
};

/* One entry; strings and vectors live until the next call of zol_tar_next(). */
struct zol_tar_entry {
	enum zol_tar_type type;
	const char *path; /* as written in the archive: anything */
	const char *link; /* target of a symbolic or hard link, else NULL */
	mode_t mode;      /* permission bits with setuid, setgid and sticky */
	uint64_t uid, gid;
	bool has_mtime;
	struct timespec mtime;
	uint64_t size; /* of the file's contents, holes included */
	unsigned major, minor;
	const struct zol_tar_xattr *xattrs; /* ACLs are among them, as system.posix_acl_* */
	size_t nxattrs;
};

struct zol_tar;

/*
 * Begins to read what src gives. filters: src is compressed by gzip, bzip2, zstd, ... and libarchive
 * finds out which; otherwise it is plain tar. src must live as long as the reader.
 */
int zol_tar_open(const struct zol_pull *src, bool filters, struct zol_tar **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
void zol_tar_free(struct zol_tar *t);
ZOL_CLEANUP_PTR(tar, struct zol_tar *, zol_tar_free);

/* The next entry. Returns 0, or 1 at the end of the archive; ZOL_MALFORMED, or src's failure. */
int zol_tar_next(struct zol_tar *t, struct zol_tar_entry *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * The next piece of the present file's contents and where it belongs; what no piece covers is a
 * hole. Returns 0, or 1 at the end of the file. The piece lives until the next call.
 */
int zol_tar_data(struct zol_tar *t, struct zol_span *ret, uint64_t *ret_offset, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * Decompresses one file (gzip, xz, zstd, bzip2, lz4 ...; what is none of them is copied) from in to out, both at
 * their present offsets. More than max bytes, damage and truncation are ZOL_MALFORMED.
 */
int zol_unpack_file(int in, int out, uint64_t max, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4);
