/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/path.h"
#include "wrap/git_priv.h"
#include "wrap/git_work.h"

void zol_git_state_free(struct zol_git_state *s)
{
	free(s->branch);
	free(s->subject);
	free(s->upstream);
	*s = (struct zol_git_state){ .branch = NULL };
}

static const char *doing(int state)
{
	switch (state) {
	case GIT_REPOSITORY_STATE_NONE:
		return NULL;
	case GIT_REPOSITORY_STATE_MERGE:
		return "merge";
	case GIT_REPOSITORY_STATE_REVERT:
	case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
		return "revert";
	case GIT_REPOSITORY_STATE_CHERRYPICK:
	case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
		return "cherry-pick";
	case GIT_REPOSITORY_STATE_BISECT:
		return "bisect";
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
		return "am";
	default:
		return "rebase";
	}
}

/* The name behind HEAD, also when that branch has no commit yet. */
static int head_name(const struct zol_git *g, struct zol_git_state *s, struct zol_err *err)
{
	ZOL_AUTO(git_reference) git_reference *head = NULL;
	int rc = git_reference_lookup(&head, g->repo, "HEAD");
	const char *target;

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read HEAD");
	target = git_reference_symbolic_target(head);
	if (!target)
		return 0;
	if (!strncmp(target, "refs/heads/", 11))
		target += 11;
	s->branch = strdup(target);
	return s->branch ? 0 : zol_err_oom(err);
}

static int upstream(const struct zol_git *g, struct zol_git_state *s, const git_oid *id, struct zol_err *err)
{
	ZOL_AUTO(git_reference) git_reference *local = NULL;
	ZOL_AUTO(git_reference) git_reference *up = NULL;
	git_oid at;
	int rc;

	/* None is set, or the remote's branch is gone: nothing to compare with. */
	if (!s->branch || git_branch_lookup(&local, g->repo, s->branch, GIT_BRANCH_LOCAL) < 0 ||
	    git_branch_upstream(&up, local) < 0 || git_reference_name_to_id(&at, g->repo, git_reference_name(up)) < 0)
		return 0;
	s->upstream = strdup(git_reference_shorthand(up));
	if (!s->upstream)
		return zol_err_oom(err);
	rc = git_graph_ahead_behind(&s->ahead, &s->behind, g->repo, id, &at);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot compare with %s", s->upstream) : 0;
}

static int look_at_head(const struct zol_git *g, struct zol_git_state *s, struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *c = NULL;
	const char *subject;

	if (head_name(g, s, err) || zol_git_head_commit(g, &c, err))
		return -(int)err->code;
	if (!c)
		return 0;
	zol_git_hex(git_commit_id(c), s->id);
	s->time = git_commit_time(c);
	subject = git_commit_summary(c);
	s->subject = strdup(subject ? subject : "");
	return s->subject ? upstream(g, s, git_commit_id(c), err) : zol_err_oom(err);
}

static char letter(unsigned status, bool index)
{
	static const struct {
		unsigned index, work;
		char letter;
	} letters[] = {
		{ GIT_STATUS_INDEX_NEW, GIT_STATUS_WT_NEW, 'A' },
		{ GIT_STATUS_INDEX_MODIFIED, GIT_STATUS_WT_MODIFIED, 'M' },
		{ GIT_STATUS_INDEX_DELETED, GIT_STATUS_WT_DELETED, 'D' },
		{ GIT_STATUS_INDEX_RENAMED, GIT_STATUS_WT_RENAMED, 'R' },
		{ GIT_STATUS_INDEX_TYPECHANGE, GIT_STATUS_WT_TYPECHANGE, 'T' },
	};

	for (size_t i = 0; i < ZOL_COUNT(letters); i++) {
		if (status & (index ? letters[i].index : letters[i].work))
			return letters[i].letter;
	}
	return ' ';
}

