/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/path.h"
#include "base/room.h"

#ifndef RENAME_EXCHANGE /* musl before 1.2.5 has neither the flags nor the call. */
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}
#endif

/* A directory above the one that is being emptied. Paths may be deeper than we have descriptors. */
struct frame {
	dev_t dev;
	ino_t ino;
	char *name; /* of the directory below it that was entered */
};

struct removal {
	struct frame *frames;
	size_t depth, cap;
	int fd; /* the directory being emptied */
	dev_t dev;
	ino_t ino;
	unsigned again; /* how often something appeared in an emptied directory */
};

/* Somebody who keeps making files in the tree wins after so many rounds. */
#define AGAIN_MAX 64

static void zol_cleanup_removal(struct removal *r)
{
	while (r->depth)
		free(r->frames[--r->depth].name);
	free(r->frames);
	zol_cleanup_fd(&r->fd);
}

/* The path from the top, for messages. */
static int fail(const struct removal *r, const char *name, int errnum, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;

	for (size_t i = 0; i < r->depth; i++)
		zol_str_printf(&path, "%s/", r->frames[i].name);
	zol_str_puts(&path, name);
	return zol_err_set(err, ZOL_SYSTEM, errnum, "cannot remove %s", zol_str_c(&path));
}

/* Descriptor's path, as long as /proc is there: chmod(2) works on no O_PATH descriptor. */
static void make_searchable(int fd)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)chmod(path, 0700);
}

static bool is_mount(int fd, dev_t parent)
{
#ifdef STATX_ATTR_MOUNT_ROOT
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO, &sx) < 0)
		return false;
	if (sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
		return sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	return makedev(sx.stx_dev_major, sx.stx_dev_minor) != parent;
#else /* a C library without statx(2): a bind mount of the same file system is not seen */
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev != parent;
#endif
}

