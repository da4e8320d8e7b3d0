/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/num.h"
#include "base/path.h"
#include "core/mountinfo.h"
#include "core/mplan.h"
#include "sys/mnt.h"

/* "/proc/self/fd/N": names a descriptor for calls that take only paths. */
struct fd_path {
	char text[40];
};

static struct fd_path fd_path(int fd)
{
	struct fd_path p;

	(void)snprintf(p.text, sizeof(p.text), "/proc/self/fd/%d", fd);
	return p;
}

/* Whether a system call is there. Filters of containers answer EPERM where an old kernel has ENOSYS. */
static bool there(long rc)
{
	return rc >= 0 || (errno != ENOSYS && errno != EPERM);
}

enum zol_mnt_api zol_mnt_probe(void)
{
	/* Each fails with EINVAL, EBADF or EFAULT where it exists and we may mount. */
	if (!there(syscall(SYS_open_tree, -1, "", ~0U)) || !there(syscall(SYS_move_mount, -1, "", -1, "", ~0U)) ||
	    !there(syscall(SYS_fsopen, NULL, ~0U)))
		return ZOL_MNT_OLD;
	return there(syscall(SYS_mount_setattr, -1, "", ~0U, NULL, (size_t)0)) ? ZOL_MNT_FULL : ZOL_MNT_NOSETATTR;
}

int zol_mnt_detach_host(struct zol_err *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return zol_err_sys(err, "cannot cut the mount namespace off the host's");
	return 0;
}

int zol_mnt_id(int fd, uint64_t *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	int rc = zol_read_file(path, 4096, &text, err);
	if (rc < 0)
		return rc;

	struct zol_span rest = zol_span_str(&text), line;

	while (zol_span_line(&rest, &line))
		if (zol_span_starts(line, "mnt_id:") &&
		    zol_span_u64(zol_span_trim(zol_span(line.ptr + 7, line.len - 7)), ret))
			return 0;
	return zol_err_set(err, ZOL_SYSTEM, 0, "%s has no mnt_id", path);
}

/* --- flags ----------------------------------------------------------------------------------- */

static uint64_t attr_flags(unsigned flags)
{
	return ((flags & ZOL_MP_RDONLY) ? MOUNT_ATTR_RDONLY : 0U) | ((flags & ZOL_MP_NOSUID) ? MOUNT_ATTR_NOSUID : 0U) |
	       ((flags & ZOL_MP_NODEV) ? MOUNT_ATTR_NODEV : 0U) | ((flags & ZOL_MP_NOEXEC) ? MOUNT_ATTR_NOEXEC : 0U);
}

static unsigned long ms_flags(unsigned flags)
{
	return ((flags & ZOL_MP_RDONLY) ? MS_RDONLY : 0UL) | ((flags & ZOL_MP_NOSUID) ? MS_NOSUID : 0UL) |
	       ((flags & ZOL_MP_NODEV) ? MS_NODEV : 0UL) | ((flags & ZOL_MP_NOEXEC) ? MS_NOEXEC : 0UL);
}

/* What a remount must repeat, because it replaces all flags of the mount. */
static unsigned long ms_of_options(const char *options)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} known[] = {
		{ "ro", MS_RDONLY },         { "nosuid", MS_NOSUID },   { "nodev", MS_NODEV },
		{ "noexec", MS_NOEXEC },     { "noatime", MS_NOATIME }, { "nodiratime", MS_NODIRATIME },
		{ "relatime", MS_RELATIME },
	};
	unsigned long flags = 0;

	for (size_t i = 0; i < ZOL_COUNT(known); i++)
		if (zol_mountinfo_option(options, known[i].name))
			flags |= known[i].flag;
	return flags;
}

/* Whether another mount lies on top of row's root, so that nothing of row can be reached. */
static bool covered(const struct zol_mountinfo *mi, const struct zol_mountinfo_row *row)
{
	for (size_t i = 0; i < mi->len; i++)
		if (mi->rows[i].parent == row->id && strcmp(mi->rows[i].point, row->point) == 0)
			return true;
	return false;
}

