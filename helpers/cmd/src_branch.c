/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "base/rows.h"
#include "cmd/src_common.h"
#include "wrap/git_work.h"

struct branch_row {
	const char *name, *mark, *commit, *short_commit, *upstream, *subject;
	bool current, remote, elsewhere;
	int64_t time;
	uint64_t ahead, behind;
};

#define BRANCH(key, title, kind) ZOL_COL(#key, title, kind, struct branch_row, key)

static const struct zol_col branch_cols[] = {
	{ "mark", " ", ZOL_KIND_STR, offsetof(struct branch_row, mark) },
	BRANCH(name, "BRANCH", STR),
	BRANCH(commit, NULL, STR),
	{ "short_commit", "COMMIT", ZOL_KIND_STR, offsetof(struct branch_row, short_commit) },
	BRANCH(current, NULL, BOOL),
	BRANCH(remote, NULL, BOOL),
	BRANCH(elsewhere, NULL, BOOL),
	BRANCH(upstream, "UPSTREAM", STR),
	BRANCH(ahead, "AHEAD", U64),
	BRANCH(behind, "BEHIND", U64),
	BRANCH(time, NULL, TIME),
	BRANCH(subject, "SUBJECT", STR),
};

static int add_branch(void *ctx, const struct zol_git_branch *b, struct zol_err *err)
{
	char brief[13] = "";
	struct branch_row r = { .name = b->name,
				.mark = b->current   ? "*" :
					b->elsewhere ? "+" :
						       " ",
				.commit = b->id,
				.short_commit = brief,
				.upstream = b->upstream,
				.subject = b->subject,
				.current = b->current,
				.remote = b->remote,
				.elsewhere = b->elsewhere,
				.time = b->time,
				.ahead = b->ahead,
				.behind = b->behind };

	(void)err;
	memcpy(brief, b->id, 12);
	zol_rows_add(ctx, &r);
	return 0;
}

struct verb {
	const char *name;
	size_t min, max; /* operands behind it */
	const char *operands;
};

#define VERBS 3U

/* Which of the verbs the first operand is; ZOL_USAGE when none, or with another number of operands. */
static int find_verb(const struct verb verbs[static VERBS], const struct zol_strv *words, struct zol_err *err)
{
	for (size_t i = 0; i < VERBS; i++) {
		size_t given = words->len ? words->len - 1 : 0;

		if (words->len ? strcmp(words->v[0], verbs[i].name) != 0 : i != 0)
			continue;
		if (given < verbs[i].min || given > verbs[i].max)
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' takes %s", verbs[i].name, verbs[i].operands);
		return (int)i;
	}
	(void)zol_err_set(err, ZOL_USAGE, 0, "'%s' is nothing that can be done here", words->v[0]);
	return zol_err_hint(err, "'%s', '%s' or '%s'", verbs[0].name, verbs[1].name, verbs[2].name);
}

/* The verb, and the repository that it is about. */
static int begin(const struct zol_cli *cli, const struct zol_src_words_args *a, const struct verb verbs[static VERBS],
		 struct zol_git **ret_git, struct zol_err *err)
{
	int verb = find_verb(verbs, &a->words, err), rc;

	if (verb < 0)
		return verb;
	rc = zol_src_open(cli, a->repo, ret_git, err);
	return rc < 0 ? rc : verb;
}

static int do_switch(struct zol_cli *cli, const struct zol_git *git, const char *name, struct zol_err *err)
{
	int rc = zol_git_switch(git, name, cli->globals.dry_run, err);

	if (rc < 0)
		return rc;
	if (rc)
		zol_out_already(&cli->out, "'%s' is checked out already", name);
	else
		zol_out_info(&cli->out, "'%s' %s", name,
			     cli->globals.dry_run ? "could be checked out" : "is checked out");
	return 0;
}

static int create(struct zol_cli *cli, const struct zol_git *git, const struct zol_src_words_args *a,
		  struct zol_err *err)
{
	const char *name = a->words.v[1];

	if (cli->globals.dry_run) {
		zol_out_info(&cli->out, "would make the branch '%s'", name);
		return 0;
	}
	if (zol_git_branch_create(git, name, a->words.len > 2 ? a->words.v[2] : NULL, err))
		return -(int)err->code;
	zol_out_info(&cli->out, "the branch '%s' is made", name);
	return a->go ? do_switch(cli, git, name, err) : 0;
}

