/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/console_log.h"

static int open_new(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void move_to(const char *path, const char *suffix)
{
	ZOL_AUTO(free) char *to = zol_asprintf("%s%s", path, suffix);

	if (to)
		(void)rename(path, to);
}

int zol_console_log_open(const char *path, struct zol_console_log *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *older = zol_asprintf("%s.1", path);
	ZOL_AUTO(free) char *copy = strdup(path);
	int fd;

	if (!older || !copy)
		return zol_err_oom(err);
	move_to(path, ".old");
	(void)unlink(older);
	fd = open_new(path);
	if (fd < 0)
		return zol_err_sys(err, "%s", path);
	*ret = (struct zol_console_log){ .fd = fd, .path = zol_take_ptr(copy), .size = 0 };
	return 0;
}

void zol_console_log_close(struct zol_console_log *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	*l = (struct zol_console_log)ZOL_CONSOLE_LOG_INIT;
}

void zol_console_log_add(struct zol_console_log *l, const void *data, size_t len)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (l->fd < 0)
		return;
	if (l->size + len > ZOL_CONSOLE_LOG_MAX) {
		int fd;

		move_to(l->path, ".1");
		fd = open_new(l->path);
		if (fd >= 0) {
			close(l->fd);
			l->fd = fd;
		}
		l->size = 0;
	}
	if (zol_write_all(l->fd, data, len, &err) == 0)
		l->size += len;
}
