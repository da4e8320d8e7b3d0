/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "wrap/git_priv.h"
#include "wrap/git_work.h"

static void ahead_behind(const struct zol_git *g, git_reference *ref, const git_oid *id, git_reference **up,
			 struct zol_git_branch *b)
{
	git_oid at;

	if (git_branch_upstream(up, ref) < 0)
		return;
	b->upstream = git_reference_shorthand(*up);
	if (git_reference_name_to_id(&at, g->repo, git_reference_name(*up)) < 0 ||
	    git_graph_ahead_behind(&b->ahead, &b->behind, g->repo, id, &at) < 0)
		b->upstream = NULL;
}

static int give(const struct zol_git *g, git_reference *ref, bool remote, zol_git_branch_fn *fn, void *ctx,
		struct zol_err *err)
{
	ZOL_AUTO(git_object) git_object *commit = NULL;
	ZOL_AUTO(git_reference) git_reference *up = NULL;
	struct zol_git_branch b = { .name = git_reference_shorthand(ref), .remote = remote };

	/* origin/HEAD is another name for a branch, no branch. A broken ref is none, either. */
	if (git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC ||
	    git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) < 0)
		return 0;
	b.subject = git_commit_summary((git_commit *)commit);
	b.time = git_commit_time((git_commit *)commit);
	zol_git_hex(git_object_id(commit), b.id);
	if (!remote) {
		b.current = git_branch_is_head(ref) > 0;
		b.elsewhere = !b.current && git_branch_is_checked_out(ref) > 0;
		ahead_behind(g, ref, git_object_id(commit), &up, &b);
	}
	return fn(ctx, &b, err);
}

int zol_git_branches(const struct zol_git *g, bool remote, zol_git_branch_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_branch_iterator) git_branch_iterator *it = NULL;
	git_reference *ref;
	git_branch_t kind;
	int rc = git_branch_iterator_new(&it, g->repo, remote ? GIT_BRANCH_ALL : GIT_BRANCH_LOCAL);

	while (rc >= 0 && (rc = git_branch_next(&ref, &kind, it)) >= 0) {
		int given = give(g, ref, kind == GIT_BRANCH_REMOTE, fn, ctx, err);

		git_reference_free(ref);
		if (given)
			return given;
	}
	return rc < 0 && rc != GIT_ITEROVER ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot list the branches") : 0;
}

int zol_git_branch_create(const struct zol_git *g, const char *name, const char *start, struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *at = NULL;
	ZOL_AUTO(git_reference) git_reference *made = NULL;
	ZOL_AUTO(git_reference) git_reference *remote = NULL;
	int rc, valid = 0;

	if (git_branch_name_is_valid(&valid, name) < 0 || !valid)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no name for a branch", name);
	if (zol_git_find_commit(g, start ? start : "HEAD", &at, err))
		return -(int)err->code;
	rc = git_branch_create(&made, g->repo, name, at, 0);
	if (rc == GIT_EEXISTS)
		return zol_err_set(err, ZOL_USAGE, 0, "the branch '%s' exists", name);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot make the branch '%s'", name);
	if (start && git_branch_lookup(&remote, g->repo, start, GIT_BRANCH_REMOTE) >= 0) {
		rc = git_branch_set_upstream(made, start);
		if (rc < 0)
			return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot set the upstream of '%s'", name);
	}
	return 0;
}

/* The remote branch of this name, if just one remote has it: *ret stays NULL otherwise. */
static int find_remote(const struct zol_git *g, const char *name, char **ret, struct zol_err *err)
{
	ZOL_AUTO(git_strarray) git_strarray remotes = { .strings = NULL };
	int rc = git_remote_list(&remotes, g->repo);

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot list the remotes");
	for (size_t i = 0; i < remotes.count; i++) {
		ZOL_AUTO(free) char *full = zol_asprintf("%s/%s", remotes.strings[i], name);
		ZOL_AUTO(git_reference) git_reference *ref = NULL;

		if (!full)
			return zol_err_oom(err);
		if (git_branch_lookup(&ref, g->repo, full, GIT_BRANCH_REMOTE) < 0)
			continue;
		if (*ret)
			return zol_err_set(err, ZOL_USAGE, 0, "more than one remote has a branch '%s': %s, %s", name,
					   *ret, full);
		*ret = zol_take_ptr(full);
	}
	return 0;
}

