/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/buildtree.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/facts.h"
#include "sys/buildtree_files.h"

#define REASONS 4U /* that are told */

void zol_buildtree_opened_free(struct zol_buildtree_opened *o)
{
	free(o->tree);
	zol_strv_free(&o->why);
}

/* --- opening ------------------------------------------------------------------------------------- */

/* The directory of the tree that belongs to these options. */
static char *choose(const struct zol_buildtree *b, struct zol_err *err)
{
	ZOL_AUTO(facts) struct zol_facts options = ZOL_FACTS_INIT;

	for (size_t i = 0; i < b->options->len; i++)
		zol_facts_word(&options, b->options->v[i]);
	if (zol_facts_sort(&options, err))
		return NULL;
	char *dir = zol_asprintf("%s/%s-%s-%016" PRIx64, b->cache, b->family, b->release, zol_facts_print(&options));

	if (!dir)
		(void)zol_err_oom(err);
	return dir;
}

static int read_facts(const char *path, struct zol_facts *ret)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	/* What cannot be read is as good as nothing: the step is done, the tree is emptied. */
	if (zol_read_file(path, ZOL_READ_MAX, &text, &ignored) || !zol_facts_parse(zol_span_str(&text), ret))
		return 1;
	return 0;
}

static int write_facts(const char *path, const struct zol_facts *f, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_facts_text(f, &text);
	return zol_str_check(&text, err) ? -(int)err->code : zol_write_file(path, text.ptr, text.len, 0644, err);
}

static int recipe_facts(const struct zol_buildtree *b, struct zol_facts *f, struct zol_err *err)
{
	for (size_t i = 0; i < b->recipe->len; i++)
		zol_facts_word(f, b->recipe->v[i]);
	for (size_t i = 0; i < b->files->len; i++)
		if (zol_buildtree_fact(AT_FDCWD, b->files->v[i], b->files->v[i], f, err))
			return -(int)err->code;
	return zol_facts_sort(f, err);
}

/* Why the tree in dir cannot be built on; nothing when it can. */
static int suspect(const struct zol_buildtree *b, const char *dir, const struct zol_facts *recipe, struct zol_strv *why,
		   struct zol_err *err)
{
	ZOL_AUTO(facts) struct zol_facts before = ZOL_FACTS_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir, "recipe");

	if (!path)
		return zol_err_oom(err);
	if (b->discard)
		zol_strv_add(why, b->discard);
	else if (read_facts(path, &before))
		zol_strv_add(why, "nobody knows what it was built with");
	else
		(void)zol_facts_diff(&before, recipe, REASONS, why);
	if (!why->len && zol_buildtree_verify(dir, REASONS, why, err))
		return -(int)err->code;
	return zol_strv_check(why, err);
}

