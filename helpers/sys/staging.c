/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/num.h"
#include "base/path.h"

enum { ATTEMPTS = 16 };

static const char tree_name[] = "root";
static const char state_name[] = "state";
/* The root of every btrfs subvolume (fs/btrfs/btrfs_inode.h: BTRFS_FIRST_FREE_OBJECTID). */
static const ino_t subvolume_inode = 256;

static bool on_btrfs(int fd)
{
	struct statfs sf;

	return fstatfs(fd, &sf) == 0 && sf.f_type == BTRFS_SUPER_MAGIC;
}

/* Deletes a subvolume; false when it is none or may not be deleted this way. */
static bool drop_subvolume(int dir, const char *name)
{
	struct btrfs_ioctl_vol_args args = { 0 };
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode) || st.st_ino != subvolume_inode)
		return false;
	if (strlen(name) > BTRFS_PATH_NAME_MAX || !on_btrfs(dir))
		return false;
	memcpy(args.name, name, strlen(name));
	return ioctl(dir, BTRFS_IOC_SNAP_DESTROY, &args) == 0;
}

int zol_staging_remove(int parent, const char *name, struct zol_err *err)
{
	if (drop_subvolume(parent, name))
		return 0;
	return zol_rmtree(parent, name, err);
}

static int remove_partial(int parent, const char *name, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		(void)drop_subvolume(fd, tree_name);
	return zol_rmtree(parent, name, err);
}

/* Removes one leftover, when it is ours and nobody works on it. */
static int sweep_one(int parent, const char *name, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || st.st_uid != geteuid() || flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	return remove_partial(parent, name, err);
}

static int sweep(int parent, const char *prefix, struct zol_err *err)
{
	int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	const struct dirent *de;
	int rc;

	if (!dir) {
		zol_cleanup_fd(&fd);
		return zol_err_sys(err, "cannot list the directory");
	}
	while ((de = readdir(dir)))
		if (!strncmp(de->d_name, prefix, strlen(prefix)))
			zol_strv_add(&names, de->d_name);
	rc = zol_strv_check(&names, err);
	for (size_t i = 0; !rc && i < names.len; i++)
		rc = sweep_one(parent, names.v[i], err);
	return rc;
}

