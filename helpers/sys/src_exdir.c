/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/src_exdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"

#define MANIFEST_MAX (512U << 20)

void zol_exdir_free(struct zol_exdir *d)
{
	zol_cleanup_fd(&d->fd);
	zol_cleanup_fd(&d->lock);
	zol_cleanup_fd(&d->at_fd);
	free(d->path);
	free(d->at);
	*d = (struct zol_exdir)ZOL_EXDIR_INIT;
}

/* Is there anything but what an export that was killed at its very begin leaves? */
static int is_empty(int fd, struct zol_err *err)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(dir) DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;

	if (!dir) {
		zol_cleanup_fd(&copy);
		return zol_err_sys(err, "cannot list the directory");
	}
	errno = 0;
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, ZOL_MANIFEST_TEMP))
			return 0;
		errno = 0;
	}
	return errno ? zol_err_sys(err, "cannot list the directory") : 1;
}

static int read_manifest(struct zol_exdir *d, struct zol_manifest *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(d->fd, ZOL_MANIFEST_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct stat st;
	int rc;

	if (fd >= 0) {
		if (!fstat(fd, &st) && st.st_size > 0 && (uint64_t)st.st_size < MANIFEST_MAX)
			(void)zol_str_reserve(&text, (size_t)st.st_size + 1);
		if (zol_read_fd(fd, MANIFEST_MAX, &text, err) || zol_manifest_parse(zol_span_str(&text), ret, err)) {
			(void)zol_err_wrap(err, "%s/" ZOL_MANIFEST_NAME, d->path);
			return zol_err_hint(err, "remove the directory; it will be made anew");
		}
		return 0;
	}
	if (errno != ENOENT)
		return zol_err_sys(err, "cannot open %s/" ZOL_MANIFEST_NAME, d->path);
	rc = is_empty(d->fd, err);
	if (rc < 0)
		return zol_err_wrap(err, "%s", d->path);
	if (rc)
		return 0;
	(void)zol_err_set(err, ZOL_USAGE, 0, "%s was not made by an export, and is not empty", d->path);
	return zol_err_hint(err, "name a directory that does not exist, or is empty");
}

/* Locks the directory and reads the manifest. */
static int enter(struct zol_exdir *d, bool dry, struct zol_manifest *ret, struct zol_err *err)
{
	d->lock = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->lock < 0)
		return zol_err_sys(err, "cannot open the directory %s", d->path);
	if (flock(d->lock, (dry ? LOCK_SH : LOCK_EX) | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			return zol_err_sys(err, "another process exports to %s", d->path);
		return zol_err_sys(err, "cannot lock %s", d->path);
	}
	if (read_manifest(d, ret, err))
		return -(int)err->code;
	/* Left by a kill. */
	if (!dry && unlinkat(d->fd, ZOL_MANIFEST_TEMP, 0) && errno != ENOENT)
		return zol_err_sys(err, "cannot remove %s/" ZOL_MANIFEST_TEMP, d->path);
	return 0;
}

int zol_exdir_open(const char *path, bool dry, struct zol_exdir *ret, struct zol_manifest *ret_manifest,
		   struct zol_err *err)
{
	ZOL_AUTO(exdir) struct zol_exdir d = ZOL_EXDIR_INIT;

	d.path = strdup(path);
	if (!d.path)
		return zol_err_oom(err);
	d.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d.fd < 0 && errno != ENOENT)
		return zol_err_sys(err, "cannot open the directory %s", path);
	if (d.fd >= 0 && enter(&d, dry, ret_manifest, err))
		return -(int)err->code;
	*ret = d;
	d = (struct zol_exdir)ZOL_EXDIR_INIT;
	return 0;
}

int zol_exdir_make(struct zol_exdir *d, struct zol_manifest *ret_manifest, struct zol_err *err)
{
	if (d->fd >= 0)
		return 0;
	if (zol_mkdirs(d->path, 0755, err) < 0)
		return -(int)err->code;
	d->fd = open(d->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0)
		return zol_err_sys(err, "cannot open the directory %s", d->path);
	return enter(d, false, ret_manifest, err);
}

