/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Files and directories. The *_in functions resolve a path inside a root directory as a process
 * chrooted there would (openat2(2) RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS): absolute links and
 * ".." stay inside. Everything below a guest's root is untrusted and only reached through them.
 * Where the kernel has no openat2 (ENOSYS, or EPERM from a seccomp filter), a walk component by
 * component with O_NOFOLLOW does the same.
 */

#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

/* Opens a directory as a root for the *_in functions (O_PATH | O_DIRECTORY). Returns the fd or a failure. */
int zol_root_open(const char *dir, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* open(2) inside the root; O_CLOEXEC is added. Returns the fd; failures are ZOL_SYSTEM with errno. */
int zol_open_in(int root, const char *path, int flags, mode_t mode, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 5);

/*
 * Opens the directory that would hold the last component of path, following links of all
 * components but the last, and points *ret_name at that component (inside path).
 * Paths that end in "/", "." or ".." have no last component: EINVAL. Returns the O_PATH fd.
 */
int zol_open_parent_in(int root, const char *path, const char **ret_name, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* mkdir -p inside the root; existing directories are left as they are. Returns 0, or 1 when all existed. */
int zol_mkdirs_in(int root, const char *path, mode_t mode, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 4);

/* mkdir -p on the host. Returns 0, or 1 when all existed. */
int zol_mkdirs(const char *path, mode_t mode, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* For functions that read whole files of a known kind: nothing we parse is larger. */
#define ZOL_READ_MAX (64U << 20)

/* Reads all of fd (from its present offset), at most max bytes (more: ZOL_MALFORMED), and appends it. */
int zol_read_fd(int fd, size_t max, struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3, 4);

/* Reads a regular file of the host, or one inside a root. Anything but a regular file is refused (EINVAL). */
int zol_read_file(const char *path, size_t max, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
int zol_read_file_in(int root, const char *path, size_t max, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 4, 5);

/* write(2) until all is written; EINTR and short writes are handled. */
int zol_write_all(int fd, const void *data, size_t len, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4);

/*
 * Replaces a file as a whole: temporary sibling with an unpredictable name, owner, mode and
 * extended attributes of the file that was there (or mode, when new), fsync, rename, fsync of the
 * directory. After a failure or a kill the old file is as it was; a stale sibling is named
 * ".<name>.zol-XXXXXX", and the next who writes the file removes it. In a root, a link as the last component is followed inside the root.
 */
int zol_write_file(const char *path, const void *data, size_t len, mode_t mode, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 5);
int zol_write_file_in(int root, const char *path, const void *data, size_t len, mode_t mode, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 6);

/*
 * rm -rf of dirfd/name: never follows a link, never crosses a mount point (EBUSY names it),
 * makes unsearchable directories searchable first. 0 also when it does not exist.
 */
int zol_rmtree(int dirfd, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * Puts the directory dirfd/tmp in the place of dirfd/name and removes what was there. Atomic where
 * the file system can exchange; elsewhere there is a moment with none, but never a mixture.
 */
int zol_swap_dir(int dirfd, const char *tmp, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* 1 when the path exists (links not followed), 0 when not, or a failure. */
int zol_exists(const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* fsync of a directory given by descriptor or path ("" or NULL = the fd itself). */
int zol_fsync_dir(int dirfd, const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3);

/* dir + "/" + name without doubled slashes; NULL when out of memory. */
char *zol_path_join(const char *dir, const char *name) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Finds a program in PATH (or returns a name with a slash as it is, when executable); NULL when there is none. */
char *zol_path_which(const char *program) ZOL_MUST_CHECK ZOL_NONNULL(1);

/* A name that can be a file, guest or variant name: [A-Za-z0-9][A-Za-z0-9._+-]{0,63}, no "..". */
bool zol_name_ok(const char *name) ZOL_NONNULL(1);

/* The path of what an open descriptor is, by /proc; NULL when out of memory or without /proc. */
char *zol_fd_path(int fd) ZOL_MUST_CHECK;
