/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/guest.h"
#include "sys/guest_prepare.h"
#include "sys/guest_tree.h"

struct row {
	const char *check, *state, *text, *remedy;
};

static const struct zol_col cols[] = {
	ZOL_COL("check", "CHECK", STR, struct row, check),
	ZOL_COL("state", "STATE", STR, struct row, state),
	ZOL_COL("text", "WHAT", STR, struct row, text),
	ZOL_COL("remedy", "REMEDY", STR, struct row, remedy),
};

struct check {
	struct zol_cli *cli;
	const struct zol_guest *guest;
	struct zol_rows rows;
	bool failed;
};

static void ok(struct check *c, const char *what, const char *text)
{
	const struct row row = { what, "ok", text, NULL };

	zol_rows_add(&c->rows, &row);
}

static int bad(struct check *c, bool fatal, const char *what, const char *text, const char *verb, struct zol_err *err)
{
	ZOL_AUTO(free) char *remedy = verb ? zol_asprintf("zolkit -g %s %s", c->guest->name, verb) : NULL;
	const struct row row = { what, fatal ? "problem" : "warning", text, remedy };

	if (verb && !remedy)
		return zol_err_oom(err);
	zol_rows_add(&c->rows, &row);
	c->failed = c->failed || fatal;
	return 0;
}

static int check_record(struct check *c, struct zol_err *err)
{
	const struct zol_guest_record *rec = &c->guest->record;

	if (!c->guest->has_record)
		return bad(c, false, "record", "not made by zolkit guest create: nothing is known of its origin", NULL,
			   err);
	if (rec->state && strcmp(rec->state, "ready") != 0)
		return bad(c, true, "record", "its creation was interrupted", "guest create", err);
	ok(c, "record", rec->stage3 ? rec->stage3 : rec->parent);
	return 0;
}

/* The least that a root must have. */
static int check_tree(struct check *c, int *root, struct zol_err *err)
{
	static const char *const needed[] = { "bin/sh", "etc/passwd" };
	const struct zol_prep_view view = zol_guest_view(root);
	enum zol_init init = ZOL_INIT_UNKNOWN;
	struct zol_node node;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ZOL_COUNT(needed); i++) {
		r = view.stat(view.ctx, needed[i], &node, err);
		if (r == 0 && node.kind != ZOL_NODE_FILE) {
			ZOL_AUTO(free) char *text = zol_asprintf("/%s is missing", needed[i]);

			r = text ? bad(c, true, "tree", text, NULL, err) : zol_err_oom(err);
		}
	}
	if (r == 0)
		r = zol_prep_init(&view, &init, err);
	if (r < 0)
		return r;
	if (init == ZOL_INIT_UNKNOWN)
		return bad(c, true, "init", "no init that is known here", NULL, err);
	ok(c, "init", zol_init_text(init));
	return 0;
}

static int check_prepared(struct check *c, int root, struct zol_err *err)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	unsigned todo = 0;
	int r = zol_guest_planned(c->cli, c->guest, root, false, &plan, err);

	for (size_t i = 0; r == 0 && i < plan.nitems; i++) {
		const struct zol_prep_item *item = &plan.items[i];
		ZOL_AUTO(free) char *text = zol_asprintf("%s: %s", item->path, item->text);

		if (!text)
			return zol_err_oom(err);
		if (item->state == ZOL_PREP_CHANGE) {
			todo++;
			r = bad(c, true, "prepared", text, "guest prepare", err);
		} else if (item->state != ZOL_PREP_CURRENT) {
			r = bad(c, item->state == ZOL_PREP_PROBLEM, "prepared", text, NULL, err);
		}
	}
	if (r < 0)
		return r;
	if (todo == 0 && plan.nacts > 0)
		return bad(c, true, "prepared", "something is missing", "guest prepare", err);
	if (todo == 0)
		ok(c, "prepared", "as zolkit guest prepare makes it");
	return 0;
}

static int check_kernel(struct check *c, struct zol_err *err)
{
	ZOL_AUTO(free) char *image = zol_path_join(c->guest->dir, "kernel/bzImage");
	int r = image ? zol_exists(image, err) : zol_err_oom(err);

	if (r < 0)
		return r;
	if (r == 0)
		return bad(c, true, "kernel", "none was built for it", "kernel build", err);
	ok(c, "kernel", image);
	return 0;
}

int zol_cmd_guest_check(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_name_args *args = args_;
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(fd) int root = -1;
	struct check c = { .cli = cli, .guest = &g };
	int r = zol_guest_need(cli->settings, zol_guest_chosen(cli, &args->name), &g, err);

	if (r < 0)
		return r;
	root = zol_guest_tree_open(cli->settings, &g, err);
	if (root < 0)
		return zol_take_fd(&root);
	zol_rows_begin(&c.rows, &cli->out, cols, ZOL_COUNT(cols));
	r = check_record(&c, err);
	if (r == 0)
		r = check_tree(&c, &root, err);
	if (r == 0)
		r = check_prepared(&c, root, err);
	if (r == 0)
		r = check_kernel(&c, err);
	if (r == 0)
		r = zol_rows_end(&c.rows, err);
	zol_rows_free(&c.rows);
	return r < 0 ? r : c.failed;
}
