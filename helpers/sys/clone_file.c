/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "sys/clone_copy.h"

enum { LIST_MAX = 64 << 10, VALUE_MAX = 64 << 10, CHUNK = 1 << 20 };

/* Listing and reading attributes by descriptor or, for what has none, by a path that is not followed. */
struct attr_ends {
	int src, dst; /* when the paths are NULL */
	const char *src_path, *dst_path;
};

static ssize_t attr_list(const struct attr_ends *e, char *names)
{
	return e->src_path ? llistxattr(e->src_path, names, LIST_MAX) : flistxattr(e->src, names, LIST_MAX);
}

static ssize_t attr_get(const struct attr_ends *e, const char *name, void *value)
{
	return e->src_path ? lgetxattr(e->src_path, name, value, VALUE_MAX) : fgetxattr(e->src, name, value, VALUE_MAX);
}

static int attr_set(const struct attr_ends *e, const char *name, const void *value, size_t len)
{
	return e->dst_path ? lsetxattr(e->dst_path, name, value, len, 0) : fsetxattr(e->dst, name, value, len, 0);
}

static int copy_attrs(const struct attr_ends *e, struct zol_err *err)
{
	char names[1024];
	ssize_t probe =
		e->src_path ? llistxattr(e->src_path, names, sizeof(names)) : flistxattr(e->src, names, sizeof(names));
	ZOL_AUTO(free) char *list = NULL;
	ZOL_AUTO(free) void *value = NULL;

	if (probe == 0 || (probe < 0 && errno == ENOTSUP))
		return 0;
	list = malloc(LIST_MAX);
	value = malloc(VALUE_MAX);
	if (!list || !value)
		return zol_err_oom(err);
	probe = attr_list(e, list);
	if (probe < 0)
		return zol_err_sys(err, "cannot list its attributes");
	for (const char *name = list; name < list + probe; name += strlen(name) + 1) {
		ssize_t len = attr_get(e, name, value);

		if (len < 0)
			return zol_err_sys(err, "cannot read the attribute %s", name);
		if (attr_set(e, name, value, (size_t)len))
			return zol_err_sys(err, "cannot set the attribute %s", name);
	}
	return 0;
}

int zol_clone_apply(int src, int dst, const struct stat *st, const struct stat *now, struct zol_err *err)
{
	const struct attr_ends ends = { .src = src, .dst = dst };
	bool chowned = st->st_uid != now->st_uid || st->st_gid != now->st_gid;
	int rc;

	if (chowned && fchown(dst, st->st_uid, st->st_gid))
		return zol_err_sys(err, "cannot give it to owner %u:%u", st->st_uid, st->st_gid);
	rc = copy_attrs(&ends, err);
	if (rc)
		return rc;
	/* With an ACL the group bits are its mask, here as there: the order does not matter. */
	if ((chowned || st->st_mode != now->st_mode) && fchmod(dst, st->st_mode & 07777))
		return zol_err_sys(err, "cannot set mode %04o", st->st_mode & 07777);
	if (futimens(dst, (struct timespec[]){ { .tv_nsec = UTIME_OMIT }, st->st_mtim }))
		return zol_err_sys(err, "cannot set its time");
	return 0;
}

int zol_clone_meta(int src, int dst, struct zol_err *err)
{
	struct stat st, now;

	if (fstat(src, &st) || fstat(dst, &now))
		return zol_err_sys(err, "cannot look at it");
	return zol_clone_apply(src, dst, &st, &now, err);
}

int zol_clone_node_meta(int src, int dst, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *from = zol_asprintf("/proc/self/fd/%d/%s", src, name);
	ZOL_AUTO(free) char *to = zol_asprintf("/proc/self/fd/%d/%s", dst, name);
	const struct attr_ends ends = { .src_path = from, .dst_path = to };
	struct stat st;
	int rc;

	if (!from || !to)
		return zol_err_oom(err);
	if (fstatat(src, name, &st, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot look at it");
	if (fchownat(dst, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot give it to owner %u:%u", st.st_uid, st.st_gid);
	rc = copy_attrs(&ends, err);
	if (rc)
		return rc;
	/* Made exclusively, in a directory that nobody else can reach: it is no link. */
	if (!S_ISLNK(st.st_mode) && fchmodat(dst, name, st.st_mode & 07777, 0))
		return zol_err_sys(err, "cannot set mode %04o", st.st_mode & 07777);
	if (utimensat(dst, name, (struct timespec[]){ { .tv_nsec = UTIME_OMIT }, st.st_mtim }, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot set its time");
	return 0;
}

/* By read and write, where copy_file_range(2) is refused (other file systems, old kernels). */
static int copy_bytes(int src, int dst, off_t at, off_t end, struct zol_err *err)
{
	ZOL_AUTO(free) char *buf = malloc(CHUNK);

	if (!buf)
		return zol_err_oom(err);
	while (at < end) {
		size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = pread(src, buf, want, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot read");
		if (n == 0)
			break;
		if (lseek(dst, at, SEEK_SET) < 0)
			return zol_err_sys(err, "cannot seek");
		if (zol_write_all(dst, buf, (size_t)n, err))
			return -(int)err->code;
		at += n;
	}
	return 0;
}

static int copy_extent(int src, int dst, off_t at, off_t end, struct zol_err *err)
{
	while (at < end) {
		off_t from = at, to = at;
		ssize_t n = copy_file_range(src, &from, dst, &to, (size_t)(end - at), 0);

		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
			return copy_bytes(src, dst, at, end, err);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot copy");
		if (n == 0)
			return copy_bytes(src, dst, at, end, err);
		at += n;
	}
	return 0;
}

int zol_clone_data(int src, int dst, off_t size, bool reflink, struct zol_err *err)
{
	off_t at = 0;

	if (!size)
		return 0;
	if (reflink)
		return ioctl(dst, FICLONE, src) ? zol_err_sys(err, "cannot share its blocks") : 0;
	while (at < size) {
		off_t data = lseek(src, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(src, data, SEEK_HOLE);
		int rc;

		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0 || hole < 0)
			data = at, hole = size;
		rc = copy_extent(src, dst, data, hole, err);
		if (rc)
			return rc;
		at = hole;
	}
	return ftruncate(dst, size) ? zol_err_sys(err, "cannot set its size") : 0;
}
