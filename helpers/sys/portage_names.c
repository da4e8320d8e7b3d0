/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/portage_names.h"

#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "core/portage_atom.h"

int zol_portage_names(int root, const char *path, struct zol_strv *ret, struct zol_err *err)
{
	int fd = zol_open_in(root, path, O_RDONLY | O_DIRECTORY, 0, err);
	ZOL_AUTO(dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (fd < 0) {
		if (err->errnum != ENOENT && err->errnum != ENOTDIR && err->errnum != ELOOP)
			return fd;
		zol_err_clear(err);
		return 1;
	}
	if (!dir) {
		zol_cleanup_fd(&fd);
		return zol_err_sys(err, "%s", path);
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			zol_strv_add(ret, e->d_name);
	zol_strv_sort(ret, 0);
	return zol_strv_check(ret, err);
}

struct zol_span zol_portage_version(const char *pf, struct zol_span name)
{
	size_t len = strlen(pf);

	if (len <= name.len + 1 || strncmp(pf, name.ptr, name.len) != 0 || pf[name.len] != '-' ||
	    pf[name.len + 1] < '0' || pf[name.len + 1] > '9')
		return zol_span("", 0);
	return zol_span(pf + name.len + 1, len - name.len - 1);
}

bool zol_portage_has(int root, const char *package)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	struct zol_package p;
	ZOL_AUTO(free) char *dir = NULL;

	if (!zol_package_parse(zol_span_c(package), &p))
		return false;
	dir = zol_asprintf(ZOL_PORTAGE_VDB "/%.*s", (int)p.category.len, p.category.ptr);
	if (!dir || zol_portage_names(root, dir, &names, &err) < 0)
		return false;
	for (size_t i = 0; i < names.len; i++)
		if (zol_portage_version(names.v[i], p.name).len)
			return true;
	return false;
}