/* One component after the other, none of them a link: what openat2 does where there is none. */
static int walk_beneath(int fd, char *path)
{
	ZOL_AUTO(fd) int at = openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (char *c = path, *end; *c && at >= 0; c = end) {
		int next, cause;

		end = strchrnul(c, '/');
		if (*end)
			*end++ = '\0';
		next = openat(at, c, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		cause = errno;

		(void)close(at);
		errno = cause;
		at = next;
	}
	return zol_take_fd(&at);
}

/* Opens a directory below (O_PATH), without following any link; -1 with errno. */
static int open_beneath(struct zol_exdir *d, const char *dir)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	ZOL_AUTO(free) char *copy = NULL;

	if (!d->no_openat2) {
		int fd = (int)syscall(SYS_openat2, d->fd, *dir ? dir : ".", &how, sizeof(how));

		if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
			return fd;
		d->no_openat2 = true;
	}
	copy = strdup(dir);
	if (!copy) {
		errno = ENOMEM;
		return -1;
	}
	return walk_beneath(d->fd, copy);
}

static void forget(struct zol_exdir *d)
{
	zol_cleanup_fd(&d->at_fd);
	d->at_fd = -1;
	free(d->at);
	d->at = NULL;
}

/* The directory that holds path's last component, kept open for the next call; -1 with errno. */
static int parent_of(struct zol_exdir *d, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	*ret_name = zol_base_name(path);
	if (d->at && strlen(d->at) == len && !memcmp(d->at, path, len))
		return d->at_fd;
	forget(d);
	d->at = strndup(path, len);
	if (!d->at) {
		errno = ENOMEM;
		return -1;
	}
	d->at_fd = open_beneath(d, d->at);
	if (d->at_fd < 0) {
		int cause = errno;

		forget(d);
		errno = cause;
		return -1;
	}
	return d->at_fd;
}

static bool absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

static int64_t ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void stamp_of(const struct stat *st, struct zol_stamp *ret)
{
	*ret = (struct zol_stamp){ .known = true,
				   .size = (uint64_t)st->st_size,
				   .mtime = ns(st->st_mtim),
				   .ctime = ns(st->st_ctim),
				   .ino = st->st_ino };
}

static enum zol_exdir_found found(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_mode & S_IXUSR ? ZOL_EXDIR_EXEC : ZOL_EXDIR_FILE;
	if (S_ISLNK(st->st_mode))
		return ZOL_EXDIR_LINK;
	return S_ISDIR(st->st_mode) ? ZOL_EXDIR_DIR : ZOL_EXDIR_OTHER;
}

int zol_exdir_look(struct zol_exdir *d, const char *path, enum zol_exdir_found *ret, struct zol_stamp *ret_stamp,
		   struct zol_err *err)
{
	const char *name;
	struct stat st;
	int dir;

	*ret = ZOL_EXDIR_NOTHING;
	*ret_stamp = (struct zol_stamp){ .known = false };
	if (d->fd < 0)
		return 0;
	dir = parent_of(d, path, &name);
	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return absent(errno) ? 0 : zol_err_sys(err, "cannot look at %s/%s", d->path, path);
	*ret = found(&st);
	stamp_of(&st, ret_stamp);
	return 0;
}

/* Compares as it reads, so that a large file in the way costs nothing. */
static int same_content(int fd, struct zol_span data, struct zol_err *err)
{
	char buf[65536];
	size_t done = 0;

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot read");
		if (!n)
			return done == data.len;
		if ((size_t)n > data.len - done || memcmp(buf, data.ptr + done, (size_t)n) != 0)
			return 0;
		done += (size_t)n;
	}
}

