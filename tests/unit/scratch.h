/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A private directory for tests that need files; removed at the end of the scope. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

struct scratch {
	char path[64];
	int fd; /* O_PATH */
};

static inline struct scratch scratch_make(void)
{
	struct scratch s = { .path = "/tmp/zol-unit.XXXXXX", .fd = -1 };

	if (!mkdtemp(s.path))
		abort();
	s.fd = open(s.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s.fd < 0)
		abort();
	return s;
}

static inline void zol_cleanup_scratch(struct scratch *s)
{
	struct zol_err err = ZOL_ERR_INIT;

	(void)close(s->fd);
	if (zol_rmtree(AT_FDCWD, s->path, &err) < 0)
		(void)fprintf(stderr, "# %s\n", zol_err_text(&err));
	zol_err_clear(&err);
}

#define SCRATCH(name) __attribute__((cleanup(zol_cleanup_scratch))) struct scratch name = scratch_make()

/* Writes a small file without the functions under test. */
static inline void scratch_put(const struct scratch *s, const char *name, const char *text)
{
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) < 0)
		abort();
}

/* Reads it back into a static buffer of 4 KiB; "" when it is not there. */
static inline const char *scratch_get(const struct scratch *s, const char *name)
{
	static char buf[4096];
	int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, sizeof(buf) - 1);

	buf[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return buf;
}
