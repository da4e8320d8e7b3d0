/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/guest.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "sys/guest_prepare.h"
#include "sys/guest_tree.h"

const char *zol_guest_chosen(const struct zol_cli *cli, const struct zol_strv *operand)
{
	if (operand->len > 0)
		return operand->v[0];
	return cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;
}

struct row {
	const char *name, *init, *arch, *variant, *stamp, *stage3, *parent, *method, *state, *vm, *root, *kernel;
	const char *sha512, *blake2b;
	bool prepared;
	int64_t created;
	char *release; /* owns what kernel points to */
};

static const struct zol_col list_cols[] = {
	ZOL_COL("name", "NAME", STR, struct row, name),
	ZOL_COL("init", "INIT", STR, struct row, init),
	ZOL_COL("stamp", "STAGE3", STR, struct row, stamp),
	ZOL_COL("variant", "VARIANT", STR, struct row, variant),
	ZOL_COL("prepared", "PREPARED", BOOL, struct row, prepared),
	ZOL_COL("vm", "VM", STR, struct row, vm),
	ZOL_COL("parent", "CLONE OF", STR, struct row, parent),
	ZOL_COL("state", NULL, STR, struct row, state),
	ZOL_COL("root", NULL, STR, struct row, root),
};

static const struct zol_col show_cols[] = {
	ZOL_COL("name", "NAME", STR, struct row, name),
	ZOL_COL("root", "TREE", STR, struct row, root),
	ZOL_COL("state", "STATE", STR, struct row, state),
	ZOL_COL("init", "INIT", STR, struct row, init),
	ZOL_COL("arch", "ARCHITECTURE", STR, struct row, arch),
	ZOL_COL("stage3", "STAGE3", STR, struct row, stage3),
	ZOL_COL("stamp", NULL, STR, struct row, stamp),
	ZOL_COL("variant", "VARIANT", STR, struct row, variant),
	ZOL_COL("sha512", NULL, STR, struct row, sha512),
	ZOL_COL("blake2b", NULL, STR, struct row, blake2b),
	ZOL_COL("created", "CREATED", TIME, struct row, created),
	ZOL_COL("parent", "CLONE OF", STR, struct row, parent),
	ZOL_COL("method", "CLONED BY", STR, struct row, method),
	ZOL_COL("prepared", "PREPARED", BOOL, struct row, prepared),
	ZOL_COL("kernel", "KERNEL", STR, struct row, kernel),
	ZOL_COL("vm", "VM", STR, struct row, vm),
};

/* Looks at the tree: what it boots, for which machine. */
static int look_inside(const struct zol_guest *g, struct row *row, struct zol_err *err)
{
	enum zol_init init = ZOL_INIT_UNKNOWN;
	struct zol_prep_view view;
	int root = zol_guest_tree_look(g, err), r;

	if (root < 0)
		return root;
	view = zol_guest_view(&root);
	r = zol_prep_init(&view, &init, err);
	if (r == 0)
		r = zol_guest_arch(root, &row->arch, err);
	zol_cleanup_fd(&root);
	row->init = zol_init_text(init);
	return r;
}

static int read_release(const struct zol_guest *g, struct row *row, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, "kernel/release");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int r = path ? zol_exists(path, err) : zol_err_oom(err);

	if (r <= 0)
		return r;
	r = zol_read_file(path, 4096, &text, err);
	if (r < 0)
		return r;
	row->release = zol_span_dup(zol_span_trim(zol_span_str(&text)));
	row->kernel = row->release;
	return row->release ? 0 : zol_err_oom(err);
}

static int fill(const struct zol_guest *g, struct row *row, struct zol_err *err)
{
	ZOL_AUTO(free) char *journal = zol_path_join(g->dir, "prepare.journal");
	const struct zol_guest_record *rec = &g->record;
	int64_t pid;
	int r = journal ? zol_exists(journal, err) : zol_err_oom(err);

	if (r < 0)
		return r;
	*row = (struct row){ .name = g->name,
			     .root = g->root,
			     .prepared = r > 0,
			     .arch = rec->arch,
			     .variant = rec->variant,
			     .stamp = rec->stamp,
			     .stage3 = rec->stage3,
			     .parent = rec->parent,
			     .method = rec->method,
			     .state = rec->state ? rec->state : "unrecorded",
			     .created = rec->created,
			     .sha512 = rec->sha512,
			     .blake2b = rec->blake2b };
	r = zol_guest_vm(g, &pid, err);
	row->vm = r > 0 ? "running" : "-";
	if (r >= 0)
		r = look_inside(g, row, err);
	return r < 0 ? r : read_release(g, row, err);
}

