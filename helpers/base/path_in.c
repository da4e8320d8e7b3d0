/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/path.h"

/* As the kernel has it: fs/namei.c MAXSYMLINKS. */
#define LINKS_MAX 40
/* How deep the walk goes without openat2: it holds a descriptor for each directory. */
#define DEPTH_MAX 200
/* openat2(2) gives up with EAGAIN when a rename somewhere made ".." doubtful. */
#define AGAIN_MAX 64

int zol_root_open(const char *dir, struct zol_err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? zol_err_sys(err, "cannot open directory %s", dir) : fd;
}

/* --- the walk, for kernels without openat2 --- */

struct walk {
	int root;
	int dirs[DEPTH_MAX]; /* the directories entered, in order */
	size_t depth;
	struct zol_str rest; /* what is still to be resolved */
	size_t pos;
	unsigned links;
};

static void walk_up(struct walk *w)
{
	if (w->depth)
		(void)close(w->dirs[--w->depth]);
}

static void zol_cleanup_walk(struct walk *w)
{
	int saved = errno;

	while (w->depth)
		walk_up(w);
	zol_str_free(&w->rest);
	errno = saved;
}

static int walk_dir(const struct walk *w)
{
	return w->depth ? w->dirs[w->depth - 1] : w->root;
}

/* Puts a link's target in the place of the component that was just cut off. */
static int walk_link(struct walk *w, int fd)
{
	ZOL_AUTO(str) struct zol_str next = ZOL_STR_INIT;
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target));

	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENOENT;
	if ((size_t)n >= sizeof(target))
		return -ENAMETOOLONG;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (target[0] == '/')
		while (w->depth)
			walk_up(w);
	zol_str_add(&next, target, (size_t)n);
	zol_str_puts(&next, zol_str_c(&w->rest) + w->pos);
	if (next.oom)
		return -ENOMEM;
	if (next.len >= 2 * (size_t)PATH_MAX)
		return -ENAMETOOLONG;
	zol_str_free(&w->rest);
	w->rest = next;
	next = (struct zol_str)ZOL_STR_INIT;
	w->pos = 0;
	return 0;
}

/* Cuts the next component off; false at the end. *ret_last: only slashes follow. */
static bool walk_next(struct walk *w, char name[static NAME_MAX + 1], bool *ret_last, bool *ret_slash)
{
	const char *p = zol_str_c(&w->rest) + w->pos;
	size_t skip = strspn(p, "/"), len = strcspn(p + skip, "/");
	size_t after = strspn(p + skip + len, "/");

	if (!len)
		return false;
	*ret_last = p[skip + len + after] == '\0';
	*ret_slash = after > 0;
	w->pos += skip + len;
	/* A name that is too long cannot exist: openat() shall say so. */
	if (len > NAME_MAX)
		len = NAME_MAX;
	memcpy(name, p + skip, len);
	name[len] = '\0';
	return true;
}

