/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "base/room.h"
#include "core/prep_parts.h"
#include "core/udiff.h"

static void act_free(struct zol_prep_act *a)
{
	free(a->path);
	free(a->target);
	zol_str_free(&a->old);
	zol_str_free(&a->text);
}

void zol_prep_plan_free(struct zol_prep_plan *p)
{
	for (size_t i = 0; i < p->nacts; i++)
		act_free(&p->acts[i]);
	for (size_t i = 0; i < p->nitems; i++) {
		free(p->items[i].path);
		free(p->items[i].text);
	}
	free(p->acts);
	free(p->items);
	zol_journal_free(&p->before);
	zol_journal_free(&p->after);
	*p = (struct zol_prep_plan){ 0 };
}

void zol_prep_text_free(struct zol_prep_text *t)
{
	zol_str_free(&t->old);
	zol_str_free(&t->text);
}

struct zol_prep_act *zol_prep_act(struct zol_prep *p, enum zol_prep_op op, const char *path)
{
	struct zol_prep_plan *plan = p->plan;
	struct zol_prep_act *a = zol_room(plan->acts, &plan->acts_cap, plan->nacts + 1, sizeof(*a));

	if (!a)
		return NULL;
	plan->acts = a;
	a += plan->nacts;
	*a = (struct zol_prep_act){ .op = op, .path = zol_asprintf("%s", path) };
	if (!a->path)
		return NULL;
	plan->nacts++;
	return a;
}

int zol_prep_item(struct zol_prep *p, enum zol_prep_state state, const char *path, struct zol_err *err, const char *fmt,
		  ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_prep_plan *plan = p->plan;
	struct zol_prep_item *item;
	va_list ap;

	item = zol_room(plan->items, &plan->items_cap, plan->nitems + 1, sizeof(*item));
	if (!item)
		return zol_err_oom(err);
	plan->items = item;
	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	item = &plan->items[plan->nitems];
	*item = (struct zol_prep_item){ .state = state,
					.path = zol_asprintf("/%s", path),
					.text = zol_str_take(&text) };
	plan->nitems++;
	return item->path && item->text ? 0 : zol_err_oom(err);
}

int zol_prep_edited(struct zol_prep *p, const char *path, enum zol_edit edit, struct zol_str *note, struct zol_err *err)
{
	static const enum zol_prep_state states[] = {
		[ZOL_EDIT_SAME] = ZOL_PREP_CURRENT,
		[ZOL_EDIT_CHANGED] = ZOL_PREP_CHANGE,
		[ZOL_EDIT_KEPT] = ZOL_PREP_KEPT,
	};

	int r = zol_str_check(note, err);

	if (r < 0)
		return r;
	return zol_prep_item(p, states[edit], path, err, "%s%s", zol_str_c(note),
			     edit == ZOL_EDIT_KEPT ? ": changed by hand since, left alone" : "");
}

int zol_prep_is(struct zol_prep *p, const char *path, enum zol_node_kind kind, struct zol_err *err)
{
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, path, &node, err);

	return r < 0 ? r : node.kind == kind;
}

int zol_prep_peek(struct zol_prep *p, const char *path, struct zol_str *out, struct zol_err *err)
{
	int r = zol_prep_is(p, path, ZOL_NODE_FILE, err);

	if (r <= 0)
		return r;
	r = p->view->read(p->view->ctx, path, out, err);
	if (r == -ZOL_SYSTEM && err->errnum != EACCES && err->errnum != EPERM && err->errnum != ELOOP)
		return r;
	if (r < 0) {
		zol_err_clear(err);
		zol_str_truncate(out, 0);
	}
	return 0;
}

int zol_prep_text_read(struct zol_prep *p, const char *path, struct zol_prep_text *t, struct zol_err *err)
{
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, path, &node, err);

	t->path = path;
	if (r < 0)
		return r;
	if (node.kind == ZOL_NODE_ABSENT && node.link)
		return zol_prep_item(p, ZOL_PREP_PROBLEM, path, err, "a link that leads nowhere: left alone");
	if (node.kind == ZOL_NODE_ABSENT)
		return 1;
	if (node.kind != ZOL_NODE_FILE)
		return zol_prep_item(p, ZOL_PREP_PROBLEM, path, err, "not a regular file: left alone");
	r = p->view->read(p->view->ctx, path, &t->old, err);
	if (r < 0 && err->errnum == ENOMEM)
		return r;
	if (r < 0) {
		ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

		zol_err_move(&why, err);
		return zol_prep_item(p, ZOL_PREP_PROBLEM, path, err, "cannot be read: %s", zol_err_text(&why));
	}
	t->existed = true;
	zol_str_add(&t->text, zol_str_c(&t->old), t->old.len);
	r = zol_str_check(&t->text, err);
	return r < 0 ? r : 1;
}

