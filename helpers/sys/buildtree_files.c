/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/buildtree_files.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#include "base/path.h"
#include "core/manifest.h"
#include "core/strmap.h"
#include "sys/fswalk.h"

#define NO_OID "0000000000000000000000000000000000000000" /* the seal does not look at content */

int zol_buildtree_fact(int dirfd, const char *path, const char *name, struct zol_facts *f, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint64_t seed = ZOL_FNV_SEED;
	int64_t size = 0;
	char buf[32768];

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return zol_err_sys(err, "cannot read %s", path);
	while (fd >= 0) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno != EINTR)
			return zol_err_sys(err, "cannot read %s", path);
		if (n == 0)
			break;
		if (n > 0) {
			seed = zol_fnv64(seed, buf, (size_t)n);
			size += n;
		}
	}
	zol_facts_file(f, name, seed, fd < 0 ? -1 : size);
	return 0;
}

static int read_manifest(const char *path, struct zol_manifest *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_read_file(path, ZOL_READ_MAX, &text, err))
		return -(int)err->code;
	return zol_manifest_parse(zol_span_str(&text), ret, err) ? zol_err_wrap(err, "%s", path) : 0;
}

static int exported(const char *tree, struct zol_manifest *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(tree, ZOL_MANIFEST_NAME);

	return path ? read_manifest(path, ret, err) : zol_err_oom(err);
}

/* --- a step's inputs ----------------------------------------------------------------------------- */

struct search {
	const struct zol_buildstep *s;
	const struct zol_manifest *m;
	struct zol_facts *f;
};

static bool matches(const struct zol_strv *patterns, const char *path)
{
	for (size_t i = 0; i < patterns->len; i++)
		if (fnmatch(patterns->v[i], path, 0) == 0)
			return true;
	return false;
}

static int add_built(void *ctx, int root, const char *path, const struct stat *st, struct zol_err *err)
{
	const struct search *x = ctx;

	if (!S_ISREG(st->st_mode) || !matches(x->s->built, path) || zol_manifest_find(x->m, path))
		return 0;
	return zol_buildtree_fact(root, path, path, x->f, err);
}

int zol_buildtree_inputs(const struct zol_buildstep *s, struct zol_facts *f, struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	ZOL_AUTO(fd) int root = open(s->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct search x = { s, &m, f };

	if (root < 0)
		return zol_err_sys(err, "cannot open %s", s->tree);
	if (exported(s->tree, &m, err))
		return -(int)err->code;
	for (size_t i = 0; i < m.len; i++)
		if (m.v[i].kind != ZOL_MANIFEST_DIR && matches(s->inputs, m.v[i].path) &&
		    zol_buildtree_fact(root, m.v[i].path, m.v[i].path, f, err))
			return -(int)err->code;
	for (size_t i = 0; i < s->files->len; i++)
		if (zol_buildtree_fact(root, s->files->v[i], s->files->v[i], f, err))
			return -(int)err->code;
	return s->built->len ? zol_fswalk(root, add_built, &x, err) : 0;
}

/* --- the seal ------------------------------------------------------------------------------------ */

struct seal {
	const struct zol_manifest *m; /* of the export */
	struct zol_manifest now;
};

/* Size and time of change say enough: this guards against mistakes, and the cache is Portage's own. */
static int add_file(void *ctx, int root, const char *path, const struct stat *st, struct zol_err *err)
{
	struct seal *s = ctx;
	enum zol_manifest_kind kind = S_ISLNK(st->st_mode)  ? ZOL_MANIFEST_LINK :
				      st->st_mode & S_IXUSR ? ZOL_MANIFEST_EXEC :
							      ZOL_MANIFEST_FILE;

	(void)root;
	if (S_ISDIR(st->st_mode) || strncmp(path, ZOL_MANIFEST_NAME, strlen(ZOL_MANIFEST_NAME)) == 0 ||
	    zol_manifest_find(s->m, path))
		return 0;
	if (zol_manifest_add(&s->now, zol_span_c(path), kind, zol_span_c(NO_OID), err))
		return -(int)err->code;
	s->now.v[s->now.len - 1].stamp = (struct zol_stamp){
		.known = true,
		.size = (uint64_t)st->st_size,
		.mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
	};
	return 0;
}

static int take_seal(const char *tree, const struct zol_manifest *m, struct seal *s, struct zol_err *err)
{
	ZOL_AUTO(fd) int root = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return zol_err_sys(err, "cannot open %s", tree);
	s->m = m;
	s->now.complete = true;
	return zol_fswalk(root, add_file, s, err) ? -(int)err->code : zol_manifest_sort(&s->now, err);
}

int zol_buildtree_seal(const char *tree, struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_asprintf("%s/../sealed", tree);
	struct seal s = { .now = ZOL_MANIFEST_INIT };
	int rc;

	if (!path)
		return zol_err_oom(err);
	if (exported(tree, &m, err))
		return -(int)err->code;
	rc = take_seal(tree, &m, &s, err);
	if (rc == 0) {
		zol_manifest_text(&s.now, &text);
		rc = zol_str_check(&text, err);
	}
	if (rc == 0)
		rc = zol_write_file(path, text.ptr, text.len, 0644, err);
	zol_manifest_free(&s.now);
	return rc;
}

static void compare(const struct zol_manifest *was, const struct zol_manifest *now, size_t max, struct zol_strv *why)
{
	for (size_t i = 0; i < now->len && why->len < max; i++) {
		const struct zol_manifest_entry *e = zol_manifest_find(was, now->v[i].path);

		if (!e)
			zol_strv_addf(why, "nobody knows the file %s", now->v[i].path);
		else if (e->kind != now->v[i].kind || !zol_stamp_eq(&e->stamp, &now->v[i].stamp))
			zol_strv_addf(why, "%s was touched since it was built", e->path);
	}
	for (size_t i = 0; i < was->len && why->len < max; i++)
		if (!zol_manifest_find(now, was->v[i].path))
			zol_strv_addf(why, "%s is gone", was->v[i].path);
}

int zol_buildtree_verify(const char *dir, size_t max, struct zol_strv *why, struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest was = ZOL_MANIFEST_INIT, m = ZOL_MANIFEST_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir, "sealed");
	ZOL_AUTO(free) char *tree = zol_path_join(dir, "tree");
	ZOL_AUTO(err) struct zol_err unusable = ZOL_ERR_INIT;
	struct seal s = { .now = ZOL_MANIFEST_INIT };

	if (!path || !tree)
		return zol_err_oom(err);
	if (access(path, F_OK) < 0)
		zol_strv_add(why, "the last build in it did not come to its end");
	else if (read_manifest(path, &was, &unusable) || exported(tree, &m, &unusable) ||
		 take_seal(tree, &m, &s, &unusable))
		zol_strv_addf(why, "%s", zol_err_text(&unusable));
	else
		compare(&was, &s.now, max, why);
	zol_manifest_free(&s.now);
	return 0;
}
