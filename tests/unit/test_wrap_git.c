/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/git.h"

#include "gitrepo.h"
#include "unit.h"

static struct zol_git *opened(const struct scratch *s, const char *dir, unsigned flags)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(s->path, dir);
	struct zol_git *g = NULL;

	if (zol_git_open(path, flags, NULL, &g, &err))
		fail_msg("%s", zol_err_text(&err));
	return g;
}

static void make_repo(const struct scratch *s)
{
	git_make(s, "r");
	assert_int_equal(mkdirat(s->fd, "r/dir", 0755), 0);
	assert_int_equal(mkdirat(s->fd, "r/dir/deep", 0755), 0);
	scratch_put(s, "r/a", "one\n");
	scratch_put(s, "r/dir/deep/b", "");
	scratch_put(s, "r/run", "#!/bin/sh\n");
	assert_int_equal(fchmodat(s->fd, "r/run", 0755, 0), 0);
	assert_int_equal(symlinkat("a", s->fd, "r/dir/link"), 0);
	git_commit_all(s, "r", "first");
}

UNIT(a_repository_is_opened_from_its_top_or_from_below)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *top = NULL;
	ZOL_AUTO(git) struct zol_git *below = NULL;
	ZOL_AUTO(git) struct zol_git *none = NULL;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT, common = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(s.path, "r");
	ZOL_AUTO(free) char *git = zol_path_join(s.path, "r/.git");
	ZOL_AUTO(free) char *sub = zol_path_join(s.path, "r/dir");

	make_repo(&s);
	top = opened(&s, "r", 0);
	assert_int_equal(zol_git_workdir(top, &dir, &err), 0);
	assert_string_equal(zol_str_c(&dir), path);
	zol_git_commondir(top, &common);
	assert_string_equal(zol_str_c(&common), git);
	below = opened(&s, "r/dir", ZOL_GIT_SEARCH);
	assert_int_equal(zol_git_open(sub, 0, NULL, &none, &err), -ZOL_USAGE);
	assert_non_null(strstr(zol_err_text(&err), "there is no Git repository"));
	assert_null(none);
}

UNIT(a_bare_one_has_no_working_tree)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *bare = NULL;
	ZOL_AUTO(git) struct zol_git *as_bare = NULL;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	git_make(&s, "r");
	(void)git_in(&s, ".", "init -q --bare b.git");
	bare = opened(&s, "b.git", 0);
	assert_int_equal(zol_git_workdir(bare, &dir, &err), 1);
	as_bare = opened(&s, "r/.git", ZOL_GIT_BARE);
	assert_int_equal(zol_git_workdir(as_bare, &dir, &err), 1);
	assert_int_equal(dir.len, 0);
}

UNIT(commits_are_found_by_any_name)
{
	SCRATCH(s);
	static const char *const names[] = { "HEAD", "master", "refs/heads/master", "v1", "HEAD~0", "master^{commit}" };
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(free) char *id = NULL;

	make_repo(&s);
	(void)git_in(&s, "r", "tag -a -m tag v1");
	id = strdup(git_in(&s, "r", "rev-parse HEAD"));
	g = opened(&s, "r", 0);
	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		ZOL_AUTO(git_commit_info) struct zol_git_commit c = { .subject = NULL };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_git_commit(g, names[i], &c, &err), 0);
		assert_string_equal(c.id, id);
		assert_string_equal(c.tree, git_in(&s, "r", "rev-parse HEAD^{tree}"));
		assert_string_equal(c.subject, "first");
		assert_int_equal(c.time, 1700000000);
	}
}

UNIT(what_is_no_commit_is_not_found)
{
	SCRATCH(s);
	static const char *const names[] = {
		"nonesuch", "HEAD~5", "HEAD:a", "HEAD^{tree}", "..", "", "1234567812345678123456781234567812345678"
	};
	ZOL_AUTO(git) struct zol_git *g = NULL;

	make_repo(&s);
	g = opened(&s, "r", 0);
	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		ZOL_AUTO(git_commit_info) struct zol_git_commit c = { .subject = NULL };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		if (zol_git_commit(g, names[i], &c, &err) != -ZOL_USAGE)
			fail_msg("'%s': %s", names[i], zol_err_text(&err));
		assert_null(c.subject);
	}
}

static int list_entry(void *ctx, const struct zol_git_entry *e, struct zol_err *err)
{
	struct zol_str *s = ctx;

	if (zol_span_eq(e->path, "run") && s->oom)
		return zol_err_oom(err);
	zol_str_printf(s, "%o %s %.*s\n", e->mode, e->id, (int)e->path.len, e->path.ptr);
	return 0;
}