/* Opens dir/name to empty it. Returns the descriptor, or -errno. */
static int open_dir(int dir, const char *name, dev_t parent, struct stat *st)
{
	ZOL_AUTO(fd) int path = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd;

	if (path < 0 || fstat(path, st) < 0)
		return -errno;
	if (is_mount(path, parent))
		return -EBUSY;
	fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == EACCES) {
		make_searchable(path);
		fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* unlinkat(2), making the directory writable when that is what is in the way. */
static int unlink_in(int dir, const char *name, int flags)
{
	if (unlinkat(dir, name, flags) == 0 || errno == ENOENT)
		return 0;
	if (errno != EACCES)
		return -errno;
	if (fchmod(dir, 0700) < 0)
		return -EACCES;
	return unlinkat(dir, name, flags) == 0 || errno == ENOENT ? 0 : -errno;
}

static int enter(struct removal *r, const char *name, struct zol_err *err)
{
	struct stat st;
	int fd = open_dir(r->fd, name, r->dev, &st);

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0; /* gone, or something else by now: the next scan sees it */
	if (fd < 0)
		return fail(r, name, -fd, err);
	struct frame *p = zol_room(r->frames, &r->cap, r->depth + 1, sizeof(*p));

	if (!p) {
		(void)close(fd);
		return zol_err_oom(err);
	}
	r->frames = p;
	r->frames[r->depth] = (struct frame){ .dev = r->dev, .ino = r->ino, .name = strdup(name) };
	if (!r->frames[r->depth].name) {
		(void)close(fd);
		return zol_err_oom(err);
	}
	r->depth++;
	zol_cleanup_fd(&r->fd);
	r->fd = fd;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	return 1;
}

/* Back to the directory above, which must be the one that we came from, and removes the empty one. */
static int leave(struct removal *r, struct zol_err *err)
{
	struct frame *up = &r->frames[r->depth - 1];
	ZOL_AUTO(free) char *name = NULL;
	struct stat st;
	int fd = openat(r->fd, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != up->dev || st.st_ino != up->ino) {
		rc = fail(r, "..", fd < 0 ? errno : ESTALE, err);
		zol_cleanup_fd(&fd);
		return rc;
	}
	zol_cleanup_fd(&r->fd);
	r->fd = fd;
	r->dev = up->dev;
	r->ino = up->ino;
	name = zol_take_ptr(up->name);
	r->depth--;
	rc = unlink_in(r->fd, name, AT_REMOVEDIR);
	if ((rc == -ENOTEMPTY || rc == -EEXIST || rc == -ENOTDIR) && r->again++ < AGAIN_MAX)
		return 0; /* the next scan enters it again */
	return rc < 0 ? fail(r, name, -rc, err) : 0;
}

/* Removes what can be removed at once. 1: a directory was entered; 0: this one is empty. */
static int scan(struct removal *r, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *d = NULL;
	const struct dirent *e;
	int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(r, ".", errno, err);
	d = fdopendir(fd);
	if (!d) {
		(void)close(fd);
		return zol_err_oom(err);
	}
	while ((e = readdir(d))) {
		int rc;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		rc = e->d_type == DT_DIR ? -EISDIR : unlink_in(r->fd, e->d_name, 0);
		if (rc == 0)
			continue;
		if (rc != -EISDIR)
			return fail(r, e->d_name, -rc, err);
		rc = enter(r, e->d_name, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int empty(struct removal *r, struct zol_err *err)
{
	for (;;) {
		int rc = scan(r, err);

		if (rc < 0)
			return rc;
		if (rc > 0)
			continue;
		if (!r->depth)
			return 0;
		if (leave(r, err) < 0)
			return -(int)err->code;
	}
}

int zol_rmtree(int dirfd, const char *name, struct zol_err *err)
{
	__attribute__((cleanup(zol_cleanup_removal))) struct removal r = { .fd = -1 };
	struct stat parent = { 0 }, st;
	int rc = 0;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return zol_err_sys(err, "cannot remove %s", name);
	if (fstatat(dirfd, ".", &parent, 0) < 0)
		return zol_err_sys(err, "cannot remove %s", name);
	for (unsigned i = 0; i <= AGAIN_MAX; i++) {
		zol_cleanup_fd(&r.fd);
		r.fd = open_dir(dirfd, name, parent.st_dev, &st);
		if (r.fd == -ENOENT)
			return 0;
		if (r.fd < 0)
			return zol_err_set(err, ZOL_SYSTEM, -r.fd, "cannot remove %s", name);
		r.dev = st.st_dev;
		r.ino = st.st_ino;
		if (empty(&r, err) < 0)
			return zol_err_wrap(err, "%s", name);
		rc = unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -errno;
		if (rc != -ENOTEMPTY)
			break;
	}
	return rc < 0 ? zol_err_set(err, ZOL_SYSTEM, -rc, "cannot remove %s", name) : 0;
}

int zol_swap_dir(int dirfd, const char *tmp, const char *name, struct zol_err *err)
{
	if (renameat2(dirfd, tmp, dirfd, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (renameat2(dirfd, tmp, dirfd, name, RENAME_EXCHANGE) == 0)
		return zol_rmtree(dirfd, tmp, err);
	if (errno != EINVAL && errno != ENOSYS)
		return zol_err_sys(err, "cannot put %s in place", name);
	ZOL_AUTO(free) char *old = zol_asprintf("%s.old", tmp);

	if (!old)
		return zol_err_oom(err);
	int rc = zol_rmtree(dirfd, old, err);

	if (rc < 0)
		return rc;
	if (renameat(dirfd, name, dirfd, old) < 0 && errno != ENOENT)
		return zol_err_sys(err, "cannot move %s away", name);
	if (renameat(dirfd, tmp, dirfd, name) == 0)
		return zol_rmtree(dirfd, old, err);
	rc = zol_err_sys(err, "cannot put %s in place", name);
	(void)renameat(dirfd, old, dirfd, name);
	return rc;
}
