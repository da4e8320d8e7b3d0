/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/num.h"
#include "sys/vm_sock.h"

#define RETRY_MS 5

/* Fills the address; *ret_dirfd stays open for as long as the address is used, when it is needed. */
static int address(const char *dir, const char *name, struct sockaddr_un *ret, int *ret_dirfd, struct zol_err *err)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/%s", dir, name);
	if (n > 0 && (size_t)n < sizeof(ret->sun_path))
		return 0;
	*ret_dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_dirfd < 0)
		return zol_err_sys(err, "%s", dir);
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", *ret_dirfd, name);
	if (n < 0 || (size_t)n >= sizeof(ret->sun_path))
		return zol_err_set(err, ZOL_SYSTEM, ENAMETOOLONG, "%s", name);
	return 0;
}

int zol_vm_sock_listen(const char *dir, const char *name, struct zol_err *err)
{
	ZOL_AUTO(fd) int dirfd = -1;
	ZOL_AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un at;

	if (fd < 0)
		return zol_err_sys(err, "socket");
	if (address(dir, name, &at, &dirfd, err) < 0)
		return -(int)err->code;
	(void)unlink(at.sun_path);
	/* The directory is 0700; the mode below is for those who change that. */
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || chmod(at.sun_path, 0600) < 0 ||
	    listen(fd, 16) < 0)
		return zol_err_sys(err, "%s/%s", dir, name);
	return zol_take_fd(&fd);
}

int zol_vm_sock_connect(const char *dir, const char *name, uint64_t wait_ms, struct zol_err *err)
{
	uint64_t end = zol_now_ms() + wait_ms;
	ZOL_AUTO(fd) int dirfd = -1;
	struct sockaddr_un at;

	if (address(dir, name, &at, &dirfd, err) < 0)
		return -(int)err->code;
	for (;;) {
		ZOL_AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			return zol_err_sys(err, "socket");
		if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
			return zol_take_fd(&fd);
		if ((errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN) || zol_now_ms() >= end)
			return zol_err_sys(err, "%s/%s", dir, name);
		(void)poll(NULL, 0, RETRY_MS);
	}
}

bool zol_vm_sock_gone(const struct zol_err *err)
{
	return err->errnum == ENOENT || err->errnum == ECONNREFUSED;
}
