/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/dirwalk.h"

#include <errno.h>
#include <fcntl.h>

void zol_dirwalk_init(struct zol_dirwalk *d, int root)
{
	d->root = root;
	d->depth = 0;
}

static void cut(struct zol_dirwalk *d, size_t depth)
{
	while (d->depth > depth) {
		d->depth--;
		zol_cleanup_fd(&d->fds[d->depth]);
		free(d->names[d->depth]);
	}
}

void zol_dirwalk_free(struct zol_dirwalk *d)
{
	cut(d, 0);
}

int zol_dirwalk_clean(const char *path, struct zol_str *out, struct zol_err *err)
{
	struct zol_span rest = zol_span_c(path), part;
	size_t start = out->len;

	if (*path == '/')
		return zol_err_set(err, ZOL_MALFORMED, 0, "absolute name in the archive");
	while (zol_span_field(&rest, "/", &part)) {
		if (zol_span_eq(part, "."))
			continue;
		if (zol_span_eq(part, ".."))
			return zol_err_set(err, ZOL_MALFORMED, 0, "name in the archive leads out of the tree");
		if (out->len > start)
			zol_str_putc(out, '/');
		zol_str_add(out, part.ptr, part.len);
	}
	return zol_str_check(out, err);
}

static int open_dir(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens one more level; path is clean up to and with name. */
static int push(struct zol_dirwalk *d, struct zol_span name, struct zol_span path, zol_dirwalk_make *make, void *ctx,
		struct zol_err *err)
{
	int dir = d->depth ? d->fds[d->depth - 1] : d->root;
	ZOL_AUTO(free) char *text = zol_span_dup(name);
	ZOL_AUTO(fd) int fd = -1;

	if (!text)
		return zol_err_oom(err);
	if (d->depth == ZOL_DIRWALK_DEPTH)
		return zol_err_set(err, ZOL_MALFORMED, 0, "directories nested deeper than %d", ZOL_DIRWALK_DEPTH);
	fd = open_dir(dir, text);
	if (fd < 0 && errno == ENOENT && make) {
		int rc = make(ctx, dir, text, path, err);

		if (rc)
			return rc;
		fd = open_dir(dir, text);
	}
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return zol_err_set(err, ZOL_MALFORMED, 0, "passes through '%s', which is no directory", text);
	if (fd < 0)
		return zol_err_sys(err, "cannot open directory '%s'", text);
	d->names[d->depth] = zol_take_ptr(text);
	d->fds[d->depth++] = zol_take_fd(&fd);
	return 0;
}

int zol_dirwalk_parent(struct zol_dirwalk *d, const char *clean, zol_dirwalk_make *make, void *ctx,
		       const char **ret_name, struct zol_err *err)
{
	const char *at = clean;
	size_t level = 0;

	for (;; level++) {
		const char *slash = strchr(at, '/');
		struct zol_span name;

		if (!slash)
			break;
		name = zol_span(at, (size_t)(slash - at));
		if (level >= d->depth || !zol_span_eq(name, d->names[level])) {
			int rc;

			cut(d, level);
			rc = push(d, name, zol_span(clean, (size_t)(slash - clean)), make, ctx, err);
			if (rc)
				return rc;
		}
		at = slash + 1;
	}
	*ret_name = at;
	/* What lies deeper stays open: the next entry may want it again. */
	return level ? d->fds[level - 1] : d->root;
}