/* An absent name or an empty directory may be taken. */
static int check_free(struct zol_staging *s, struct zol_err *err)
{
	struct stat st;

	if (fstatat(s->parent, s->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", s->dir);
	if (S_ISDIR(st.st_mode) && unlinkat(s->parent, s->name, AT_REMOVEDIR) == 0)
		return 0;
	zol_err_set(err, ZOL_SYSTEM, EEXIST, "%s", s->dir);
	return zol_err_hint(err, "remove it first, or choose another directory");
}

/* Splits dir and opens its parent. */
static int open_parent(const char *dir, struct zol_staging *s, struct zol_err *err)
{
	size_t len = strlen(dir);
	const char *slash;
	ZOL_AUTO(free) char *parent = NULL;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	s->dir = strndup(dir, len);
	if (!s->dir)
		return zol_err_oom(err);
	slash = strrchr(s->dir, '/');
	s->name = strdup(zol_base_name(s->dir));
	parent = slash ? strndup(s->dir, slash == s->dir ? 1 : (size_t)(slash - s->dir)) : strdup(".");
	if (!s->name || !parent)
		return zol_err_oom(err);
	if (!*s->name || !strcmp(s->name, ".") || !strcmp(s->name, ".."))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' cannot be made: it needs a name of its own", dir);
	s->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->parent < 0)
		return zol_err_sys(err, "cannot open directory %s", parent);
	return 0;
}

/* Makes the outer directory and takes its lock; a sweeper that was faster makes us try again. */
static int make_outer(struct zol_staging *s, const char *prefix, struct zol_err *err)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		uint32_t salt;
		struct stat held, named;
		ZOL_AUTO(fd) int fd = -1;

		if (getrandom(&salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
			return zol_err_sys(err, "no random number");
		free(s->partial);
		s->partial = zol_asprintf("%s%08x", prefix, salt);
		if (!s->partial)
			return zol_err_oom(err);
		if (mkdirat(s->parent, s->partial, 0700)) {
			if (errno == EEXIST)
				continue;
			return zol_err_sys(err, "cannot make a directory beside %s", s->dir);
		}
		fd = openat(s->parent, s->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
			if (fstat(fd, &held) || fstatat(s->parent, s->partial, &named, AT_SYMLINK_NOFOLLOW) ||
			    held.st_ino != named.st_ino)
				continue;
			s->outer = zol_take_fd(&fd);
			return 0;
		}
		if (errno != (fd < 0 ? ENOENT : EWOULDBLOCK)) {
			zol_err_sys(err, "cannot use the new directory beside %s", s->dir);
			(void)unlinkat(s->parent, s->partial, AT_REMOVEDIR);
			return -ZOL_SYSTEM;
		}
	}
	return zol_err_set(err, ZOL_SYSTEM, EEXIST, "cannot make a directory beside %s", s->dir);
}

/* The parent may hand its group, its setgid bit and a default ACL down to all that is made inside. */
static int make_private(int fd, struct zol_err *err)
{
	if (fremovexattr(fd, "system.posix_acl_default") && errno != ENODATA && errno != ENOTSUP)
		return zol_err_sys(err, "cannot drop the inherited ACL");
	if (fremovexattr(fd, "system.posix_acl_access") && errno != ENODATA && errno != ENOTSUP)
		return zol_err_sys(err, "cannot drop the inherited ACL");
	if (fchown(fd, geteuid(), getegid()) || fchmod(fd, 0700))
		return zol_err_sys(err, "cannot make the directory private");
	return 0;
}

static int write_state(const struct zol_staging *s, const char *what, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(fd) int fd = openat(s->outer, state_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return zol_err_sys(err, "cannot write the state file");
	zol_str_printf(&text, "pid %d\nwork %s\n", (int)getpid(), what);
	rc = zol_str_check(&text, err);
	return rc ? rc : zol_write_all(fd, zol_str_c(&text), text.len, err);
}

static int make_tree(struct zol_staging *s, struct zol_err *err)
{
	struct btrfs_ioctl_vol_args args = { 0 };

	memcpy(args.name, tree_name, sizeof(tree_name));
	if (!on_btrfs(s->outer) || ioctl(s->outer, BTRFS_IOC_SUBVOL_CREATE, &args)) {
		if (mkdirat(s->outer, tree_name, 0700))
			return zol_err_sys(err, "cannot make the tree");
	}
	return 0;
}

static int snap_tree(struct zol_staging *s, int src, struct zol_err *err)
{
	struct btrfs_ioctl_vol_args_v2 args = { .fd = src };
	struct stat st;

	if (fstat(src, &st))
		return zol_err_sys(err, "cannot look at the tree");
	if (!on_btrfs(src) || st.st_ino != subvolume_inode)
		return zol_err_set(err, ZOL_SYSTEM, ENOTTY, "not a subvolume");
	memcpy(args.name, tree_name, sizeof(tree_name));
	if (ioctl(s->outer, BTRFS_IOC_SNAP_CREATE_V2, &args))
		return zol_err_sys(err, "cannot make a snapshot");
	return 0;
}

static int begin(const char *dir, const char *what, int snapshot_of, struct zol_staging *s, struct zol_err *err)
{
	ZOL_AUTO(free) char *prefix = NULL;
	int rc = open_parent(dir, s, err);

	if (!rc)
		rc = check_free(s, err);
	if (rc)
		return rc;
	prefix = zol_asprintf(".%s.partial-", s->name);
	if (!prefix)
		return zol_err_oom(err);
	rc = sweep(s->parent, prefix, err);
	if (!rc)
		rc = make_outer(s, prefix, err);
	if (!rc)
		rc = make_private(s->outer, err);
	if (!rc)
		rc = write_state(s, what, err);
	if (!rc)
		rc = snapshot_of < 0 ? make_tree(s, err) : snap_tree(s, snapshot_of, err);
	if (rc)
		return rc;
	s->root = openat(s->outer, tree_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return s->root < 0 ? zol_err_sys(err, "cannot open the tree") : 0;
}

static int begin_any(const char *dir, const char *what, int snapshot_of, struct zol_staging *ret, struct zol_err *err)
{
	ZOL_AUTO(staging) struct zol_staging s = ZOL_STAGING_INIT;
	int rc = begin(dir, what, snapshot_of, &s, err);

	if (rc)
		return rc;
	*ret = s;
	s = (struct zol_staging)ZOL_STAGING_INIT;
	return 0;
}

int zol_staging_begin(const char *dir, const char *what, struct zol_staging *ret, struct zol_err *err)
{
	return begin_any(dir, what, -1, ret, err);
}

int zol_staging_begin_snapshot(const char *dir, const char *what, int src, struct zol_staging *ret, struct zol_err *err)
{
	return begin_any(dir, what, src, ret, err);
}

int zol_staging_commit(struct zol_staging *s, struct zol_err *err)
{
	if (syncfs(s->root))
		return zol_err_sys(err, "cannot write the tree to disk");
	if (renameat2(s->outer, tree_name, s->parent, s->name, RENAME_NOREPLACE)) {
		/* File systems without the flag (NFS, 9p): the name was free when we began. */
		if (errno != EINVAL || renameat(s->outer, tree_name, s->parent, s->name))
			return zol_err_sys(err, "cannot give the finished tree its name %s", s->dir);
	}
	return zol_fsync_dir(s->parent, NULL, err);
}

void zol_staging_free(struct zol_staging *s)
{
	int saved = errno;

	if (s->outer >= 0) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

		/* What cannot be removed now, the next run removes. */
		if (remove_partial(s->parent, s->partial, &ignored))
			zol_err_clear(&ignored);
	}
	zol_cleanup_fd(&s->root);
	zol_cleanup_fd(&s->outer);
	zol_cleanup_fd(&s->parent);
	free(s->dir);
	free(s->name);
	free(s->partial);
	*s = (struct zol_staging)ZOL_STAGING_INIT;
	errno = saved;
}

int zol_staging_room(int fd, uint64_t bytes, uint64_t files, struct zol_err *err)
{
	struct statvfs sv;
	uint64_t have;
	char need_text[ZOL_NUM_TEXT], have_text[ZOL_NUM_TEXT];

	if (fstatvfs(fd, &sv))
		return zol_err_sys(err, "cannot ask for free space");
	have = (uint64_t)sv.f_bavail * sv.f_frsize;
	if (sv.f_blocks && have < bytes)
		return zol_err_set(err, ZOL_SYSTEM, ENOSPC, "needs %s, only %s are free",
				   zol_num_fmt_size(bytes, need_text), zol_num_fmt_size(have, have_text));
	if (sv.f_files && sv.f_favail < files)
		return zol_err_set(err, ZOL_SYSTEM, ENOSPC, "needs %llu inodes, only %llu are free",
				   (unsigned long long)files, (unsigned long long)sv.f_favail);
	return 0;
}
