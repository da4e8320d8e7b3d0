/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

int zol_mapfile_fd(int fd, struct zol_mapfile *ret, struct zol_err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return zol_err_sys(err, "fstat");
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "this is no regular file");
	*ret = (struct zol_mapfile){ 0 };
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return zol_err_sys(err, "mmap");
	ret->bytes = zol_span(p, (size_t)st.st_size);
	return 0;
}

int zol_mapfile_open(const char *path, struct zol_mapfile *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return zol_err_sys(err, "%s", path);
	return zol_mapfile_fd(fd, ret, err) < 0 ? zol_err_wrap(err, "%s", path) : 0;
}

void zol_mapfile_free(struct zol_mapfile *m)
{
	if (m->bytes.ptr)
		(void)munmap((void *)(uintptr_t)m->bytes.ptr, m->bytes.len);
	*m = (struct zol_mapfile){ 0 };
}
