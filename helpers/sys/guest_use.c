/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/guest_use.h"

static int use_open(const char *state, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%s/guests/%s", state, name);
	ZOL_AUTO(free) char *path = dir ? zol_path_join(dir, "inuse") : NULL;

	if (!path)
		return zol_err_oom(err);
	int rc = zol_mkdirs(dir, 0755, err);
	if (rc < 0)
		return rc;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd >= 0 ? fd : zol_err_sys(err, "%s", path);
}

static int use_take(const char *state, const char *name, int how, const char *busy, struct zol_err *err)
{
	for (;;) {
		ZOL_AUTO(fd) int fd = use_open(state, name, err);
		struct stat st;

		if (fd < 0)
			return zol_take_fd(&fd);
		if (flock(fd, how | LOCK_NB) < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EWOULDBLOCK)
				return zol_err_set(err, ZOL_SYSTEM, EBUSY, "guest %s %s", name, busy);
			return zol_err_sys(err, "cannot lock %s/guests/%s/inuse", state, name);
		}
		if (fstat(fd, &st) < 0)
			return zol_err_sys(err, "cannot look at %s/guests/%s/inuse", state, name);
		/* Removed between open and flock, together with the guest's record: it holds nothing. */
		if (st.st_nlink > 0)
			return zol_take_fd(&fd);
	}
}

int zol_guest_use_enter(const char *state, const char *name, struct zol_err *err)
{
	return use_take(state, name, LOCK_SH, "is being removed or replaced", err);
}

int zol_guest_use_claim(const char *state, const char *name, struct zol_err *err)
{
	return use_take(state, name, LOCK_EX, "is in use by a chroot", err);
}
