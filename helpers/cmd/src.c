/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/src.h"

#include "base/progress.h"
#include "base/rows.h"
#include "cmd/src_common.h"
#include "sys/src_export.h"
#include "wrap/git_work.h"

#define KEEP 50

int zol_src_nowhere(const char *repo, struct zol_err *err)
{
	if (err->hint || err->code != ZOL_USAGE)
		return -(int)err->code;
	return zol_err_hint(err, repo ? "zolkit src list shows what there is, zolkit src clone gets one" :
					"name one of those that zolkit src list shows: --repo NAME");
}

int zol_src_open(const struct zol_cli *cli, const char *repo, struct zol_git **ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(src_owner) struct zol_src_owner owner = ZOL_SRC_OWNER_INIT;

	int rc = zol_src_where(cli, repo, &dir, err);

	if (rc == 0)
		rc = zol_src_owner_of(zol_str_c(&dir), &owner, err);
	if (rc == 0)
		rc = zol_src_owner_become(&owner, err);
	if (rc < 0)
		return rc;
	rc = zol_git_open(zol_str_c(&dir), ZOL_GIT_SEARCH, owner.home, ret, err);
	return rc < 0 ? zol_src_nowhere(repo, err) : rc;
}

struct export_record {
	const char *commit, *tree, *directory;
	uint64_t files, written, modes, removed;
	bool fresh, resumed, already;
	const char *const *changes;
};

#define EXPORT(key, kind) ZOL_COL(#key, NULL, kind, struct export_record, key)

static const struct zol_col export_cols[] = {
	EXPORT(commit, STR),   EXPORT(tree, STR),     EXPORT(directory, STR), EXPORT(files, U64),
	EXPORT(written, U64),  EXPORT(modes, U64),    EXPORT(removed, U64),   EXPORT(fresh, BOOL),
	EXPORT(resumed, BOOL), EXPORT(already, BOOL), EXPORT(changes, LIST),
};

static void note_change(void *ctx, enum zol_src_change what, const char *path)
{
	zol_strv_addf(ctx, "%c %s", what, path);
}

static int print_export(struct zol_cli *cli, const struct zol_src_export_args *a, const struct zol_src_exported *x,
			const struct zol_strv *changes, struct zol_err *err)
{
	const struct export_record r = { .commit = x->id,
					 .tree = x->tree,
					 .directory = a->to,
					 .files = x->files,
					 .written = x->written,
					 .modes = x->modes,
					 .removed = x->removed,
					 .fresh = x->fresh,
					 .resumed = x->resumed,
					 .already = x->already,
					 .changes = zol_strv_list(changes) };

	if (cli->out.json)
		return zol_record_print(&cli->out, export_cols, ZOL_COUNT(export_cols), &r, err);
	for (size_t i = 0; (a->list || cli->globals.dry_run) && i < changes->len; i++) {
		ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

		zol_text_escape(&line, changes->v[i]);
		(void)fprintf(cli->out.out, "%s\n", zol_str_c(&line));
	}
	if (x->already)
		zol_out_already(&cli->out, "%s is at %.12s already", a->to, x->id);
	else
		zol_out_info(&cli->out, "%s %s %.12s: %zu of %zu files written, %zu removed%s", a->to,
			     cli->globals.dry_run ? "would be brought to" : "is at", x->id, x->written + x->modes,
			     x->files, x->removed, x->resumed ? " (an earlier run had ended early)" : "");
	return zol_out_finish(&cli->out, err);
}

int zol_cmd_src_export(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_export_args *a = args;
	ZOL_AUTO(strv) struct zol_strv changes = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(p, &cli->out);
	struct zol_src_export x = { .commit = a->commit ? a->commit : "HEAD",
				    .to = a->to,
				    .search = true,
				    .dry_run = cli->globals.dry_run,
				    .no_submodules = a->no_submodules,
				    .ev = &ev };
	struct zol_src_exported done = { .files = 0 };

	if (!a->to || !*a->to)
		return zol_err_set(err, ZOL_USAGE, 0, "where to? --to DIR is missing");
	if (zol_src_where(cli, a->repo, &dir, err))
		return -(int)err->code;
	x.repo = zol_str_c(&dir);
	if (a->list || cli->globals.dry_run || cli->out.json) {
		x.ctx = &changes;
		x.on_change = note_change;
	}
	if (zol_src_export_run(&x, &done, err) || zol_strv_check(&changes, err))
		return -(int)err->code;
	zol_progress_hide(p);
	return print_export(cli, a, &done, &changes, err);
}

struct snap_record {
	const char *commit, *tree, *ref;
	bool clean, existed;
	uint64_t changed, left_out;
};

#define SNAP(key, kind) ZOL_COL(#key, NULL, kind, struct snap_record, key)

static const struct zol_col snap_cols[] = {
	SNAP(commit, STR),   SNAP(tree, STR),    SNAP(ref, STR),      SNAP(clean, BOOL),
	SNAP(existed, BOOL), SNAP(changed, U64), SNAP(left_out, U64),
};

int zol_cmd_src_snapshot(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_snapshot_args *a = args;
	const struct zol_git_snap_opts opts = { .untracked = a->untracked,
						.keep = a->keep ? a->keep : KEEP,
						.dry_run = cli->globals.dry_run };
	ZOL_AUTO(git) struct zol_git *git = NULL;
	ZOL_AUTO(git_snap) struct zol_git_snap s = { .ref = NULL };
	struct snap_record r;

	if (zol_src_open(cli, a->repo, &git, err) || zol_git_snapshot(git, &opts, &s, err))
		return -(int)err->code;
	if (s.left_out)
		zol_out_info(&cli->out, "%zu new files are left out (--new takes them)", s.left_out);
	if (cli->out.json) {
		r = (struct snap_record){ s.id, s.tree, s.ref, s.clean, s.existed, s.changed, s.left_out };
		return zol_record_print(&cli->out, snap_cols, ZOL_COUNT(snap_cols), &r, err);
	}
	if (s.clean)
		zol_out_already(&cli->out, "no edits: this is HEAD");
	else
		zol_out_verbose(&cli->out, "%zu files differ from the index; %s%s", s.changed, s.ref ? s.ref : "no ref",
				s.existed ? " (made before)" : "");
	(void)fprintf(cli->out.out, "%s\n", s.id);
	return zol_out_finish(&cli->out, err);
}

const struct zol_bind zol_binds_src[] = {
	{ "src", "clone", zol_cmd_src_clone },       { "src", "list", zol_cmd_src_list },
	{ "src", "status", zol_cmd_src_status },     { "src", "branch", zol_cmd_src_branch },
	{ "src", "worktree", zol_cmd_src_worktree }, { "src", "index", zol_cmd_src_index },
	{ "src", "snapshot", zol_cmd_src_snapshot }, { "src", "export", zol_cmd_src_export },
	{ "src", "tree", zol_cmd_src_tree },
};
const size_t zol_nbinds_src = ZOL_COUNT(zol_binds_src);