static int list(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_list_args *args = args_;
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int r = zol_guest_names(cli->settings, &names, err);

	if (r < 0)
		return r;
	zol_rows_begin(&rows, &cli->out, list_cols, ZOL_COUNT(list_cols));
	for (size_t i = 0; i < names.len; i++) {
		ZOL_AUTO(guest) struct zol_guest g = { 0 };
		ZOL_AUTO(err) struct zol_err broken = ZOL_ERR_INIT;
		struct row row = { .name = names.v[i] };

		if (args->names && !cli->out.json) {
			(void)fprintf(cli->out.out, "%s\n", names.v[i]);
			continue;
		}
		r = zol_guest_find(cli->settings, names.v[i], &g, &broken);
		if (r == 0)
			r = fill(&g, &row, &broken);
		if (r < 0) {
			zol_out_warn(&cli->out, "%s: %s", names.v[i], zol_err_text(&broken));
			row.state = "broken";
		}
		zol_rows_add(&rows, &row);
		free(row.release);
	}
	if (names.len == 0 && !args->names)
		zol_out_info(&cli->out, "there is no guest yet: zolkit guest create");
	return args->names && !cli->out.json ? 0 : zol_rows_end(&rows, err);
}

static int show(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_name_args *args = args_;
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	struct row row = { 0 };
	int r = zol_guest_need(cli->settings, zol_guest_chosen(cli, &args->name), &g, err);

	if (r == 0)
		r = fill(&g, &row, err);
	if (r == 0)
		r = zol_record_print(&cli->out, show_cols, ZOL_COUNT(show_cols), &row, err);
	free(row.release);
	return r;
}

/* What an interrupted removal left under its hidden name. */
static int leftover(const struct zol_cli *cli, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("%s/" ZOL_GUEST_DOOMED, cli->settings->paths.guests, name);

	return path ? zol_exists(path, err) : zol_err_oom(err);
}

static int remove_guest(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_name_args *args = args_;
	const char *name = args->name.v[0];
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(fd) int lock = -1;
	ZOL_AUTO(guest_claim) struct zol_guest_claim claim = ZOL_GUEST_CLAIM_INIT;
	int r = zol_guest_find(cli->settings, name, &g, err);

	if (r == 0)
		r = leftover(cli, name, err);
	if (r < 0)
		return r;
	if (r == 0 && !g.has_record) {
		r = zol_guest_need(cli->settings, name, &g, err);
		if (r < 0)
			return r;
	}
	if (cli->globals.dry_run) {
		(void)fprintf(cli->out.out, "rm -rf --one-file-system %s\nrm -rf %s\n", g.root, g.dir);
		return 0;
	}
	lock = zol_guest_lock(&g, "guest remove", err);
	if (lock < 0)
		return zol_take_fd(&lock);
	r = zol_guest_claim(cli->settings, &g, true, &claim, err);
	if (r < 0)
		return r;
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(progress, &cli->out);

	r = zol_guest_remove(cli->settings, &g, &ev, err);
	if (r == 0)
		zol_out_info(&cli->out, "guest %s is removed", name);
	return r;
}

const struct zol_bind zol_binds_guest[] = {
	{ "guest", "create", zol_cmd_guest_create },
	{ "guest", "list", list },
	{ "guest", "show", show },
	{ "guest", "prepare", zol_cmd_guest_prepare },
	{ "guest", "check", zol_cmd_guest_check },
	{ "guest", "clone", zol_cmd_guest_clone },
	{ "guest", "remove", remove_guest },
};
const size_t zol_nbinds_guest = ZOL_COUNT(zol_binds_guest);
