/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Files that were deleted or replaced while open. QEMU's 9p server names files by path, so what
 * happens to an open file without a name is where it differs most from a local file system.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "sys/probe_checks.h"

#define TEXT "some text in the file"

/* A file that has no name any more. */
static int unlinked(int dir, const char *name)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, name, TEXT);

	if (fd < 0 || unlinkat(dir, name, 0) < 0)
		return -1;
	return zol_take_fd(&fd);
}

static int u_fstat(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-fstat");
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	if (st.st_size == (off_t)strlen(TEXT))
		return 0;
	return zol_probe_wrong(why, "wrong size");
}

static int u_read(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-read");
	char buf[sizeof(TEXT)] = "";

	if (fd < 0 || pread(fd, buf, sizeof(buf) - 1, 0) < 0)
		return errno;
	if (strcmp(buf, TEXT) == 0)
		return 0;
	return zol_probe_wrong(why, "wrong data");
}

static int u_write(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-write");
	char c = 0;

	if (fd < 0 || pwrite(fd, "X", 1, 5000) < 0 || pread(fd, &c, 1, 5000) < 0)
		return errno;
	if (c == 'X')
		return 0;
	return zol_probe_wrong(why, "written byte not read back");
}

static int u_ftruncate(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-ftruncate");

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(ftruncate(fd, 3));
}

static int u_fchmod(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-fchmod");

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(fchmod(fd, 0600));
}

static int u_fchown(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-fchown");

	if (geteuid() != 0) {
		*why = "needs root";
		return ZOL_CHECK_SKIP;
	}
	return fd < 0 ? errno : zol_probe_rc(fchown(fd, 1, 1));
}

static int u_futimens(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-futimens");
	const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(futimens(fd, times));
}

static int u_fstatfs(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-fstatfs");
	struct statfs st;

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(fstatfs(fd, &st));
}

static int u_fsetxattr(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "u-xattr", TEXT);

	if (fd < 0)
		return errno;
	if (fsetxattr(fd, "user.before", "1", 1, 0) < 0) {
		*why = "no user attributes at all";
		return ZOL_CHECK_SKIP;
	}
	if (unlinkat(dir, "u-xattr", 0) < 0)
		return errno;
	return zol_probe_rc(fsetxattr(fd, "user.after", "1", 1, 0));
}

static int u_fsync(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-fsync");

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(fsync(fd));
}

static int u_reopen(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-reopen");
	ZOL_AUTO(fd) int again = -1;
	char path[64];

	(void)why;
	if (fd < 0)
		return errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	return again < 0 ? errno : 0;
}

/* Only files made with O_TMPFILE may get a name again on local file systems: try that way first. */
static int u_linkat(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[64];

	if (fd < 0) {
		*why = "no O_TMPFILE";
		return ZOL_CHECK_SKIP;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return zol_probe_rc(linkat(AT_FDCWD, path, dir, "u-linked", AT_SYMLINK_FOLLOW));
}

static int u_mmap(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = unlinked(dir, "u-mmap");
	char *map;
	int wrong;

	if (fd < 0)
		return errno;
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	wrong = memcmp(map, TEXT, strlen(TEXT)) != 0;
	(void)munmap(map, 4096);
	if (!wrong)
		return 0;
	return zol_probe_wrong(why, "wrong data");
}

static int tmpfile_works(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	(void)why;
	return fd < 0 ? errno : zol_probe_rc((int)write(fd, "x", 1));
}

/* The old file stays open while a new one takes its name. */
static int replaced(int dir, const char *name)
{
	char temp[64];
	ZOL_AUTO(fd) int old = zol_probe_file(dir, name, TEXT);
	ZOL_AUTO(fd) int new = -1;

	if (old < 0)
		return -1;
	(void)snprintf(temp, sizeof(temp), "%s.new", name);
	new = zol_probe_file(dir, temp, "the new file, which is longer than the old one");
	if (new < 0 || renameat(dir, temp, dir, name) < 0)
		return -1;
	return zol_take_fd(&old);
}

static int r_read(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = replaced(dir, "r-read");
	char buf[sizeof(TEXT)] = "";

	if (fd < 0 || pread(fd, buf, sizeof(buf) - 1, 0) < 0)
		return errno;
	if (strcmp(buf, TEXT) == 0)
		return 0;
	return zol_probe_wrong(why, "the old descriptor reads the new file");
}

static int r_nlink(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = replaced(dir, "r-nlink");
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	if (st.st_nlink == 0)
		return 0;
	return zol_probe_wrong(why, "link count is not 0");
}

/*
 * The dangerous one: on QEMU 7.2's 9p the truncation reaches the new file on the host. With
 * cache=loose the guest does not see it until its caches are dropped, so drop them.
 */
static int r_ftruncate(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = replaced(dir, "r-trunc");
	ZOL_AUTO(fd) int drop = -1;
	struct stat st;

	if (fd < 0)
		return errno;
	if (ftruncate(fd, 1) < 0 && errno != ENOENT)
		return errno;
	sync();
	drop = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	if (drop >= 0 && write(drop, "3", 1) < 0)
		*why = "caches not dropped";
	if (fstatat(dir, "r-trunc", &st, 0) < 0)
		return errno;
	if (st.st_size > 1)
		return 0;
	return zol_probe_wrong(why, "the new file was truncated");
}

const struct zol_probe_check zol_probe_unlinked[] = {
	{ "unlinked-fstat", u_fstat },
	{ "unlinked-read", u_read },
	{ "unlinked-write", u_write },
	{ "unlinked-ftruncate", u_ftruncate },
	{ "unlinked-fchmod", u_fchmod },
	{ "unlinked-fchown", u_fchown },
	{ "unlinked-futimens", u_futimens },
	{ "unlinked-fstatfs", u_fstatfs },
	{ "unlinked-fsetxattr", u_fsetxattr },
	{ "unlinked-fsync", u_fsync },
	{ "unlinked-reopen", u_reopen },
	{ "unlinked-linkat", u_linkat },
	{ "unlinked-mmap", u_mmap },
	{ "tmpfile", tmpfile_works },
	{ "rename-over-read", r_read },
	{ "rename-over-nlink", r_nlink },
	{ "rename-over-ftruncate", r_ftruncate },
	{ NULL, NULL },
};