int zol_prep_text_write(struct zol_prep *p, struct zol_prep_text *t, uint32_t mode, struct zol_err *err)
{
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_CREATE };
	ZOL_AUTO(free) char *path = NULL;
	struct zol_prep_act *a;
	int r;

	if (t->existed ? zol_span_same(zol_span_str(&t->old), zol_span_str(&t->text)) : t->text.len == 0)
		return 0;
	if (!t->existed) {
		r = zol_prep_parents(p, t->path, false, err);
		if (r <= 0)
			return r;
		e.path = path = zol_asprintf("%s", t->path);
		r = !path ? zol_err_oom(err) :
		    zol_journal_find(&p->plan->before, ZOL_JOURNAL_COPY, path) ?
			    0 :
			    zol_journal_add(&p->plan->before, &e, err);
		if (r < 0)
			return r;
	}
	a = zol_prep_act(p, ZOL_PREP_WRITE, t->path);
	if (!a)
		return zol_err_oom(err);
	a->existed = t->existed;
	a->after.mode = mode;
	a->old = t->old;
	a->text = t->text;
	t->old = (struct zol_str)ZOL_STR_INIT;
	t->text = (struct zol_str)ZOL_STR_INIT;
	return 0;
}

static bool planned_dir(const struct zol_prep_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->nacts; i++)
		if (plan->acts[i].op == ZOL_PREP_MKDIR && strcmp(plan->acts[i].path, path) == 0)
			return true;
	return false;
}

/* One directory. 1: there or planned. */
static int one_dir(struct zol_prep *p, const char *path, struct zol_err *err)
{
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_MKDIR };
	ZOL_AUTO(free) char *copy = NULL;
	struct zol_prep_act *a;
	struct zol_node node;
	int r;

	if (planned_dir(p->plan, path))
		return 1;
	r = p->view->stat(p->view->ctx, path, &node, err);
	if (r < 0)
		return r;
	if (node.kind == ZOL_NODE_DIR)
		return 1;
	if (node.kind != ZOL_NODE_ABSENT || node.link)
		return zol_prep_item(p, ZOL_PREP_PROBLEM, path, err, "not a directory: left alone");
	e.path = copy = zol_asprintf("%s", path);
	r = copy ? zol_journal_add(&p->plan->before, &e, err) : zol_err_oom(err);
	if (r < 0)
		return r;
	a = zol_prep_act(p, ZOL_PREP_MKDIR, path);
	if (!a)
		return zol_err_oom(err);
	a->after.mode = 0755;
	return 1;
}

int zol_prep_parents(struct zol_prep *p, const char *path, bool self, struct zol_err *err)
{
	size_t len = strlen(path);

	for (size_t i = 1; i <= len; i++) {
		ZOL_AUTO(free) char *dir = NULL;
		int r;

		if (path[i] != '/' && !(self && i == len))
			continue;
		dir = zol_span_dup(zol_span(path, i));
		r = dir ? one_dir(p, dir, err) : zol_err_oom(err);
		if (r <= 0)
			return r;
	}
	return 1;
}

int zol_prep_own_file(struct zol_prep *p, const char *path, const char *text, uint32_t mode, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	int r = zol_prep_text_read(p, path, &t, err);

	if (r <= 0)
		return r;
	zol_str_truncate(&t.text, 0);
	zol_str_puts(&t.text, text);
	zol_lineedit_seal(&t.text);
	r = zol_str_check(&t.text, err);
	if (r < 0)
		return r;
	if (zol_span_same(zol_span_str(&t.old), zol_span_str(&t.text)))
		return zol_prep_item(p, ZOL_PREP_CURRENT, path, err, "in place");
	if (t.existed && !zol_lineedit_sealed(zol_span_str(&t.old)))
		return zol_prep_item(p, ZOL_PREP_KEPT, path, err, "changed by hand since, left alone");
	r = zol_prep_item(p, ZOL_PREP_CHANGE, path, err, t.existed ? "brought up to date" : "made");
	return r < 0 ? r : zol_prep_text_write(p, &t, mode, err);
}