/* Enters a directory whose O_PATH descriptor is taken over. */
static int walk_enter(struct walk *w, int *fd)
{
	struct stat st;

	if (fstat(*fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (w->depth == DEPTH_MAX)
		return -ENAMETOOLONG;
	w->dirs[w->depth++] = zol_take_fd(fd);
	return 0;
}

static int reopen(int dir, const char *name, int flags, mode_t mode)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

/* Whether the last component, when it is a link, is to be taken as it is. */
static bool keeps_link(int flags, bool slash)
{
	return !slash && ((flags & O_NOFOLLOW) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL));
}

/* One component. Returns 0 to go on, 1 when *ret is the result, or -errno. */
static int walk_step(struct walk *w, int flags, mode_t mode, int *ret)
{
	char name[NAME_MAX + 1];
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;
	bool last, slash;
	int rc;

	if (!walk_next(w, name, &last, &slash)) {
		/* A path that ends in "..", say, is a directory, which is there and cannot be made. */
		if (flags & O_CREAT)
			return flags & O_EXCL ? -EEXIST : -EISDIR;
		*ret = reopen(walk_dir(w), ".", flags, 0);
		return 1;
	}
	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		walk_up(w);
		return 0;
	}
	fd = openat(walk_dir(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !(errno == ENOENT && last && (flags & O_CREAT)))
		return -errno;
	if (fd >= 0 && fstat(fd, &st) < 0)
		return -errno;
	if (fd >= 0 && S_ISLNK(st.st_mode) && !(last && keeps_link(flags, slash)))
		return walk_link(w, fd);
	if (!last) {
		rc = walk_enter(w, &fd);
		return rc;
	}
	if (slash && (flags & O_CREAT))
		return -EISDIR;
	*ret = reopen(walk_dir(w), name, slash ? flags | O_DIRECTORY : flags, mode);
	return 1;
}

/* Returns the descriptor or -errno. */
static int walk_open(int root, const char *path, int flags, mode_t mode)
{
	__attribute__((cleanup(zol_cleanup_walk))) struct walk w = { .root = root };
	int fd = -1, rc;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	zol_str_puts(&w.rest, path);
	if (w.rest.oom)
		return -ENOMEM;
	do
		rc = walk_step(&w, flags, mode, &fd);
	while (rc == 0);
	return rc < 0 ? rc : fd;
}

/* --- with openat2 --- */

/* openat2(2) is strict where open(2) ignores what makes no sense. */
static int strict_flags(int flags)
{
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	return flags | O_CLOEXEC;
}

static int open_raw(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)strict_flags(flags),
		.mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode & 07777 : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < AGAIN_MAX; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN)
			break;
	}
	if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
		return walk_open(root, path, strict_flags(flags), mode);
	return -errno;
}

int zol_open_in(int root, const char *path, int flags, mode_t mode, struct zol_err *err)
{
	int fd = open_raw(root, path, flags, mode);

	return fd < 0 ? zol_err_set(err, ZOL_SYSTEM, -fd, "cannot open %s", path) : fd;
}

int zol_open_parent_in(int root, const char *path, const char **ret_name, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = NULL;
	const char *slash = strrchr(path, '/');
	const char *name = zol_base_name(path);
	int fd;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "'%s' does not name a file", path);
	dir = slash ? zol_asprintf("%.*s", (int)(slash - path + 1), path) : zol_asprintf(".");
	if (!dir)
		return zol_err_oom(err);
	fd = open_raw(root, dir, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return zol_err_set(err, ZOL_SYSTEM, -fd, "cannot open directory %s", dir);
	*ret_name = name;
	return fd;
}

/* Makes the directory that path names, whose parent exists; 1 when it was there. */
static int make_dir_in(int root, const char *path, mode_t mode, struct zol_err *err)
{
	ZOL_AUTO(fd) int parent = -1;
	ZOL_AUTO(fd) int fd = -1;
	const char *name;

	fd = open_raw(root, path, O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		return 1;
	if (fd != -ENOENT)
		return zol_err_set(err, ZOL_SYSTEM, -fd, "cannot open directory %s", path);
	parent = zol_open_parent_in(root, path, &name, err);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, mode) < 0) {
		/* somebody was faster; or it is a link that leads nowhere */
		fd = errno == EEXIST ? open_raw(root, path, O_PATH | O_DIRECTORY, 0) : -errno;
		return fd >= 0 ? 1 :
				 zol_err_set(err, ZOL_SYSTEM, fd == -ENOENT ? EEXIST : -fd, "cannot make directory %s",
					     path);
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, mode) < 0)
		return zol_err_sys(err, "cannot set the mode of %s", path);
	return 0;
}

int zol_mkdirs_in(int root, const char *path, mode_t mode, struct zol_err *err)
{
	ZOL_AUTO(free) char *part = zol_asprintf("%s", path);
	int existed = 1;

	if (!part)
		return zol_err_oom(err);
	for (char *p = part; *p;) {
		char saved;
		int rc;

		p += strspn(p, "/");
		if (!*p)
			break;
		p += strcspn(p, "/");
		saved = *p;
		*p = '\0';
		rc = make_dir_in(root, part, mode, err);
		*p = saved;
		if (rc < 0)
			return rc;
		existed &= rc;
	}
	return existed;
}
