/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/src_common.h"
#include "sys/src_index.h"
#include "wrap/git_net.h"

/* The last component of a URL without ".git": where git(1) would put it. */
static int default_dir(const char *url, struct zol_str *dir, struct zol_err *err)
{
	size_t end = strlen(url), from;

	while (end && url[end - 1] == '/')
		end--;
	if (end > 4 && !strncmp(url + end - 4, ".git", 4))
		end -= url[end - 5] == '/' ? 5 : 4;
	for (from = end; from && url[from - 1] != '/' && url[from - 1] != ':'; from--)
		;
	zol_str_add(dir, url + from, end - from);
	if (!dir->len || !strcmp(zol_str_c(dir), ".") || !strcmp(zol_str_c(dir), ".."))
		return zol_err_set(err, ZOL_USAGE, 0, "the URL '%s' names no directory: give one", url);
	return zol_str_check(dir, err);
}

struct clone_record {
	const char *directory, *branch, *commit;
	bool resumed, updated;
	uint64_t received;
};

#define CLONE(key, kind) ZOL_COL(#key, NULL, kind, struct clone_record, key)

static const struct zol_col clone_cols[] = {
	CLONE(directory, STR), CLONE(branch, STR),   CLONE(commit, STR),
	CLONE(resumed, BOOL),  CLONE(updated, BOOL), CLONE(received, SIZE),
};

static int print_clone(struct zol_cli *cli, const char *dir, const struct zol_git_cloned *c, struct zol_err *err)
{
	const struct clone_record r = { .directory = dir,
					.branch = c->branch,
					.commit = *c->id ? c->id : NULL,
					.resumed = c->resumed,
					.updated = c->updated,
					.received = c->bytes };
	char size[ZOL_NUM_TEXT];

	if (cli->out.json)
		return zol_record_print(&cli->out, clone_cols, ZOL_COUNT(clone_cols), &r, err);
	if (c->updated)
		zol_out_info(&cli->out, "%s is a clone already: fetched %s, nothing checked out", dir,
			     zol_num_fmt_size(c->bytes, size));
	else
		zol_out_info(&cli->out, "%s: %s received%s, branch %s at %.12s", dir, zol_num_fmt_size(c->bytes, size),
			     c->resumed ? " (an earlier run was completed)" : "", c->branch ? c->branch : "(none)",
			     *c->id ? c->id : "no commit");
	return 0;
}

int zol_cmd_src_clone(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_clone_args *a = args;
	ZOL_AUTO(src_owner) struct zol_src_owner owner = ZOL_SRC_OWNER_INIT;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(git_cloned) struct zol_git_cloned done = { .branch = NULL };
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(p, &cli->out);
	struct zol_git_clone c = { .url = a->words.v[0], .branch = a->branch, .ev = &ev };

	if (a->words.len > 1)
		zol_str_puts(&dir, a->words.v[1]);
	else if (default_dir(c.url, &dir, err))
		return -(int)err->code;
	/* What stands in a user's directory is to be the user's. */
	if (zol_str_check(&dir, err) || zol_src_owner_of(zol_str_c(&dir), &owner, err) ||
	    zol_src_owner_become(&owner, err))
		return -(int)err->code;
	c.dir = zol_str_c(&dir);
	c.home = owner.home;
	if (zol_git_clone_run(&c, &done, err))
		return -(int)err->code;
	zol_progress_hide(p);
	return print_clone(cli, c.dir, &done, err);
}

struct index_record {
	uint64_t files, left_out;
	bool list;
	const char *cscope, *ctags;
};

#define INDEX(key, kind) ZOL_COL(#key, NULL, kind, struct index_record, key)

static const struct zol_col index_cols[] = {
	INDEX(files, U64), INDEX(left_out, U64), INDEX(list, BOOL), INDEX(cscope, STR), INDEX(ctags, STR),
};

int zol_cmd_src_index(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_index_args *a = args;
	ZOL_AUTO(git) struct zol_git *git = NULL;
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(p, &cli->out);
	const struct zol_src_index x = { .all = a->all, .ev = &ev };
	struct zol_src_indexed done = { .files = 0 };
	struct index_record r;

	if (zol_src_open(cli, a->repo, &git, err) || zol_src_index_run(git, &x, &done, err))
		return -(int)err->code;
	zol_progress_hide(p);
	r = (struct index_record){ done.files, done.left_out, done.list, done.cscope, done.ctags };
	if (cli->out.json)
		return zol_record_print(&cli->out, index_cols, ZOL_COUNT(index_cols), &r, err);
	if (done.left_out)
		zol_out_warn(&cli->out, "%zu files are left out for their names", done.left_out);
	if (!strcmp(done.cscope, "missing") && !strcmp(done.ctags, "missing"))
		zol_out_warn(&cli->out, "neither cscope nor ctags is installed: only cscope.files is made");
	if (!done.list && strcmp(done.cscope, "made") && strcmp(done.ctags, "made"))
		zol_out_already(&cli->out, "the index of %zu files is current", done.files);
	else
		zol_out_info(&cli->out, "%zu files: cscope %s, ctags %s", done.files, done.cscope, done.ctags);
	return 0;
}