int zol_exdir_same(struct zol_exdir *d, const char *path, struct zol_span data, struct zol_err *err)
{
	const char *name;
	int dir = parent_of(d, path, &name), rc;
	ZOL_AUTO(fd) int fd = -1;
	char target[4097];
	struct stat st;
	ssize_t n;

	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return absent(errno) ? 0 : zol_err_sys(err, "cannot look at %s/%s", d->path, path);
	if ((uint64_t)st.st_size != data.len)
		return 0;
	if (S_ISLNK(st.st_mode)) {
		n = readlinkat(dir, name, target, sizeof(target));
		return n >= 0 && (size_t)n == data.len && !memcmp(target, data.ptr, data.len);
	}
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	/* One that we cannot read is made anew. */
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	rc = same_content(fd, data, err);
	return rc < 0 ? zol_err_wrap(err, "%s/%s", d->path, path) : rc;
}

/* Makes the directory above path and those above it; what is in their way and no directory goes. */
static int make_parents(struct zol_exdir *d, const char *path, struct zol_err *err)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		ZOL_AUTO(free) char *dir = strndup(path, (size_t)(slash - path));
		const char *name;
		struct stat st;
		int at = dir ? parent_of(d, dir, &name) : -1;

		if (!dir)
			return zol_err_oom(err);
		if (at < 0)
			return zol_err_sys(err, "cannot open the directory of %s/%s", d->path, dir);
		if (!fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW)) {
			if (S_ISDIR(st.st_mode))
				continue;
			if (unlinkat(at, name, 0))
				return zol_err_sys(err, "cannot remove %s/%s", d->path, dir);
		}
		if (mkdirat(at, name, 0755) && errno != EEXIST)
			return zol_err_sys(err, "cannot make the directory %s/%s", d->path, dir);
	}
	return 0;
}

/* A fresh file of the temporary name; if time is given, with this time of change. */
static int write_temp(struct zol_exdir *d, struct zol_span data, bool exec, const struct timespec *time,
		      struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(d->fd, ZOL_MANIFEST_TEMP, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };

	if (time)
		times[1] = *time;
	if (fd < 0 || fchmod(fd, exec ? 0755 : 0644))
		return zol_err_sys(err, "cannot make %s/" ZOL_MANIFEST_TEMP, d->path);
	if (zol_write_all(fd, data.ptr, data.len, err))
		return zol_err_wrap(err, "%s", d->path);
	if (time && futimens(fd, times))
		return zol_err_sys(err, "cannot set the time of a file");
	/* A full disk may only show now (NFS). */
	if (close(zol_take_fd(&fd)))
		return zol_err_sys(err, "cannot write %s/" ZOL_MANIFEST_TEMP, d->path);
	return 0;
}

static int write_link(struct zol_exdir *d, const char *path, struct zol_span target, struct zol_err *err)
{
	ZOL_AUTO(free) char *text = zol_span_dup(target);

	if (!text)
		return zol_err_oom(err);
	if (!target.len || strlen(text) != target.len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the link %s has no target that a link can have", path);
	if (symlinkat(text, d->fd, ZOL_MANIFEST_TEMP))
		return zol_err_sys(err, "cannot make the link %s/%s", d->path, path);
	return 0;
}

/* Moves the temporary file to its place; an empty directory there makes room. */
static int move_in(struct zol_exdir *d, const char *path, int dir, const char *name, struct zol_err *err)
{
	if (!renameat(d->fd, ZOL_MANIFEST_TEMP, dir, name))
		return 0;
	if (errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST) {
		if (!unlinkat(dir, name, AT_REMOVEDIR) && !renameat(d->fd, ZOL_MANIFEST_TEMP, dir, name))
			return 0;
		if (errno == ENOTEMPTY || errno == EEXIST) {
			(void)zol_err_set(err, ZOL_SYSTEM, ENOTEMPTY,
					  "a directory with files that are not of the export is in the way of %s/%s",
					  d->path, path);
			return zol_err_hint(err, "remove it, or the whole of %s", d->path);
		}
	}
	return zol_err_sys(err, "cannot write %s/%s", d->path, path);
}

static int put_dir(struct zol_exdir *d, const char *path, int dir, const char *name, struct zol_err *err)
{
	struct stat st;

	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (S_ISDIR(st.st_mode))
			return 0;
		if (unlinkat(dir, name, 0))
			return zol_err_sys(err, "cannot remove %s/%s", d->path, path);
	}
	return mkdirat(dir, name, 0755) ? zol_err_sys(err, "cannot make the directory %s/%s", d->path, path) : 0;
}