int zol_prep_own_link(struct zol_prep *p, const char *path, const char *target, struct zol_err *err)
{
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_LINK };
	ZOL_AUTO(str) struct zol_str now = ZOL_STR_INIT;
	ZOL_AUTO(free) char *copy = NULL;
	struct zol_prep_act *a;
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, path, &node, err);

	if (r == 0 && node.link)
		r = p->view->readlink(p->view->ctx, path, &now, err);
	if (r < 0)
		return r;
	if (node.link && strcmp(zol_str_c(&now), target) == 0)
		return zol_prep_item(p, ZOL_PREP_CURRENT, path, err, "linked to %s", target);
	if (node.link || node.kind != ZOL_NODE_ABSENT)
		return zol_prep_item(p, ZOL_PREP_KEPT, path, err, "something else of that name is there, left alone");
	r = zol_prep_parents(p, path, false, err);
	if (r <= 0)
		return r;
	a = zol_prep_act(p, ZOL_PREP_LINK, path);
	e.path = copy = zol_asprintf("%s", path);
	if (!a || !copy)
		return zol_err_oom(err);
	a->target = zol_asprintf("%s", target);
	zol_str_puts(&e.old, target);
	r = a->target && !e.old.oom ? zol_journal_add(&p->plan->before, &e, err) : zol_err_oom(err);
	zol_str_free(&e.old);
	return r < 0 ? r : zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "linked to %s", target);
}

int zol_prep_plan(const struct zol_prep_view *view, const struct zol_prep_want *want, struct zol_prep_plan *plan,
		  struct zol_err *err)
{
	static int (*const parts[])(struct zol_prep *, struct zol_err *) = {
		zol_prep_consoles_plan, zol_prep_fstab_plan, zol_prep_dirs_plan,
		zol_prep_names_plan,    zol_prep_agent_plan,
	};
	struct zol_prep p = { .view = view, .want = want, .plan = plan };
	int r = zol_prep_init(view, &p.init, err);

	for (size_t i = 0; r >= 0 && i < ZOL_COUNT(parts); i++)
		r = parts[i](&p, err);
	return r < 0 ? r : 0;
}

static void show_owner(struct zol_str *out, const struct zol_owner *o)
{
	zol_str_printf(out, "%" PRIu32 ":%" PRIu32, o->uid, o->gid);
}

int zol_prep_show(const struct zol_prep_plan *plan, struct zol_str *out, struct zol_err *err)
{
	for (size_t i = 0; i < plan->nacts; i++) {
		const struct zol_prep_act *a = &plan->acts[i];
		ZOL_AUTO(free) char *from = NULL, *to = NULL;
		int r;

		switch (a->op) {
		case ZOL_PREP_MKDIR:
			zol_str_printf(out, "mkdir -m %04" PRIo32 " /%s", a->after.mode, a->path);
			zol_str_puts(out, a->after.uid || a->after.gid ? " # owner " : "");
			if (a->after.uid || a->after.gid)
				show_owner(out, &a->after);
			break;
		case ZOL_PREP_OWNER:
			zol_str_puts(out, "chown ");
			show_owner(out, &a->after);
			zol_str_printf(out, " /%s", a->path);
			break;
		case ZOL_PREP_LINK:
			zol_str_printf(out, "ln -s %s /%s", a->target, a->path);
			break;
		case ZOL_PREP_UNLINK:
			zol_str_printf(out, "rm /%s", a->path);
			break;
		case ZOL_PREP_RMDIR:
			zol_str_printf(out, "rmdir --ignore-fail-on-non-empty /%s", a->path);
			break;
		case ZOL_PREP_WRITE:
			if (a->binary) {
				zol_str_printf(out, "install -m %04" PRIo32 " # %zu bytes: /%s", a->after.mode,
					       a->text.len, a->path);
				break;
			}
			from = zol_asprintf("a/%s", a->path);
			to = zol_asprintf("b/%s", a->path);
			r = from && to ? zol_udiff(out, a->existed ? from : NULL, zol_span_str(&a->old), to,
						   zol_span_str(&a->text), err) :
					 zol_err_oom(err);
			if (r < 0)
				return r;
			continue;
		}
		zol_str_putc(out, '\n');
	}
	return zol_str_check(out, err);
}
