/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "wrap/git_priv.h"
#include "wrap/git_work.h"

/* Opens one in a repository object of our kind. */
static int open_tree(git_worktree *w, struct zol_git *ret)
{
	return git_repository_open_from_worktree(&ret->repo, w);
}

static int give(git_worktree *w, zol_git_worktree_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_buf) git_buf why = { .ptr = NULL };
	ZOL_AUTO(git_repository) git_repository *repo = NULL;
	ZOL_AUTO(git_reference) git_reference *head = NULL;
	struct zol_git_worktree out = { .name = git_worktree_name(w), .path = git_worktree_path(w) };

	if (git_worktree_is_locked(&why, w) > 0)
		out.locked = why.ptr ? why.ptr : "";
	out.there = git_worktree_validate(w) >= 0;
	if (out.there && git_repository_open_from_worktree(&repo, w) >= 0 && git_repository_head(&head, repo) >= 0) {
		out.branch = git_reference_is_branch(head) ? git_reference_shorthand(head) : NULL;
		if (git_reference_target(head))
			zol_git_hex(git_reference_target(head), out.id);
	}
	return fn(ctx, &out, err);
}

int zol_git_worktrees(const struct zol_git *g, zol_git_worktree_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_strarray) git_strarray names = { .strings = NULL };
	int rc = git_worktree_list(&names, g->repo);

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot list the worktrees");
	for (size_t i = 0; i < names.count; i++) {
		ZOL_AUTO(git_worktree) git_worktree *w = NULL;

		rc = git_worktree_lookup(&w, g->repo, names.strings[i]);
		if (rc < 0)
			return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot look at the worktree %s", names.strings[i]);
		if (give(w, fn, ctx, err))
			return -(int)err->code;
	}
	return 0;
}

/* Where Git keeps what it knows about a worktree of that name. */
static char *record_of(const struct zol_git *g, const char *name)
{
	return zol_asprintf("%sworktrees/%s", git_repository_commondir(g->repo), name);
}

static bool is_there(const char *path)
{
	struct stat st;

	return path && lstat(path, &st) == 0;
}

/* What name a worktree at path gets: its last component, with a number when that is taken. */
static char *free_name(const struct zol_git *g, const char *path)
{
	size_t end = strlen(path), from;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (from = end; from > 0 && path[from - 1] != '/'; from--)
		;
	for (unsigned i = 0; i < 1000; i++) {
		ZOL_AUTO(free)
		char *name = i ? zol_asprintf("%.*s%u", (int)(end - from), path + from, i) :
				 strndup(path + from, end - from);
		ZOL_AUTO(free) char *record = name ? record_of(g, name) : NULL;

		/* also one that is broken has the name */
		if (!record || !is_there(record))
			return record ? zol_take_ptr(name) : NULL;
	}
	return NULL;
}

static int find_branch(const struct zol_git *g, const char *branch, const char *name, git_reference **ret,
		       bool *ret_made, struct zol_err *err)
{
	if (!branch && git_branch_lookup(ret, g->repo, name, GIT_BRANCH_LOCAL) < 0) {
		if (zol_git_branch_create(g, name, NULL, err))
			return -(int)err->code;
		*ret_made = true;
	}
	if (!*ret && git_branch_lookup(ret, g->repo, branch ? branch : name, GIT_BRANCH_LOCAL) < 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "there is no branch '%s'", branch ? branch : name);
		return zol_err_hint(err, "'zolkit src branch create %s' makes one", branch ? branch : name);
	}
	if (git_branch_is_checked_out(*ret) > 0)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "the branch '%s' is checked out already",
				   git_reference_shorthand(*ret));
	return 0;
}

/* What a worktree that could not be made whole has left: none of it was there before. */
static void take_back(const struct zol_git *g, const char *path, const char *name)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *record = record_of(g, name);

	if (zol_rmtree(AT_FDCWD, path, &ignored) < 0)
		zol_err_clear(&ignored);
	if (record && zol_rmtree(AT_FDCWD, record, &ignored) < 0)
		zol_err_clear(&ignored);
}