int zol_exdir_put(struct zol_exdir *d, const struct zol_manifest_entry *e, struct zol_span data, bool keep,
		  struct zol_stamp *ret, struct zol_err *err)
{
	const char *name;
	struct stat st;
	int dir, rc;

	if (make_parents(d, e->path, err))
		return -(int)err->code;
	dir = parent_of(d, e->path, &name);
	if (dir < 0)
		return zol_err_sys(err, "cannot open the directory of %s/%s", d->path, e->path);
	if (keep && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot look at %s/%s", d->path, e->path);
	if (e->kind == ZOL_MANIFEST_DIR) {
		rc = put_dir(d, e->path, dir, name, err);
	} else {
		rc = e->kind == ZOL_MANIFEST_LINK ?
			     write_link(d, e->path, data, err) :
			     write_temp(d, data, e->kind == ZOL_MANIFEST_EXEC, keep ? &st.st_mtim : NULL, err);
		if (!rc)
			rc = move_in(d, e->path, dir, name, err);
		if (rc)
			(void)unlinkat(d->fd, ZOL_MANIFEST_TEMP, 0);
	}
	if (rc)
		return rc;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot look at %s/%s", d->path, e->path);
	stamp_of(&st, ret);
	return 0;
}

int zol_exdir_remove(struct zol_exdir *d, const char *path, struct zol_err *err)
{
	const char *name;
	struct stat st;
	int dir = parent_of(d, path, &name);

	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return absent(errno) ? 1 : zol_err_sys(err, "cannot look at %s/%s", d->path, path);
	if (!unlinkat(dir, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
		return 0;
	if (S_ISDIR(st.st_mode) && (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY))
		return 1;
	return errno == ENOENT ? 1 : zol_err_sys(err, "cannot remove %s/%s", d->path, path);
}

int zol_exdir_begin(struct zol_exdir *d, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(d->fd, ZOL_MANIFEST_NAME, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	const size_t n = strlen(ZOL_MANIFEST_UNDERWAY);
	char head[sizeof(ZOL_MANIFEST_COMPLETE)];
	struct stat st;

	/* Another name of it may be a copy's. */
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    pread(fd, head, n, 0) != (ssize_t)n || memcmp(head, ZOL_MANIFEST_COMPLETE, n) != 0)
		return 1;
	if (pwrite(fd, ZOL_MANIFEST_UNDERWAY, n, 0) != (ssize_t)n)
		return zol_err_sys(err, "cannot write %s/" ZOL_MANIFEST_NAME, d->path);
	return 0;
}

int zol_exdir_save(struct zol_exdir *d, const struct zol_manifest *m, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(fd) int fd = -1;

	zol_manifest_text(m, &text);
	if (zol_str_check(&text, err))
		return -(int)err->code;
	if (write_temp(d, zol_span_str(&text), false, NULL, err)) {
		(void)unlinkat(d->fd, ZOL_MANIFEST_TEMP, 0);
		return -(int)err->code;
	}
	/*
	 * A kill loses nothing that was written. For a crash of the machine the last word is enough: what
	 * comes after it is compared with the commit anyway, since the boot is another one.
	 */
	if (m->complete)
		fd = openat(d->fd, ZOL_MANIFEST_TEMP, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if ((m->complete && (fd < 0 || fdatasync(fd))) ||
	    renameat(d->fd, ZOL_MANIFEST_TEMP, d->fd, ZOL_MANIFEST_NAME)) {
		int cause = errno;

		(void)unlinkat(d->fd, ZOL_MANIFEST_TEMP, 0);
		return zol_err_set(err, ZOL_SYSTEM, cause, "cannot write %s/" ZOL_MANIFEST_NAME, d->path);
	}
	return 0;
}