static int remount_row(const struct zol_mountinfo *mi, const struct zol_mountinfo_row *row, unsigned flags,
		       struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(row->point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	uint64_t id = 0;

	if (fd < 0)
		return zol_err_sys(err, "cannot reach the mount %s", row->point);
	int rc = zol_mnt_id(fd, &id, err);
	if (rc < 0)
		return rc;
	if (id != row->id) {
		if (covered(mi, row))
			return 0;
		return zol_err_set(err, ZOL_SYSTEM, EAGAIN, "the mount %s moved while it was made", row->point);
	}
	if (mount(NULL, fd_path(fd).text, NULL, MS_REMOUNT | MS_BIND | ms_of_options(row->options) | ms_flags(flags),
		  NULL) < 0)
		return zol_err_sys(err, "cannot set the flags of the mount %s", row->point);
	return 0;
}

/* Reads our mountinfo. */
static int read_mounts(struct zol_mountinfo *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = zol_read_file("/proc/self/mountinfo", ZOL_READ_MAX, &text, err);

	return rc < 0 ? rc : zol_mountinfo_parse(zol_span_str(&text), ret, err);
}

/*
 * The root of what was just mounted on dst by mount(2). dst itself keeps naming what lies below,
 * so its path is looked up again; that it led to the new mount is checked, because somebody in
 * the guest may be renaming directories.
 */
static int reopen_top(int dst, struct zol_err *err)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
	uint64_t below = 0, id = 0;
	char path[PATH_MAX];
	ssize_t len = readlink(fd_path(dst).text, path, sizeof(path) - 1);

	if (len < 0)
		return zol_err_sys(err, "cannot name a mount point");
	path[len] = '\0';
	ZOL_AUTO(fd) int top = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (top < 0)
		return zol_err_sys(err, "cannot reach what was mounted on %s", path);
	int rc = zol_mnt_id(dst, &below, err);
	if (rc == 0)
		rc = zol_mnt_id(top, &id, err);
	if (rc == 0)
		rc = read_mounts(&mi, err);
	if (rc < 0)
		return rc;

	const struct zol_mountinfo_row *row = zol_mountinfo_find(&mi, id);

	if (!row || row->parent != below)
		return zol_err_set(err, ZOL_SYSTEM, EAGAIN, "%s moved while something was mounted on it", path);
	return zol_take_fd(&top);
}

/* mount_setattr(AT_RECURSIVE) where there is none: a remount of each mount at and below top. */
static int remount_all(int top, unsigned flags, struct zol_err *err)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
	uint64_t id = 0;
	int rc = zol_mnt_id(top, &id, err);

	if (rc == 0)
		rc = read_mounts(&mi, err);
	for (size_t i = 0; rc >= 0 && i < mi.len; i++)
		if (zol_mountinfo_below(&mi, &mi.rows[i], id))
			rc = remount_row(&mi, &mi.rows[i], flags, err);
	return rc < 0 ? rc : 0;
}

/* Propagation and flags of an attached tree by the old calls. */
static int settle(int top, unsigned flags, struct zol_err *err)
{
	unsigned long how = MS_REC | ((flags & ZOL_MP_SLAVE) ? MS_SLAVE : MS_PRIVATE);

	if (mount(NULL, fd_path(top).text, NULL, how, NULL) < 0)
		return zol_err_sys(err, "cannot make a mount %s", (flags & ZOL_MP_SLAVE) ? "a slave" : "private");
	return ms_flags(flags) ? remount_all(top, flags, err) : 0;
}

/* --- clones ---------------------------------------------------------------------------------- */

/* A detached clone of src, with its flags when mount_setattr is there. */
static int open_clone(enum zol_mnt_api api, int src, unsigned flags, struct zol_err *err)
{
	ZOL_AUTO(fd) int tree = open_tree(src, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);

	if (tree < 0)
		return zol_err_sys(err, "cannot clone the mount");
	if (api == ZOL_MNT_FULL) {
		struct mount_attr attr = {
			.attr_set = attr_flags(flags),
			.propagation = (flags & ZOL_MP_SLAVE) ? MS_SLAVE : MS_PRIVATE,
		};

		if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
			return zol_err_sys(err, "cannot set the flags of the mount");
	}
	return zol_take_fd(&tree);
}

