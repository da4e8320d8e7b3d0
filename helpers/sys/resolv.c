/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/mplan.h"
#include "sys/resolv.h"

static const char guest_file[] = "/etc/resolv.conf";
/* Below /run. */
static const char copy_dir[] = "zolkit";
static const char copy_file[] = "zolkit/resolv.conf";

/* The time of change of mount points that are ours: no file gets it by itself. */
enum { MARK_SECONDS = 1 };

static bool is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_size == 0 && st->st_mtim.tv_sec == MARK_SECONDS &&
	       st->st_mtim.tv_nsec == 0;
}

/* Makes a file that must not exist yet, below the root of our own tmpfs. */
static int make_copy(int run, const char *path, struct zol_span text, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_open_in(run, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644, err);

	if (fd < 0)
		return zol_take_fd(&fd);
	return zol_write_all(fd, text.ptr, text.len, err);
}

/* The guest's file as O_PATH, or 0 when it (or what it links to) does not exist: err is then unset. */
static int find_target(int root, int *ret, struct zol_err *err)
{
	int fd = zol_open_in(root, guest_file, O_PATH, 0, err);

	if (fd < 0 && err->errnum == ENOENT) {
		zol_err_clear(err);
		return 0;
	}
	if (fd < 0)
		return fd;
	*ret = fd;
	return 1;
}

/*
 * Holds one of our mount points against removal. 1: held in *ret_hold, or not ours and nothing to
 * hold; 0: it was removed meanwhile.
 */
static int hold(int root, int target, int *ret_hold, struct zol_err *err)
{
	struct stat st, now;

	if (fstat(target, &st) < 0)
		return zol_err_sys(err, "%s", guest_file);
	if (!is_ours(&st))
		return 1;
	ZOL_AUTO(fd) int fd = zol_open_in(root, guest_file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);

	if (fd < 0 && err->errnum == ENOENT) {
		zol_err_clear(err);
		return 0;
	}
	if (fd < 0)
		return zol_take_fd(&fd);
	if (flock(fd, LOCK_SH) < 0 || fstat(fd, &now) < 0)
		return zol_err_sys(err, "%s", guest_file);
	if (now.st_nlink == 0 || now.st_ino != st.st_ino || now.st_dev != st.st_dev)
		return 0;
	*ret_hold = zol_take_fd(&fd);
	return 1;
}

