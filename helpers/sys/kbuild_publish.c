/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kbuild_publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/ktree.h"

#define CURRENT "current"
#define PREFIX "image-"

static const char *const results[] = { "bzImage", "vmlinux", "System.map", "config", "release", "kernel.ini" };

/* A link made beside and renamed, so that there is always one. */
static int put_link(int dir, const char *target, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *tmp = zol_asprintf(".%s.zol-link", name);
	char now[PATH_MAX];

	if (!tmp)
		return zol_err_oom(err);
	ssize_t n = readlinkat(dir, name, now, sizeof(now) - 1);

	if (n > 0 && (size_t)n == strlen(target) && memcmp(now, target, (size_t)n) == 0)
		return 0;
	if (unlinkat(dir, tmp, 0) < 0 && errno != ENOENT)
		return zol_err_sys(err, "cannot remove %s", tmp);
	if (symlinkat(target, dir, tmp) < 0 || renameat(dir, tmp, dir, name) < 0)
		return zol_err_sys(err, "cannot make the link %s", name);
	return 0;
}

static int put_text(const char *dir, const char *name, const char *text, size_t len, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, name);

	return path ? zol_write_file(path, text, len, 0644, err) : zol_err_oom(err);
}

static int fill(const struct zol_kresults *r, const char *into, struct zol_err *err)
{
	const char *const from[][2] = { { r->image, "bzImage" },
					{ "vmlinux", "vmlinux" },
					{ "System.map", "System.map" },
					{ ".config", "config" } };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(fd) int build = open(r->build, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(fd) int to = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (build < 0 || to < 0)
		return zol_err_sys(err, "cannot open %s", build < 0 ? r->build : into);
	for (size_t i = 0; i < ZOL_COUNT(from); i++)
		if (zol_ktree_copy_file(build, from[i][0], to, from[i][1], err) < 0)
			return zol_err_wrap(err, "%s", r->build);
	zol_krecord_text(r->record, &text);
	int rc = zol_str_check(&text, err);

	if (rc == 0)
		rc = put_text(into, "kernel.ini", text.ptr, text.len, err);
	zol_str_truncate(&text, 0);
	zol_str_printf(&text, "%s\n", r->record->release);
	if (rc == 0)
		rc = zol_str_check(&text, err);
	return rc == 0 ? put_text(into, "release", text.ptr, text.len, err) : rc;
}

/* Removes what earlier builds, and killed ones, left. */
static int sweep(int dir, const char *keep, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(dir) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d)
		return zol_err_sys(err, "cannot read the results' directory");
	(void)zol_take_fd(&fd); /* d's now */
	while ((e = readdir(d))) {
		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0 || strcmp(e->d_name, keep) == 0)
			continue;
		int rc = zol_rmtree(dir, e->d_name, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int zol_kbuild_publish(const struct zol_kresults *r, struct zol_err *err)
{
	ZOL_AUTO(free) char *into = zol_path_join(r->dir, PREFIX "XXXXXX");

	if (!into)
		return zol_err_oom(err);
	if (!mkdtemp(into) || chmod(into, 0755) < 0)
		return zol_err_sys(err, "cannot make %s", into);
	const char *name = strrchr(into, '/') + 1;
	ZOL_AUTO(fd) int dir = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return zol_err_sys(err, "cannot open %s", r->dir);
	int rc = fill(r, into, err);

	if (rc == 0)
		rc = zol_fsync_dir(dir, name, err);
	if (rc == 0)
		rc = put_link(dir, name, CURRENT, err);
	for (size_t i = 0; rc == 0 && i < ZOL_COUNT(results); i++) {
		ZOL_AUTO(free) char *target = zol_path_join(CURRENT, results[i]);

		rc = target ? put_link(dir, target, results[i], err) : zol_err_oom(err);
	}
	if (rc == 0)
		rc = zol_fsync_dir(dir, "", err);
	return rc == 0 ? sweep(dir, name, err) : rc;
}

bool zol_kbuild_complete(const char *dir)
{
	for (size_t i = 0; i < ZOL_COUNT(results); i++) {
		ZOL_AUTO(free) char *path = zol_path_join(dir, results[i]);
		struct stat st;

		if (!path || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			return false;
	}
	return true;
}
