/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking back what `guest prepare` did: marked edits from the files themselves, the rest from the journal. */
#include "core/prep_parts.h"

static int act(struct zol_prep *p, enum zol_prep_op op, const char *path, const char *text, struct zol_err *err)
{
	if (!zol_prep_act(p, op, path))
		return zol_err_oom(err);
	return zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "%s", text);
}

/* Files whose edits are found by their marks even when the journal is lost. */
static int marked(struct zol_prep *p, const char *path, bool created, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	unsigned kept;
	int r = zol_prep_is(p, path, ZOL_NODE_FILE, err);

	if (r <= 0)
		return r;
	r = zol_prep_text_read(p, path, &t, err);
	if (r <= 0)
		return r;
	if (created && zol_lineedit_sealed(zol_span_str(&t.old)))
		return act(p, ZOL_PREP_UNLINK, path, "removed", err);
	r = zol_lineedit_drop(&t.text, NULL, &kept, err);
	if (r == 0 && kept > 0)
		r = zol_prep_item(p, ZOL_PREP_KEPT, path, err, "%u of the edits were changed by hand since, left alone",
				  kept);
	if (r < 0)
		return r;
	if (created && t.text.len == 0)
		return act(p, ZOL_PREP_UNLINK, path, "removed", err);
	if (zol_span_same(zol_span_str(&t.old), zol_span_str(&t.text)))
		return created && kept == 0 ?
			       zol_prep_item(p, ZOL_PREP_KEPT, path, err, "not as it was made, left alone") :
			       0;
	r = zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "edits taken back");
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

/* A whole file that was written: hostname, programs. */
static int whole(struct zol_prep *p, const struct zol_journal_entry *e, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	int r = zol_prep_is(p, e->path, ZOL_NODE_FILE, err);

	if (r <= 0)
		return r;
	r = zol_prep_text_read(p, e->path, &t, err);
	if (r <= 0)
		return r;
	if (e->kind == ZOL_JOURNAL_REPLACE && zol_span_same(zol_span_str(&t.old), zol_span_str(&e->old)))
		return 0;
	if (zol_lineedit_sum(zol_span_str(&t.old)) != e->sum)
		return zol_prep_item(p, ZOL_PREP_KEPT, e->path, err, "changed since, left alone");
	if (e->kind == ZOL_JOURNAL_COPY)
		return act(p, ZOL_PREP_UNLINK, e->path, "removed", err);
	zol_str_truncate(&t.text, 0);
	zol_str_add(&t.text, zol_str_c(&e->old), e->old.len);
	r = zol_str_check(&t.text, err);
	if (r == 0)
		r = zol_prep_item(p, ZOL_PREP_CHANGE, e->path, err, "as it was before");
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

static int linked(struct zol_prep *p, const struct zol_journal_entry *e, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str now = ZOL_STR_INIT;
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, e->path, &node, err);

	if (r < 0 || !node.link)
		return r;
	r = p->view->readlink(p->view->ctx, e->path, &now, err);
	if (r < 0)
		return r;
	if (strcmp(zol_str_c(&now), zol_str_c(&e->old)) != 0)
		return zol_prep_item(p, ZOL_PREP_KEPT, e->path, err, "leads elsewhere since, left alone");
	return act(p, ZOL_PREP_UNLINK, e->path, "removed", err);
}

static int owned(struct zol_prep *p, const struct zol_journal_entry *e, struct zol_err *err)
{
	struct zol_prep_act *a;
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, e->path, &node, err);

	if (r < 0 || node.kind != ZOL_NODE_DIR)
		return r;
	if (node.owner.uid != e->after.uid || node.owner.gid != e->after.gid)
		return 0;
	a = zol_prep_act(p, ZOL_PREP_OWNER, e->path);
	if (!a)
		return zol_err_oom(err);
	a->before = node.owner;
	a->after = (struct zol_owner){ e->before.uid, e->before.gid, node.owner.mode };
	return zol_prep_item(p, ZOL_PREP_CHANGE, e->path, err, "owner as before");
}

static int made(struct zol_prep *p, const struct zol_journal_entry *e, struct zol_err *err)
{
	int r = zol_prep_is(p, e->path, ZOL_NODE_DIR, err);

	return r <= 0 ? r : act(p, ZOL_PREP_RMDIR, e->path, "removed if empty", err);
}

static int entry(struct zol_prep *p, const struct zol_journal_entry *e, struct zol_err *err)
{
	switch (e->kind) {
	case ZOL_JOURNAL_CREATE:
		return marked(p, e->path, true, err);
	case ZOL_JOURNAL_REPLACE:
	case ZOL_JOURNAL_COPY:
		return whole(p, e, err);
	case ZOL_JOURNAL_LINK:
		return linked(p, e, err);
	case ZOL_JOURNAL_OWNER:
		return owned(p, e, err);
	case ZOL_JOURNAL_MKDIR:
		return made(p, e, err);
	}
	return 0;
}

int zol_prep_undo_files(const struct zol_prep_view *view, const struct zol_journal *journal, const char *const *files,
			struct zol_prep_plan *plan, struct zol_err *err)
{
	struct zol_prep p = { .view = view, .plan = plan };
	int r = 0;

	for (size_t i = 0; r >= 0 && files[i]; i++)
		if (!zol_journal_find(journal, ZOL_JOURNAL_CREATE, files[i]))
			r = marked(&p, files[i], false, err);
	for (size_t i = journal->n; r >= 0 && i-- > 0;)
		r = entry(&p, &journal->v[i], err);
	return r < 0 ? r : 0;
}

int zol_prep_undo(const struct zol_prep_view *view, const struct zol_journal *journal, struct zol_prep_plan *plan,
		  struct zol_err *err)
{
	static const char *const files[] = { "etc/inittab", "etc/fstab",       "etc/conf.d/hostname",
					     "etc/hosts",   "etc/resolv.conf", NULL };

	return zol_prep_undo_files(view, journal, files, plan, err);
}