static int attach(int tree, int dst, struct zol_err *err)
{
	if (move_mount(tree, "", dst, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return zol_err_sys(err, "cannot attach the mount");
	return 0;
}

int zol_mnt_clone(enum zol_mnt_api api, int src, int dst, unsigned flags, struct zol_err *err)
{
	ZOL_AUTO(fd) int top = -1;
	int rc = 0;

	if (api == ZOL_MNT_OLD) {
		if (mount(fd_path(src).text, fd_path(dst).text, NULL, MS_BIND | MS_REC, NULL) < 0)
			return zol_err_sys(err, "cannot bind");
		top = reopen_top(dst, err);
	} else {
		top = open_clone(api, src, flags, err);
		if (top >= 0)
			rc = attach(top, dst, err);
	}
	if (top < 0)
		return zol_take_fd(&top);
	if (rc == 0 && api != ZOL_MNT_FULL)
		rc = settle(top, flags, err);
	return rc < 0 ? rc : zol_take_fd(&top);
}

int zol_mnt_root(enum zol_mnt_api api, const char *path, struct zol_err *err)
{
	if (api == ZOL_MNT_OLD) {
		if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
			return zol_err_sys(err, "cannot bind %s", path);
		ZOL_AUTO(fd) int top = zol_root_open(path, err);
		int rc = top < 0 ? top : settle(top, 0, err);

		return rc < 0 ? rc : zol_take_fd(&top);
	}
	ZOL_AUTO(fd) int dir = zol_root_open(path, err);
	int top = dir < 0 ? dir : zol_mnt_clone(api, dir, dir, 0, err);

	return top < 0 && dir >= 0 ? zol_err_wrap(err, "%s", path) : top;
}

int zol_mnt_attach(const char *path, int tree, struct zol_err *err)
{
	ZOL_AUTO(fd) int dir = zol_root_open(path, err);
	int rc = dir < 0 ? dir : attach(tree, dir, err);

	if (rc < 0)
		return dir < 0 ? rc : zol_err_wrap(err, "%s", path);
	ZOL_AUTO(fd) int top = fcntl(tree, F_DUPFD_CLOEXEC, 3);

	if (top < 0)
		return zol_err_sys(err, "%s", path);
	rc = settle(top, 0, err);
	return rc < 0 ? rc : zol_take_fd(&top);
}

int zol_mnt_overlay(const char *path, const char *options, struct zol_err *err)
{
	if (mount("overlay", path, "overlay", 0, options) < 0)
		return zol_err_sys(err, "cannot mount the overlay of %s (%s)", path, options);
	ZOL_AUTO(fd) int top = zol_root_open(path, err);
	int rc = top < 0 ? top : settle(top, 0, err);

	return rc < 0 ? rc : zol_take_fd(&top);
}

/* --- fresh file systems ---------------------------------------------------------------------- */

/* One "key=value" or "key". */
static int configure(int fs, struct zol_span option, struct zol_err *err)
{
	ZOL_AUTO(free) char *key = zol_span_dup(option);

	if (!key)
		return zol_err_oom(err);

	char *equals = strchr(key, '=');

	if (equals)
		*equals = '\0';
	if (fsconfig(fs, equals ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, equals ? equals + 1 : NULL, 0) < 0)
		return zol_err_sys(err, "option %.*s", (int)option.len, option.ptr);
	return 0;
}

static int new_by_fsopen(const char *fstype, const char *options, int dst, unsigned flags, struct zol_err *err)
{
	ZOL_AUTO(fd) int fs = fsopen(fstype, FSOPEN_CLOEXEC);
	struct zol_span rest = zol_span_c(options), option;

	if (fs < 0)
		return zol_err_sys(err, "cannot make a %s", fstype);
	/* What mount(8) and df show; harmless where it is not taken. */
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "source", fstype, 0);
	while (zol_span_field(&rest, ",", &option)) {
		int rc = configure(fs, option, err);

		if (rc < 0)
			return zol_err_wrap(err, "cannot make a %s", fstype);
	}
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return zol_err_sys(err, "cannot make a %s", fstype);
	ZOL_AUTO(fd) int top = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attr_flags(flags));

	if (top < 0)
		return zol_err_sys(err, "cannot make a %s", fstype);
	int rc = attach(top, dst, err);

	return rc < 0 ? rc : zol_take_fd(&top);
}

int zol_mnt_new(enum zol_mnt_api api, const char *fstype, const char *options, int dst, unsigned flags,
		struct zol_err *err)
{
	if (api != ZOL_MNT_OLD)
		return new_by_fsopen(fstype, options, dst, flags, err);
	if (mount(fstype, fd_path(dst).text, fstype, ms_flags(flags), options) < 0)
		return zol_err_sys(err, "cannot mount a %s", fstype);
	return reopen_top(dst, err);
}

/* --- pivot ----------------------------------------------------------------------------------- */

int zol_mnt_pivot(int root, struct zol_err *err)
{
	if (fchdir(root) < 0)
		return zol_err_sys(err, "cannot enter the guest's root");
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		/* The old root lies on top of the new one now (pivot_root(2), NOTES). */
		if (umount2(".", MNT_DETACH) < 0)
			return zol_err_sys(err, "cannot detach the host's root");
	} else if (errno == EINVAL) {
		if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
			return zol_err_sys(err, "cannot move the guest's root into place");
	} else {
		return zol_err_sys(err, "cannot pivot into the guest's root");
	}
	if (chdir("/") < 0)
		return zol_err_sys(err, "cannot enter the guest's root");
	return 0;
}