UNIT(a_tree_is_walked_as_git_lists_it)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make_repo(&s);
	g = opened(&s, "r", ZOL_GIT_ANY_OWNER);
	assert_int_equal(zol_git_walk(g, "HEAD", NULL, list_entry, &list, &err), 0);
	zol_str_truncate(&list, list.len - 1);
	assert_string_equal(zol_str_c(&list),
			    git_in(&s, "r", "ls-tree -r --format=%(objectmode)%x20%(objectname)%x20%(path) HEAD"));
	assert_int_equal(zol_git_walk(g, "nonesuch", NULL, list_entry, &list, &err), -ZOL_USAGE);
}

static int list_same(void *ctx, const char *dir, struct zol_err *err)
{
	(void)err;
	zol_str_printf(ctx, "same '%s'\n", dir);
	return 0;
}

static int list_path(void *ctx, const struct zol_git_entry *e, struct zol_err *err)
{
	(void)err;
	zol_str_printf(ctx, "%.*s\n", (int)e->path.len, e->path.ptr);
	return 0;
}

UNIT(with_a_base_only_what_differs_is_walked)
{
	static const char *const dirs[] = { "r/a", "r/a/b", "r/a/c", "r/e" };
	static const char *const files[] = { "r/a/b/one", "r/a/c/two", "r/a/d", "r/a/top", "r/e/three", "r/f" };
	static const char *const want = "a/b/one\nsame 'a/c'\na/d/new\na/top\nsame 'e'\nf\n";
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(git_commit_info) struct zol_git_commit first = { .subject = NULL };
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT, all = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_git_base base = { .same = list_same };

	git_make(&s, "r");
	for (size_t i = 0; i < ZOL_COUNT(dirs); i++)
		assert_int_equal(mkdirat(s.fd, dirs[i], 0755), 0);
	for (size_t i = 0; i < ZOL_COUNT(files); i++)
		scratch_put(&s, files[i], files[i]);
	git_commit_all(&s, "r", "first");
	scratch_put(&s, "r/a/b/one", "another");
	assert_int_equal(unlinkat(s.fd, "r/a/d", 0), 0);
	assert_int_equal(mkdirat(s.fd, "r/a/d", 0755), 0);
	scratch_put(&s, "r/a/d/new", "");
	git_commit_all(&s, "r", "second");
	g = opened(&s, "r", 0);
	assert_int_equal(zol_git_commit(g, "HEAD~1", &first, &err), 0);
	base.commit = first.id;
	assert_int_equal(zol_git_walk(g, "HEAD", &base, list_path, &list, &err), 0);
	assert_string_equal(zol_str_c(&list), want);
	zol_str_truncate(&list, 0);
	assert_int_equal(zol_git_walk(g, first.id, &base, list_path, &list, &err), 0);
	assert_string_equal(zol_str_c(&list), "same ''\n");
	/* One that is not there. */
	zol_str_truncate(&list, 0);
	base.commit = "1111111111111111111111111111111111111111";
	assert_int_equal(zol_git_walk(g, "HEAD", &base, list_path, &list, &err), 0);
	assert_int_equal(zol_git_walk(g, "HEAD", NULL, list_path, &all, &err), 0);
	assert_string_equal(zol_str_c(&list), zol_str_c(&all));
}

static int stop(void *ctx, const struct zol_git_entry *e, struct zol_err *err)
{
	(void)e;
	(*(int *)ctx)++;
	return zol_err_set(err, ZOL_MALFORMED, 0, "enough");
}

UNIT(a_walk_ends_with_the_first_failure)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int calls = 0;

	make_repo(&s);
	g = opened(&s, "r", 0);
	assert_int_equal(zol_git_walk(g, "HEAD", NULL, stop, &calls, &err), -ZOL_MALFORMED);
	assert_int_equal(calls, 1);
	assert_string_equal(zol_err_text(&err), "enough");
}

UNIT(blobs_are_read_byte_for_byte)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make_repo(&s);
	g = opened(&s, "r", 0);
	assert_int_equal(zol_git_blob(g, git_in(&s, "r", "rev-parse HEAD:a"), &data, &err), 0);
	assert_string_equal(zol_str_c(&data), "one\n");
	assert_int_equal(zol_git_blob(g, git_in(&s, "r", "rev-parse HEAD:dir/link"), &data, &err), 0);
	assert_string_equal(zol_str_c(&data), "one\na");
	assert_int_equal(zol_git_blob(g, git_in(&s, "r", "rev-parse HEAD:dir/deep/b"), &data, &err), 0);
	assert_int_equal(data.len, 5);
	/* A tree, and nothing, are no blobs. */
	assert_int_equal(zol_git_blob(g, git_in(&s, "r", "rev-parse HEAD:dir"), &data, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_git_blob(g, "xyz", &data, &err), -ZOL_SYSTEM);
	assert_null(strchr(zol_err_text(&err), '\n'));
}

UNIT_MAIN()
