/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/path.h"

/* --- reading --- */

/* Reads once. Returns the number of bytes, 0 at the end, or a failure; out is a C string all the time. */
static ssize_t read_some(int fd, size_t want, struct zol_str *out, struct zol_err *err)
{
	char *to = zol_str_reserve(out, want);
	ssize_t n;

	if (!to)
		return zol_err_oom(err);
	do
		n = read(fd, to, want);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return zol_err_sys(err, "cannot read");
	out->len += (size_t)n;
	out->ptr[out->len] = '\0';
	return n;
}

int zol_read_fd(int fd, size_t max, struct zol_str *out, struct zol_err *err)
{
	size_t before = out->len;
	ssize_t n;

	do {
		size_t total = out->len - before;

		/* One more than allowed, to see that there is more. */
		n = read_some(fd, max - total < 65536 ? max - total + 1 : 65536, out, err);
		if (n < 0)
			return (int)n;
		if (out->len - before > max) {
			zol_str_truncate(out, before + max);
			return zol_err_set(err, ZOL_MALFORMED, 0, "more than %zu bytes", max);
		}
	} while (n > 0);
	return 0;
}

/* The descriptor was opened with O_NONBLOCK, so that a FIFO could not hold us. */
static int read_regular(int fd, const char *path, size_t max, struct zol_str *out, struct zol_err *err)
{
	struct stat st;
	size_t before = out->len;

	if (fstat(fd, &st) < 0)
		return zol_err_sys(err, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s is not a regular file", path);
	/* Files of /proc and /sys say they are empty. */
	if (st.st_size > 0 && (uintmax_t)st.st_size <= max)
		(void)zol_str_reserve(out, (size_t)st.st_size + 1);
	if (zol_read_fd(fd, max, out, err) < 0) {
		zol_str_truncate(out, before);
		return zol_err_wrap(err, "%s", path);
	}
	return 0;
}

#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

int zol_read_file(const char *path, size_t max, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(path, READ_FLAGS);

	if (fd < 0)
		return zol_err_sys(err, "cannot open %s", path);
	return read_regular(fd, path, max, out, err);
}

int zol_read_file_in(int root, const char *path, size_t max, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_open_in(root, path, READ_FLAGS, 0, err);

	if (fd < 0)
		return fd;
	return read_regular(fd, path, max, out, err);
}

/* --- writing --- */

#define SWEEP_NAMES 500

int zol_write_all(int fd, const void *data, size_t len, struct zol_err *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return zol_err_sys(err, "cannot write");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A file that is being replaced, or made. */
struct replace {
	int dir;          /* the directory, O_PATH */
	const char *name; /* in it */
	char temp[NAME_MAX + 1];
	int fd;  /* of temp, locked for as long as it may have that name */
	int old; /* -1: the file is new */
	struct stat st;
	mode_t mode; /* for a new file */
};

static int temp_name(struct replace *r, struct zol_err *err)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[6];
	char suffix[7] = "";

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return zol_err_sys(err, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		suffix[i] = set[random[i] % (sizeof(set) - 1)];
	/* A long name is cut, so that the temporary one fits. */
	(void)snprintf(r->temp, sizeof(r->temp), ".%.200s.zol-%s", r->name, suffix);
	return 0;
}

static int open_old(struct replace *r, struct zol_err *err)
{
	r->old = openat(r->dir, r->name, READ_FLAGS | O_NOFOLLOW);
	if (r->old < 0)
		return errno == ENOENT ? 0 : zol_err_sys(err, "cannot open %s", r->name);
	if (fstat(r->old, &r->st) < 0)
		return zol_err_sys(err, "cannot look at %s", r->name);
	if (!S_ISREG(r->st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s is not a regular file", r->name);
	return 0;
}

/* Attributes of the system may be beyond us; those of the user must not be lost. */
static bool may_lose(const char *attr, int errnum)
{
	bool system = strncmp(attr, "security.", 9) == 0 || strncmp(attr, "trusted.", 8) == 0;

	return errnum == ENOTSUP || errnum == ENODATA || (system && errnum == EPERM);
}

static int copy_xattr(int from, int to, const char *attr, struct zol_err *err)
{
	ZOL_AUTO(free) char *value = NULL;
	ssize_t size = fgetxattr(from, attr, NULL, 0);

	if (size >= 0) {
		value = malloc((size_t)size + 1);
		if (!value)
			return zol_err_oom(err);
		size = fgetxattr(from, attr, value, (size_t)size);
	}
	if (size >= 0 && fsetxattr(to, attr, value, (size_t)size, 0) == 0)
		return 0;
	if (may_lose(attr, errno))
		return 0;
	return zol_err_sys(err, "cannot keep extended attribute %s", attr);
}

static int copy_xattrs(int from, int to, struct zol_err *err)
{
	ZOL_AUTO(free) char *names = NULL;
	ssize_t size = flistxattr(from, NULL, 0);

	if (size <= 0)
		return size == 0 || errno == ENOTSUP ? 0 : zol_err_sys(err, "cannot list extended attributes");
	names = malloc((size_t)size);
	if (!names)
		return zol_err_oom(err);
	size = flistxattr(from, names, (size_t)size);
	if (size < 0)
		return zol_err_sys(err, "cannot list extended attributes");
	for (const char *p = names; p < names + size; p += strlen(p) + 1)
		if (copy_xattr(from, to, p, err) < 0)
			return -(int)err->code;
	return 0;
}

/* After the data: writing drops capabilities, changing the owner drops set-id bits. */
static int set_attributes(const struct replace *r, int fd, struct zol_err *err)
{
	struct stat now;

	if (r->old < 0)
		return fchmod(fd, r->mode & 07777) < 0 ? zol_err_sys(err, "cannot set mode") : 0;
	if (fstat(fd, &now) < 0)
		return zol_err_sys(err, "cannot look at %s", r->temp);
	if ((now.st_uid != r->st.st_uid || now.st_gid != r->st.st_gid) && fchown(fd, r->st.st_uid, r->st.st_gid) < 0)
		return zol_err_sys(err, "cannot keep the owner");
	if (fchmod(fd, r->st.st_mode & 07777) < 0)
		return zol_err_sys(err, "cannot keep the mode");
	return copy_xattrs(r->old, fd, err);
}

/* Removes a sibling if nobody works on it any more. */
static void drop_stale(int dir, const char *name)
{
	ZOL_AUTO(fd) int fd = openat(dir, name, READ_FLAGS | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir, name, 0);
}

/* Removes what runs that were killed have left beside the file. A large directory is not read to its end for that. */
static void sweep(const struct replace *r)
{
	char prefix[NAME_MAX + 1];
	int len = snprintf(prefix, sizeof(prefix), ".%.200s.zol-", r->name);
	int fd = openat(r->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir)
		zol_cleanup_fd(&fd);
	for (int i = 0; dir && i < SWEEP_NAMES && (e = readdir(dir)); i++)
		if (strncmp(e->d_name, prefix, (size_t)len) == 0 && strlen(e->d_name) == (size_t)len + 6)
			drop_stale(r->dir, e->d_name);
}

/* Whether the sibling just made is ours: who sweeps may have come before the lock. Locks are not to be had everywhere. */
static bool is_ours(int fd)
{
	struct stat st;

	return !(flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static int open_temp(struct replace *r, struct zol_err *err)
{
	for (int i = 0; i < 100; i++) {
		if (temp_name(r, err) < 0)
			return -(int)err->code;
		r->fd = openat(r->dir, r->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (r->fd >= 0 && is_ours(r->fd))
			return 0;
		if (r->fd < 0 && errno != EEXIST)
			break;
		zol_cleanup_fd(&r->fd);
		r->fd = -1;
	}
	r->temp[0] = '\0';
	return zol_err_sys(err, "cannot make a temporary file");
}

static int write_temp(struct replace *r, struct zol_span data, struct zol_err *err)
{
	if (open_temp(r, err) < 0 || zol_write_all(r->fd, data.ptr, data.len, err) < 0 ||
	    set_attributes(r, r->fd, err) < 0)
		return -(int)err->code;
	if (fsync(r->fd) < 0)
		return zol_err_sys(err, "cannot sync");
	return 0;
}

static int replace_file(int dir, const char *name, struct zol_span data, mode_t mode, struct zol_err *err)
{
	struct replace r = { .dir = dir, .name = name, .fd = -1, .old = -1, .mode = mode };
	int rc = open_old(&r, err);

	sweep(&r);
	if (rc == 0)
		rc = write_temp(&r, data, err);
	if (rc == 0 && renameat(dir, r.temp, dir, name) < 0)
		rc = zol_err_sys(err, "cannot rename");
	if (rc == 0)
		rc = zol_fsync_dir(dir, NULL, err);
	else if (r.temp[0])
		(void)unlinkat(dir, r.temp, 0);
	zol_cleanup_fd(&r.old);
	zol_cleanup_fd(&r.fd);
	return rc;
}

/* Opens the directory of path; root -1 is the host. */
static int open_parent(int root, const char *path, const char **ret_name, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = NULL;
	const char *slash = strrchr(path, '/');
	int fd;

	if (root >= 0)
		return zol_open_parent_in(root, path, ret_name, err);
	*ret_name = zol_base_name(path);
	if (!**ret_name || strcmp(*ret_name, ".") == 0 || strcmp(*ret_name, "..") == 0)
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "'%s' does not name a file", path);
	dir = slash ? zol_asprintf("%.*s", (int)(slash - path + 1), path) : zol_asprintf(".");
	if (!dir)
		return zol_err_oom(err);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? zol_err_sys(err, "cannot open directory %s", dir) : fd;
}

/* What a link that is path's last component points to, as a path from where path starts. */
static char *link_target(const char *path, const char *name, const char *target)
{
	if (target[0] == '/')
		return zol_asprintf("%s", target);
	return zol_asprintf("%.*s%s", (int)(name - path), path, target);
}

static int write_file(int root, const char *path, struct zol_span data, mode_t mode, struct zol_err *err)
{
	ZOL_AUTO(free) char *now = zol_asprintf("%s", path);

	for (int links = 0; now && links < 40; links++) {
		ZOL_AUTO(fd) int dir = -1;
		char target[PATH_MAX];
		const char *name;
		char *next;
		ssize_t n;

		dir = open_parent(root, now, &name, err);
		if (dir < 0)
			return dir;
		n = readlinkat(dir, name, target, sizeof(target) - 1);
		if (n < 0 && replace_file(dir, name, data, mode, err) < 0)
			return zol_err_wrap(err, "%s", path);
		if (n < 0)
			return 0;
		target[n] = '\0';
		next = link_target(now, name, target);
		free(now);
		now = next;
	}
	return now ? zol_err_set(err, ZOL_SYSTEM, ELOOP, "%s", path) : zol_err_oom(err);
}

int zol_write_file(const char *path, const void *data, size_t len, mode_t mode, struct zol_err *err)
{
	return write_file(-1, path, zol_span(data, len), mode, err);
}

int zol_write_file_in(int root, const char *path, const void *data, size_t len, mode_t mode, struct zol_err *err)
{
	return write_file(root, path, zol_span(data, len), mode, err);
}