static int empty(const char *dir, struct zol_err *err)
{
	static const char *const parts[] = { "sealed", "recipe", "steps", "tree" };
	ZOL_AUTO(fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return zol_err_sys(err, "cannot open %s", dir);
	for (size_t i = 0; i < ZOL_COUNT(parts); i++)
		if (zol_rmtree(fd, parts[i], err))
			return -(int)err->code;
	return 0;
}

/* Before the first change: from now on the tree counts as one whose build failed. */
static int unseal(const char *dir, const struct zol_facts *recipe, struct zol_err *err)
{
	ZOL_AUTO(free) char *sealed = zol_path_join(dir, "sealed");
	ZOL_AUTO(free) char *path = zol_path_join(dir, "recipe");
	ZOL_AUTO(free) char *steps = zol_path_join(dir, "steps");

	if (!sealed || !path || !steps)
		return zol_err_oom(err);
	if (unlink(sealed) < 0 && errno != ENOENT)
		return zol_err_sys(err, "%s", sealed);
	if (zol_mkdirs(steps, 0755, err) < 0)
		return -(int)err->code;
	return write_facts(path, recipe, err);
}

static int by_time(const void *a, const void *b, void *cache)
{
	struct timespec t[2] = { { 0 }, { 0 } };
	const struct dirent *const e[2] = { *(struct dirent *const *)a, *(struct dirent *const *)b };

	for (size_t i = 0; i < 2; i++) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/%s/recipe", (const char *)cache, e[i]->d_name);
		struct stat st;

		if (path && stat(path, &st) == 0)
			t[i] = st.st_mtim;
	}
	if (t[0].tv_sec != t[1].tv_sec)
		return t[0].tv_sec < t[1].tv_sec ? 1 : -1;
	return (t[0].tv_nsec < t[1].tv_nsec) - (t[0].tv_nsec > t[1].tv_nsec);
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Lets the trees go that were not used longest; own is the one in use, and the newest. */
static int prune(const struct zol_buildtree *b, const char *own, struct zol_err *err)
{
	struct dirent **names = NULL;
	ZOL_AUTO(fd) int fd = open(b->cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = fd < 0 || !b->keep ? 0 : scandirat(fd, ".", &names, visible, NULL);
	int rc = 0;

	if (n > 1)
		qsort_r(names, (size_t)n, sizeof(*names), by_time, (void *)(uintptr_t)b->cache);
	for (int i = 0; i < n; i++) {
		if (rc == 0 && (uint64_t)i >= b->keep && strcmp(names[i]->d_name, strrchr(own, '/') + 1) != 0)
			rc = zol_rmtree(fd, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return rc;
}

int zol_buildtree_open(const struct zol_buildtree *b, struct zol_buildtree_opened *ret, struct zol_err *err)
{
	ZOL_AUTO(facts) struct zol_facts recipe = ZOL_FACTS_INIT;
	int there;

	if (!zol_name_ok(b->family) || !zol_name_ok(b->release))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' and '%s' are not both names", b->family, b->release);
	ZOL_AUTO(free) char *dir = choose(b, err);
	ZOL_AUTO(free) char *tree = dir ? zol_path_join(dir, "tree") : NULL;

	if (!dir || !tree)
		return dir ? zol_err_oom(err) : -(int)err->code;
	if (zol_mkdirs(dir, 0755, err) < 0 || recipe_facts(b, &recipe, err))
		return -(int)err->code;
	there = zol_exists(tree, err);
	if (there < 0 || (there && suspect(b, dir, &recipe, &ret->why, err)))
		return -(int)err->code;
	if ((!there || ret->why.len) && empty(dir, err))
		return -(int)err->code;
	if (unseal(dir, &recipe, err) || prune(b, dir, err))
		return -(int)err->code;
	ret->fresh = !there || ret->why.len;
	if (zol_mkdirs(tree, 0755, err) < 0)
		return -(int)err->code;
	ret->tree = tree;
	tree = NULL;
	return 0;
}

/* --- steps --------------------------------------------------------------------------------------- */

static char *step_path(const char *tree, const char *name, const char *suffix, struct zol_err *err)
{
	if (!zol_name_ok(name)) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "'%s' is no name of a step", name);
		return NULL;
	}
	char *path = zol_asprintf("%s/../steps/%s%s", tree, name, suffix);

	if (!path)
		(void)zol_err_oom(err);
	return path;
}

static bool outputs_there(const struct zol_buildstep *s, struct zol_strv *why)
{
	bool all = true;

	for (size_t i = 0; i < s->outputs->len; i++) {
		ZOL_AUTO(free) char *path = zol_path_join(s->tree, s->outputs->v[i]);

		if (path && access(path, F_OK) == 0)
			continue;
		zol_strv_addf(why, "%s is not there", s->outputs->v[i]);
		all = false;
	}
	return all;
}

int zol_buildtree_due(const struct zol_buildstep *s, struct zol_strv *why, struct zol_err *err)
{
	ZOL_AUTO(facts) struct zol_facts now = ZOL_FACTS_INIT, before = ZOL_FACTS_INIT;
	ZOL_AUTO(free) char *path = step_path(s->tree, s->name, "", err);
	ZOL_AUTO(free) char *pending = path ? step_path(s->tree, s->name, ".new", err) : NULL;
	size_t differ = 0;

	if (!pending)
		return -(int)err->code;
	for (size_t i = 0; i < s->words->len; i++)
		zol_facts_word(&now, s->words->v[i]);
	if (zol_buildtree_inputs(s, &now, err) || zol_facts_sort(&now, err) || write_facts(pending, &now, err))
		return -(int)err->code;
	if (read_facts(path, &before)) {
		zol_strv_add(why, "it was never done");
		return zol_strv_check(why, err);
	}
	differ = zol_facts_diff(&before, &now, REASONS, why);
	if (differ > REASONS)
		zol_strv_addf(why, "and %zu more", differ - REASONS);
	if (!outputs_there(s, why))
		differ++;
	return zol_strv_check(why, err) ? -(int)err->code : !differ;
}

int zol_buildtree_done(const char *tree, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = step_path(tree, name, "", err);
	ZOL_AUTO(free) char *pending = path ? step_path(tree, name, ".new", err) : NULL;

	if (!pending)
		return -(int)err->code;
	return rename(pending, path) < 0 ? zol_err_sys(err, "step %s was not asked for", name) : 0;
}
