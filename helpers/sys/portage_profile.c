/* SPDX-License-Identifier: GPL-2.0-or-later */
/* make.defaults of the profile and its parents (portage(5)). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/path.h"
#include "core/portage_atom.h"
#include "core/portage_repos.h"
#include "sys/portage_read.h"

#define PROFILES_MAX 100
#define FILE_MAX (1U << 20)

struct profile {
	int root;
	const struct zol_events *ev;
	struct zol_pvars *vars;
	struct zol_str repos; /* repos.conf, all of it */
	unsigned seen;
};

static int read_file(int root, const char *path, struct zol_str *text, struct zol_err *err)
{
	int r = zol_read_file_in(root, path, FILE_MAX, text, err);

	if (r < 0 && err->errnum != ENOMEM) {
		zol_err_clear(err);
		return 1;
	}
	return r;
}

/* Where the directory really is, as a path inside the root; false when it is not there. */
static bool real_dir(int root, const char *path, char place[static PATH_MAX])
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_open_in(root, path, O_PATH | O_DIRECTORY, 0, &ignored);
	char name[64], top[PATH_MAX];
	ssize_t top_len, len;

	if (fd < 0)
		return false;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", root);
	top_len = readlink(name, top, sizeof(top) - 1);
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	len = readlink(name, place, PATH_MAX - 1);
	if (top_len < 0 || len < 0)
		return false;
	place[len] = '\0';
	if (top_len > 1 && len > top_len && memcmp(place, top, (size_t)top_len) == 0)
		memmove(place, place + top_len, (size_t)(len - top_len) + 1);
	return true;
}

/* "repo:path", ":path" of the repository that dir is in, or a path from dir. */
static char *parent_dir(const struct profile *p, const char *dir, struct zol_span parent)
{
	const char *colon = memchr(parent.ptr, ':', parent.len), *profiles = strstr(dir, "/profiles");
	ZOL_AUTO(str) struct zol_str location = ZOL_STR_INIT;
	struct zol_span path;

	if (!colon)
		return zol_asprintf("%s/%.*s", dir, (int)parent.len, parent.ptr);
	path = zol_span(colon + 1, (size_t)(parent.ptr + parent.len - colon) - 1);
	if (colon == parent.ptr) {
		if (profiles)
			zol_str_add(&location, dir, (size_t)(profiles - dir));
	} else {
		struct zol_span name = zol_span(parent.ptr, (size_t)(colon - parent.ptr));

		(void)zol_repos_location(zol_span_str(&p->repos), name, &location);
	}
	return zol_asprintf("%s/profiles/%.*s", zol_str_c(&location), (int)path.len, path.ptr);
}

static int visit(struct profile *p, const char *path, unsigned depth, struct zol_err *err);

static int parents(struct profile *p, const char *dir, unsigned depth, struct zol_err *err)
{
	ZOL_AUTO(free) char *file = zol_path_join(dir, "parent");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, line;
	int r = file ? read_file(p->root, file, &text, err) : zol_err_oom(err);

	rest = zol_span_str(&text);
	while (r == 0 && zol_portage_line(&rest, &line)) {
		ZOL_AUTO(free) char *parent = parent_dir(p, dir, line);

		r = parent ? visit(p, parent, depth + 1, err) : zol_err_oom(err);
	}
	return r < 0 ? r : 0;
}

static int visit(struct profile *p, const char *path, unsigned depth, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *file = NULL;
	char dir[PATH_MAX];
	int r;

	if (depth > 32 || p->seen++ > PROFILES_MAX || !real_dir(p->root, path, dir))
		return 0;
	r = parents(p, dir, depth, err);
	file = zol_path_join(dir, "make.defaults");
	if (r == 0)
		r = file ? read_file(p->root, file, &text, err) : zol_err_oom(err);
	if (r == 0)
		r = zol_portage_conf(zol_span_str(&text), file, NULL, p->vars, err);
	if (r < 0 && err->errnum != ENOMEM) {
		zol_ev_note(p->ev, ZOL_LEVEL_WARN, "%s", zol_err_text(err));
		zol_err_clear(err);
		r = 0;
	}
	return r < 0 ? r : 0;
}

static int read_repos(struct profile *p, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;
	int r;

	zol_strv_add(&files, "usr/share/portage/config/repos.conf");
	r = zol_portage_files(p->root, "etc/portage/repos.conf", &files, err);
	for (size_t i = 0; r >= 0 && i < files.len; i++) {
		r = read_file(p->root, files.v[i], &p->repos, err);
		zol_str_putc(&p->repos, '\n');
	}
	return r < 0 ? r : zol_str_check(&p->repos, err);
}

int zol_portage_profile(int root, struct zol_pvars *ret, const struct zol_events *ev, struct zol_err *err)
{
	struct profile p = { .root = root, .ev = ev, .vars = ret };
	int r = read_repos(&p, err);

	if (r == 0)
		r = visit(&p, "etc/portage/make.profile", 0, err);
	zol_str_free(&p.repos);
	return r;
}