static void count(const git_status_entry *e, zol_git_file_fn *fn, void *ctx, struct zol_git_state *s)
{
	const git_diff_delta *d = e->index_to_workdir ? e->index_to_workdir : e->head_to_index;
	char staged = letter(e->status, true), edited = letter(e->status, false);
	bool conflict = e->status & GIT_STATUS_CONFLICTED, new = !conflict && (e->status & GIT_STATUS_WT_NEW);
	const char *path;

	if (!d)
		return;
	path = d->new_file.path ? d->new_file.path : d->old_file.path;
	if (conflict)
		staged = edited = 'U';
	if (new)
		edited = ' ';
	s->unmerged += conflict;
	s->untracked += new;
	s->staged += !conflict && staged != ' ';
	s->edited += !conflict && edited != ' ';
	if (fn && (staged != ' ' || edited != ' '))
		fn(ctx, staged, edited, path);
	/* What left the index and stands there still is two things to tell. */
	if (fn && new)
		fn(ctx, '?', '?', path);
}

int zol_git_look(const struct zol_git *g, zol_git_file_fn *fn, void *ctx, struct zol_git_state *ret,
		 struct zol_err *err)
{
	ZOL_AUTO(git_state) struct zol_git_state s = { .branch = NULL };
	ZOL_AUTO(git_status_list) git_status_list *list = NULL;
	git_status_options how;
	int rc;

	if (look_at_head(g, &s, err))
		return -(int)err->code;
	s.bare = git_repository_is_bare(g->repo);
	s.doing = doing(git_repository_state(g->repo));
	(void)git_status_options_init(&how, GIT_STATUS_OPTIONS_VERSION);
	how.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
	rc = s.bare ? 0 : git_status_list_new(&list, g->repo, &how);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot look at the working tree");
	for (size_t i = 0; list && i < git_status_list_entrycount(list); i++)
		count(git_status_byindex(list, i), fn, ctx, &s);
	*ret = s;
	s = (struct zol_git_state){ .branch = NULL };
	return 0;
}

int zol_git_tracked(const struct zol_git *g, zol_git_path_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_index) git_index *index = NULL;
	int rc = git_repository_index(&index, g->repo);
	size_t n;

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the index");
	n = git_index_entrycount(index);
	for (size_t i = 0; i < n; i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);

		if (fn(ctx, e->path, e->mode, err))
			return -(int)err->code;
	}
	return 0;
}

int zol_git_exclude(const struct zol_git *g, const char *const *names, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT, text = ZOL_STR_INIT;
	size_t before;
	int there;

	zol_git_commondir(g, &path);
	zol_str_puts(&path, "/info");
	if (zol_str_check(&path, err) || zol_mkdirs(zol_str_c(&path), 0755, err) < 0)
		return -(int)err->code;
	zol_str_puts(&path, "/exclude");
	there = zol_exists(zol_str_c(&path), err);
	if (there < 0 || (there && zol_read_file(zol_str_c(&path), ZOL_READ_MAX, &text, err)))
		return -(int)err->code;
	if (text.len && text.ptr[text.len - 1] != '\n')
		zol_str_putc(&text, '\n');
	before = text.len;
	for (; *names; names++) {
		int ignored = 0;

		if (git_ignore_path_is_ignored(&ignored, g->repo, *names) < 0 || !ignored)
			zol_str_printf(&text, "/%s\n", *names);
	}
	if (zol_str_check(&text, err))
		return -(int)err->code;
	return text.len == before ? 0 : zol_write_file(zol_str_c(&path), text.ptr, text.len, 0644, err);
}

int zol_git_distance(const struct zol_git *g, const char *from, const char *to, size_t *ret_ahead, size_t *ret_behind,
		     struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *a = NULL, *b = NULL;
	git_oid from_id, to_id;
	int rc;

	if (git_oid_fromstr(&from_id, from) < 0 || git_oid_fromstr(&to_id, to) < 0 ||
	    git_commit_lookup(&a, g->repo, &from_id) < 0 || git_commit_lookup(&b, g->repo, &to_id) < 0)
		return 1;
	rc = git_graph_ahead_behind(ret_ahead, ret_behind, g->repo, &to_id, &from_id);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot compare %.12s with %.12s", from, to) : 0;
}