int zol_git_worktree_add(const struct zol_git *g, const char *path, const char *branch, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = free_name(g, path);
	bool new_branch = false;
	ZOL_AUTO(git_reference) git_reference *ref = NULL;
	ZOL_AUTO(git_worktree) git_worktree *made = NULL;
	git_worktree_add_options how;
	int rc;

	if (!name || !*name)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no directory for a worktree", path);
	if (is_there(path))
		return zol_err_set(err, ZOL_SYSTEM, EEXIST, "cannot make the worktree %s", path);
	if (find_branch(g, branch, name, &ref, &new_branch, err))
		return -(int)err->code;
	(void)git_worktree_add_options_init(&how, GIT_WORKTREE_ADD_OPTIONS_VERSION);
	how.ref = ref;
	rc = git_worktree_add(&made, g->repo, name, path, &how);
	if (rc == 0)
		return 0;
	(void)zol_git_fail(err, ZOL_SYSTEM, rc, "cannot make the worktree %s", path);
	take_back(g, path, name);
	if (new_branch)
		(void)git_branch_delete(ref);
	return -(int)err->code;
}

/* The worktree called name when it is at path, which has no links in it; NULL: it is elsewhere. */
static git_worktree *tree_at(const struct zol_git *g, const char *name, const char *path)
{
	ZOL_AUTO(git_worktree) git_worktree *w = NULL;
	char have[PATH_MAX];

	if (git_worktree_lookup(&w, g->repo, name) < 0 || !realpath(git_worktree_path(w), have) ||
	    strcmp(path, have) != 0)
		return NULL;
	return zol_take_ptr(w);
}

static int find_tree(const struct zol_git *g, const char *which, git_worktree **ret, struct zol_err *err)
{
	ZOL_AUTO(git_strarray) git_strarray names = { .strings = NULL };
	char want[PATH_MAX];
	int rc = git_worktree_lookup(ret, g->repo, which);

	if (rc >= 0)
		return 0;
	if (realpath(which, want) && git_worktree_list(&names, g->repo) >= 0) {
		for (size_t i = 0; i < names.count; i++) {
			*ret = tree_at(g, names.strings[i], want);
			if (*ret)
				return 0;
		}
	}
	return zol_err_set(err, ZOL_USAGE, 0, "there is no worktree '%s' here", which);
}

/* Is there anything in it that is nowhere else? */
static int is_clean(git_worktree *w, struct zol_err *err)
{
	ZOL_AUTO(git_status_list) git_status_list *list = NULL;
	struct zol_git at = { .repo = NULL };
	git_status_options how;
	size_t n;
	int rc = open_tree(w, &at);

	(void)git_status_options_init(&how, GIT_STATUS_OPTIONS_VERSION);
	how.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_INCLUDE_IGNORED;
	if (rc >= 0)
		rc = git_status_list_new(&list, at.repo, &how);
	n = list ? git_status_list_entrycount(list) : 0;
	git_repository_free(at.repo);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot look at the worktree %s", git_worktree_path(w));
	if (!n)
		return 0;
	(void)zol_err_set(err, ZOL_NEGATIVE, 0, "the worktree %s has %zu files that are not committed",
			  git_worktree_path(w), n);
	return zol_err_hint(err, "--force removes them with it");
}

int zol_git_worktree_remove(const struct zol_git *g, const char *which, bool force, struct zol_err *err)
{
	ZOL_AUTO(git_worktree) git_worktree *w = NULL;
	ZOL_AUTO(git_buf) git_buf why = { .ptr = NULL };
	git_worktree_prune_options how;
	bool there;
	int rc;

	if (find_tree(g, which, &w, err))
		return -(int)err->code;
	if (git_worktree_is_locked(&why, w) > 0)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "the worktree %s is locked: %s", git_worktree_path(w),
				   why.ptr ? why.ptr : "no reason given");
	there = git_worktree_validate(w) >= 0;
	if (there && !force && is_clean(w, err))
		return -(int)err->code;
	(void)git_worktree_prune_options_init(&how, GIT_WORKTREE_PRUNE_OPTIONS_VERSION);
	how.flags = GIT_WORKTREE_PRUNE_VALID | (there ? GIT_WORKTREE_PRUNE_WORKING_TREE : 0);
	rc = git_worktree_prune(w, &how);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot remove the worktree %s", git_worktree_path(w)) : 0;
}
