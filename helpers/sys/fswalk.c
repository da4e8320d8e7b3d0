/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/fswalk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/str.h"

#define DEPTH_MAX 64U

struct walk {
	int root;
	zol_fswalk_fn *fn;
	void *ctx;
};

static int walk_level(const struct walk *w, const char *path, unsigned depth, struct zol_err *err);

static int walk_entry(const struct walk *w, const char *dir, const char *name, unsigned depth, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = *dir ? zol_asprintf("%s/%s", dir, name) : strdup(name);
	struct stat st;
	int rc;

	if (!path)
		return zol_err_oom(err);
	if (fstatat(w->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : zol_err_sys(err, "cannot look at %s", path);
	rc = w->fn(w->ctx, w->root, path, &st, err);
	if (rc < 0)
		return rc;
	return rc == 0 && S_ISDIR(st.st_mode) ? walk_level(w, path, depth + 1, err) : 0;
}

static int walk_level(const struct walk *w, const char *path, unsigned depth, struct zol_err *err)
{
	if (depth > DEPTH_MAX)
		return zol_err_set(err, ZOL_SYSTEM, ELOOP, "%s", path);
	ZOL_AUTO(fd) int fd = openat(w->root, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && depth)
		return 0;
	ZOL_AUTO(dir) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d)
		return zol_err_sys(err, "cannot read the directory %s", *path ? path : ".");
	(void)zol_take_fd(&fd); /* d's now */
	while ((errno = 0, e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (walk_entry(w, path, e->d_name, depth, err))
			return -(int)err->code;
	}
	return errno ? zol_err_sys(err, "cannot read the directory %s", *path ? path : ".") : 0;
}

int zol_fswalk(int root, zol_fswalk_fn *fn, void *ctx, struct zol_err *err)
{
	const struct walk w = { root, fn, ctx };

	return walk_level(&w, "", 0, err);
}
