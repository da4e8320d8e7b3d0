/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/fastcopy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/num.h"
#include "sys/fastcopy.h"

enum { FOOTER = 32, LIST_MAX = 128 << 20 };

static const char magic[] = "ZOLFAST1 ";

int zol_fastfile_write(int fd, const void *data, size_t len, uint64_t at, struct zol_err *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot write the fast copy");
		p += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int zol_fastfile_read(int fd, void *data, size_t len, uint64_t at, struct zol_err *err)
{
	char *p = data;

	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot read the fast copy");
		if (n == 0)
			return zol_err_set(err, ZOL_VERIFY, 0, "the fast copy is cut short");
		p += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int zol_fastfile_seal(int fd, const struct zol_str *list, uint64_t end, uint64_t *ret_size, struct zol_err *err)
{
	char footer[FOOTER + 1];
	int rc = zol_fastfile_write(fd, zol_str_c(list), list->len, end, err);

	if (rc)
		return rc;
	snprintf(footer, sizeof(footer), "%s%-*zu\n", magic, FOOTER - (int)sizeof(magic), list->len);
	*ret_size = end + list->len + FOOTER;
	return zol_fastfile_write(fd, footer, FOOTER, end + list->len, err);
}

int zol_fastfile_list(int fd, uint64_t size, struct zol_str *list, uint64_t *ret_end, struct zol_err *err)
{
	char footer[FOOTER];
	struct zol_span text = zol_span(footer, FOOTER);
	uint64_t len;
	char *room;
	int rc;

	if (size < FOOTER)
		return zol_err_set(err, ZOL_VERIFY, 0, "the fast copy is cut short");
	rc = zol_fastfile_read(fd, footer, FOOTER, size - FOOTER, err);
	if (rc)
		return rc;
	if (!zol_span_starts(text, magic))
		return zol_err_set(err, ZOL_VERIFY, 0, "not a fast copy");
	text = zol_span_trim(zol_span(footer + sizeof(magic) - 1, FOOTER - sizeof(magic) + 1));
	if (!zol_span_u64(text, &len) || len > size - FOOTER || len > LIST_MAX)
		return zol_err_set(err, ZOL_VERIFY, 0, "not a fast copy");
	*ret_end = size - FOOTER - len;
	room = zol_str_reserve(list, len);
	if (!room)
		return zol_err_oom(err);
	rc = zol_fastfile_read(fd, room, len, *ret_end, err);
	if (!rc)
		list->len += len;
	return rc;
}

int zol_fastfile_open(const char *path, int *ret, uint64_t *ret_size, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? 1 : zol_err_sys(err, "%s", path);
	if (fstat(fd, &st))
		return zol_err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
		return 1;
	*ret_size = (uint64_t)st.st_size;
	*ret = zol_take_fd(&fd);
	return 0;
}

int zol_fastcopy_drop(const char *path, struct zol_err *err)
{
	ZOL_AUTO(free) char *marker = zol_asprintf("%s.ok", path);

	if (!marker)
		return zol_err_oom(err);
	/* The marker first: a copy without one does not count. */
	if ((unlink(marker) && errno != ENOENT) || (unlink(path) && errno != ENOENT))
		return zol_err_sys(err, "cannot remove %s", path);
	return 0;
}