int zol_cmd_src_branch(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct verb verbs[VERBS] = { { "list", 0, 0, "no operand" },
						  { "create", 1, 2, "NAME [COMMIT]" },
						  { "switch", 1, 1, "NAME" } };
	const struct zol_src_words_args *a = args;
	ZOL_AUTO(git) struct zol_git *git = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	int verb = begin(cli, a, verbs, &git, err);

	if (verb < 0)
		return verb;
	if ((a->go && verb != 1) || (a->all && verb != 0))
		return zol_err_set(err, ZOL_USAGE, 0, "%s", a->go ? "--switch is for create" : "--all is for list");
	if (verb == 1)
		return create(cli, git, a, err);
	if (verb == 2)
		return do_switch(cli, git, a->words.v[1], err);
	zol_rows_begin(&rows, &cli->out, branch_cols, ZOL_COUNT(branch_cols));
	if (zol_git_branches(git, a->all, add_branch, &rows, err))
		return -(int)err->code;
	return zol_rows_end(&rows, err);
}

struct tree_row {
	const char *name, *path, *branch, *commit, *short_commit, *locked;
	bool there;
};

#define TREE(key, title, kind) ZOL_COL(#key, title, kind, struct tree_row, key)

static const struct zol_col tree_cols[] = {
	TREE(name, "NAME", STR),    TREE(branch, "BRANCH", STR),
	TREE(commit, NULL, STR),    { "short_commit", "COMMIT", ZOL_KIND_STR, offsetof(struct tree_row, short_commit) },
	TREE(there, "THERE", BOOL), TREE(locked, "LOCKED", STR),
	TREE(path, "PATH", STR),
};

static int add_tree(void *ctx, const struct zol_git_worktree *w, struct zol_err *err)
{
	char brief[13] = "";
	struct tree_row r = { .name = w->name,
			      .path = w->path,
			      .branch = w->branch,
			      .commit = *w->id ? w->id : NULL,
			      .short_commit = *w->id ? brief : NULL,
			      .locked = w->locked,
			      .there = w->there };

	(void)err;
	memcpy(brief, w->id, 12);
	zol_rows_add(ctx, &r);
	return 0;
}

/* An absolute path: Git stores it. */
static int absolute(const char *path, struct zol_str *ret, struct zol_err *err)
{
	char cwd[PATH_MAX];

	if (*path != '/') {
		if (!getcwd(cwd, sizeof(cwd)))
			return zol_err_sys(err, "where are we?");
		zol_str_printf(ret, "%s/", cwd);
	}
	zol_str_puts(ret, path);
	return zol_str_check(ret, err);
}

static int add_worktree(struct zol_cli *cli, const struct zol_git *git, const struct zol_strv *words,
			struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;

	if (absolute(words->v[1], &path, err) ||
	    zol_git_worktree_add(git, zol_str_c(&path), words->len > 2 ? words->v[2] : NULL, err))
		return -(int)err->code;
	zol_out_info(&cli->out, "the worktree %s is made", zol_str_c(&path));
	return 0;
}

int zol_cmd_src_worktree(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct verb verbs[VERBS] = { { "list", 0, 0, "no operand" },
						  { "add", 1, 2, "DIR [BRANCH]" },
						  { "remove", 1, 1, "DIR" } };
	const struct zol_src_words_args *a = args;
	ZOL_AUTO(git) struct zol_git *git = NULL;
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	int verb = begin(cli, a, verbs, &git, err);

	if (verb < 0)
		return verb;
	if (a->force && verb != 2)
		return zol_err_set(err, ZOL_USAGE, 0, "--force is for remove");
	if (verb == 1)
		return add_worktree(cli, git, &a->words, err);
	if (verb == 2) {
		if (zol_git_worktree_remove(git, a->words.v[1], a->force, err))
			return -(int)err->code;
		zol_out_info(&cli->out, "the worktree %s is removed; its branch stays", a->words.v[1]);
		return 0;
	}
	zol_rows_begin(&rows, &cli->out, tree_cols, ZOL_COUNT(tree_cols));
	if (zol_git_worktrees(git, add_tree, &rows, err))
		return -(int)err->code;
	return zol_rows_end(&rows, err);
}