/* Makes the marked mount point. 1 done (or somebody else was faster), 0 when it is a link, or a failure. */
static int make_point(int root, struct zol_err *err)
{
	const char *name = NULL;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(root, guest_file, &name, err);
	struct stat st;

	if (parent < 0)
		return zol_take_fd(&parent);
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISLNK(st.st_mode) ? 0 : 1;
	const struct timespec mark[2] = { { .tv_sec = MARK_SECONDS }, { .tv_sec = MARK_SECONDS } };
	/* It gets its name with the mark on it: without, another entry would take it for the guest's own. */
	ZOL_AUTO(fd) int fd = openat(parent, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	bool unnamed = fd >= 0;
	char path[64];

	if (!unnamed)
		fd = openat(parent, name, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST ? 1 : zol_err_sys(err, "cannot make %s", guest_file);
	if (futimens(fd, mark) < 0)
		return zol_err_sys(err, "cannot mark %s", guest_file);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (unnamed && linkat(AT_FDCWD, path, parent, name, AT_SYMLINK_FOLLOW) < 0 && errno != EEXIST)
		return zol_err_sys(err, "cannot make %s", guest_file);
	return 1;
}

/* The guest's file is a link to nowhere: when that is below /run, the copy belongs there. 1 done, 0 not. */
static int follow_link(int root, int run, struct zol_span text, struct zol_err *err)
{
	static const char *const below[] = { "/run/", "../run/", "../../run/" };
	const char *name = NULL;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(root, guest_file, &name, err);
	char link[PATH_MAX];

	if (parent < 0)
		return zol_take_fd(&parent);

	ssize_t len = readlinkat(parent, name, link, sizeof(link) - 1);

	if (len < 0)
		return zol_err_sys(err, "%s", guest_file);
	link[len] = '\0';
	for (size_t i = 0; i < ZOL_COUNT(below); i++) {
		if (!zol_span_starts(zol_span_c(link), below[i]))
			continue;

		char *path = link + strlen(below[i]), *slash = strrchr(path, '/');

		if (slash) {
			*slash = '\0';
			int rc = zol_mkdirs_in(run, path, 0755, err);

			if (rc < 0)
				return rc;
			*slash = '/';
		}
		int rc = make_copy(run, path, text, err);

		return rc < 0 ? rc : 1;
	}
	return 0;
}

static int bind_copy(enum zol_mnt_api api, int run, int target, struct zol_err *err)
{
	ZOL_AUTO(fd) int copy = zol_open_in(run, copy_file, O_PATH | O_NOFOLLOW, 0, err);

	if (copy < 0)
		return zol_take_fd(&copy);
	ZOL_AUTO(fd) int top = zol_mnt_clone(api, copy, target, ZOL_MP_NOSUID | ZOL_MP_NODEV, err);

	return top < 0 ? top : 0;
}

/* 0 done; 1 when the guest has no place for it. */
static int place(enum zol_mnt_api api, int root, int run, struct zol_span text, int *ret_hold, struct zol_err *err)
{
	/* A few turns, because others make and remove the mount point at the same time. */
	for (int turn = 0; turn < 100; turn++) {
		ZOL_AUTO(fd) int target = -1;
		struct stat st;
		int rc = find_target(root, &target, err);

		if (rc == 0) {
			rc = make_point(root, err);
			if (rc == 0) {
				rc = follow_link(root, run, text, err);
				return rc < 0 ? rc : !rc;
			}
			if (rc < 0)
				return rc;
			continue;
		}
		if (rc < 0)
			return rc;
		if (fstat(target, &st) < 0)
			return zol_err_sys(err, "%s", guest_file);
		if (S_ISDIR(st.st_mode))
			return zol_err_set(err, ZOL_SYSTEM, EISDIR, "%s", guest_file);
		rc = hold(root, target, ret_hold, err);
		if (rc < 0)
			return rc;
		if (rc > 0)
			return bind_copy(api, run, target, err);
	}
	return zol_err_set(err, ZOL_SYSTEM, EAGAIN, "%s keeps appearing and disappearing", guest_file);
}

int zol_resolv_mount(const struct zol_resolv_at *at, const char *src, const struct zol_events *ev, int *ret_hold,
		     struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

	*ret_hold = -1;
	if (zol_read_file(src, 1U << 20, &text, &why) < 0) {
		zol_ev_note(ev, ZOL_LEVEL_WARN, "no name resolution in the guest: %s", zol_err_text(&why));
		return 0;
	}
	int rc = zol_mkdirs_in(at->run, copy_dir, 0755, err);
	if (rc >= 0)
		rc = make_copy(at->run, copy_file, zol_span_str(&text), err);
	if (rc < 0)
		return rc;
	rc = place(at->api, at->root, at->run, zol_span_str(&text), ret_hold, &why);
	if (rc < 0)
		zol_ev_note(ev, ZOL_LEVEL_WARN, "no name resolution in the guest: %s", zol_err_text(&why));
	else if (rc > 0)
		zol_ev_note(ev, ZOL_LEVEL_WARN, "no name resolution in the guest: its %s leads nowhere", guest_file);
	return 0;
}

void zol_resolv_tidy(int root)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *name = NULL;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(root, guest_file, &name, &err);
	struct stat st;

	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !is_ours(&st))
		return;
	ZOL_AUTO(fd) int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	/* Under the lock it is still the marked file: whoever uses it holds it shared. */
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && is_ours(&st) && st.st_nlink > 0)
		(void)unlinkat(parent, name, 0);
}