static int note_conflict(git_checkout_notify_t why, const char *path, const git_diff_file *baseline,
			 const git_diff_file *target, const git_diff_file *workdir, void *payload)
{
	(void)why, (void)baseline, (void)target, (void)workdir;
	zol_strv_add(payload, path);
	return 0;
}

static int conflicts(const struct zol_strv *paths, const char *name, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT;

	for (size_t i = 0; i < paths->len && i < 5; i++)
		zol_str_printf(&list, "%s%s", i ? ", " : "", paths->v[i]);
	if (paths->len > 5)
		zol_str_printf(&list, " and %zu more", paths->len - 5);
	(void)zol_err_set(err, ZOL_NEGATIVE, 0, "'%s' would overwrite edits in %s", name, zol_str_c(&list));
	return zol_err_hint(err, "commit them, or keep them by 'zolkit src snapshot --new'");
}

/* Brings index and working tree to the commit: all, or nothing where edits would be lost. */
static int check_out(const struct zol_git *g, const git_object *commit, const char *name, bool dry_run,
		     struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv lost = ZOL_STRV_INIT;
	git_checkout_options how;
	int rc;

	(void)git_checkout_options_init(&how, GIT_CHECKOUT_OPTIONS_VERSION);
	how.checkout_strategy = GIT_CHECKOUT_DONT_OVERWRITE_IGNORED | (dry_run ? GIT_CHECKOUT_NONE : GIT_CHECKOUT_SAFE);
	how.notify_flags = GIT_CHECKOUT_NOTIFY_CONFLICT;
	how.notify_cb = note_conflict;
	how.notify_payload = &lost;
	rc = git_checkout_tree(g->repo, commit, &how);
	if (lost.len)
		return conflicts(&lost, name, err);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot check '%s' out", name) : 0;
}

/* May we leave what is checked out, for ref? Returns 1 when it is checked out here. */
static int may_switch(const struct zol_git *g, const git_reference *ref, const char *name, struct zol_err *err)
{
	if (git_repository_is_bare(g->repo))
		return zol_err_set(err, ZOL_USAGE, 0, "a bare repository has no working tree");
	if (git_repository_state(g->repo) != GIT_REPOSITORY_STATE_NONE) {
		(void)zol_err_set(err, ZOL_NEGATIVE, 0, "a merge, rebase or the like is under way");
		return zol_err_hint(err, "finish or abort it first");
	}
	if (ref && git_branch_is_head(ref) > 0)
		return 1;
	if (ref && git_branch_is_checked_out(ref) > 0)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "another worktree has the branch '%s'", name);
	return 0;
}

int zol_git_switch(const struct zol_git *g, const char *name, bool dry_run, struct zol_err *err)
{
	ZOL_AUTO(git_reference) git_reference *ref = NULL;
	ZOL_AUTO(git_commit) git_commit *commit = NULL;
	ZOL_AUTO(free) char *remote = NULL;
	ZOL_AUTO(free) char *full = zol_asprintf("refs/heads/%s", name);
	int rc = git_branch_lookup(&ref, g->repo, name, GIT_BRANCH_LOCAL);

	if (!full)
		return zol_err_oom(err);
	if (rc < 0 && find_remote(g, name, &remote, err))
		return -(int)err->code;
	if (rc < 0 && !remote) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "there is no branch '%s'", name);
		return zol_err_hint(err, "'zolkit src branch create %s' makes one", name);
	}
	rc = may_switch(g, ref, name, err);
	if (rc)
		return rc;
	if (zol_git_find_commit(g, remote ? remote : full, &commit, err) ||
	    check_out(g, (const git_object *)commit, name, dry_run, err))
		return -(int)err->code;
	if (dry_run)
		return 0;
	if (remote && zol_git_branch_create(g, name, remote, err))
		return -(int)err->code;
	rc = git_repository_set_head(g->repo, full);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot set HEAD to '%s'", name) : 0;
}
