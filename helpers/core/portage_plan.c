/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_plan.h"

#include "core/prep_parts.h"

#define MAKE_CONF "etc/portage/make.conf"
#define BLOCK "portage setup"
#define BLOCK_LAST "portage live"
#define BLOCK_FLAGS "flags"
/* catalyst writes this into each stage3: nobody's choice. */
#define STAGE_FLAGS "COMMON_FLAGS=\"-O2 -pipe\""

static struct zol_span without(struct zol_span text, const struct zol_block *b, struct zol_str *room)
{
	zol_str_truncate(room, 0);
	zol_str_add(room, text.ptr, b->at);
	zol_str_add(room, text.ptr + b->at + b->len, text.len - b->at - b->len);
	return zol_span_str(room);
}

static bool has_line(struct zol_span text, struct zol_span want)
{
	struct zol_span line;

	while (zol_span_line(&text, &line))
		if (zol_span_same(zol_span_trim(line), want))
			return true;
	return false;
}

/* The sections that the user's part has not. */
static int fresh_sections(struct zol_span text, struct zol_span users, struct zol_str *out, struct zol_err *err)
{
	struct zol_span line;
	bool skip = false;

	while (zol_span_line(&text, &line)) {
		if (zol_span_starts(line, "["))
			skip = has_line(users, zol_span_trim(line));
		if (skip)
			continue;
		zol_str_add(out, line.ptr, line.len);
		zol_str_putc(out, '\n');
	}
	return zol_str_check(out, err);
}

/* Puts a new block before all else. */
static int prepend(struct zol_str *text, const char *name, struct zol_span lines, enum zol_edit *ret,
		   struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str fresh = ZOL_STR_INIT;
	int r = zol_lineedit_put(&fresh, name, lines, NULL, ret, err);

	if (r < 0)
		return r;
	zol_str_add(&fresh, zol_str_c(text), text->len);
	r = zol_str_check(&fresh, err);
	if (r < 0)
		return r;
	zol_str_free(text);
	*text = fresh;
	fresh = (struct zol_str)ZOL_STR_INIT;
	return 0;
}

/* Takes the block away that is not wanted any more. */
static int drop(struct zol_prep *p, struct zol_prep_text *t, const char *name, struct zol_err *err)
{
	unsigned kept = 0;
	int r = zol_lineedit_drop(&t->text, name, &kept, err);

	if (r < 0)
		return r;
	if (kept)
		return zol_prep_item(p, ZOL_PREP_KEPT, t->path, err, "changed by hand since, left alone");
	r = zol_prep_item(p, ZOL_PREP_CHANGE, t->path, err, "taken back");
	return r < 0 ? r : zol_prep_text_write(p, t, 0644, err);
}

static int flat(struct zol_prep *p, const struct zol_portage_piece *piece, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT, users = ZOL_STR_INIT, lines = ZOL_STR_INIT;
	const char *name = piece->last ? BLOCK_LAST : BLOCK;
	struct zol_span text = piece->text;
	enum zol_edit edit;
	struct zol_block b;
	int r = zol_prep_text_read(p, piece->path, &t, err);
	bool found = r > 0 && zol_lineedit_find(zol_span_str(&t.text), name, &b);

	if (r <= 0)
		return r;
	if (piece->sections) {
		text = found ? without(zol_span_str(&t.text), &b, &users) : zol_span_str(&t.text);
		r = zol_str_check(&users, err);
		if (r == 0)
			r = fresh_sections(piece->text, text, &lines, err);
		text = zol_span_str(&lines);
	}
	if (r < 0)
		return r;
	if (!zol_span_trim(text).len)
		return found ? drop(p, &t, name, err) : 0;
	zol_str_puts(&note, found ? "settings of zolkit" : "settings of zolkit, in a block of their own");
	r = piece->last || found || !t.text.len ? zol_lineedit_put(&t.text, name, text, NULL, &edit, err) :
						  prepend(&t.text, name, text, &edit, err);
	if (r == 0)
		r = zol_prep_edited(p, t.path, edit, &note, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

/* A file of ours that is not wanted any more. */
static int remove_own(struct zol_prep *p, const char *path, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	int r = zol_prep_is(p, path, ZOL_NODE_FILE, err);

	if (r > 0)
		r = zol_prep_text_read(p, path, &t, err);
	if (r <= 0)
		return r;
	if (!zol_lineedit_sealed(zol_span_str(&t.old)))
		return zol_prep_item(p, ZOL_PREP_KEPT, path, err, "changed by hand since, left alone");
	if (!zol_prep_act(p, ZOL_PREP_UNLINK, path))
		return zol_err_oom(err);
	return zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "removed");
}

static int own(struct zol_prep *p, const char *path, struct zol_span text, struct zol_err *err)
{
	ZOL_AUTO(free) char *copy = zol_span_dup(text);

	if (!copy)
		return zol_err_oom(err);
	return *copy ? zol_prep_own_file(p, path, copy, 0644, err) : remove_own(p, path, err);
}

static int one_piece(struct zol_prep *p, const struct zol_portage_piece *piece, struct zol_err *err)
{
	ZOL_AUTO(free) char *inside = NULL;
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, piece->path, &node, err);

	if (r < 0)
		return r;
	if (piece->whole)
		return own(p, piece->path, piece->text, err);
	if (node.kind == ZOL_NODE_FILE || (node.kind == ZOL_NODE_ABSENT && piece->flat))
		return flat(p, piece, err);
	if (node.kind != ZOL_NODE_DIR && (node.link || node.kind != ZOL_NODE_ABSENT))
		return zol_prep_item(p, ZOL_PREP_PROBLEM, piece->path, err,
				     "neither a file nor a directory: left alone");
	if (node.kind == ZOL_NODE_ABSENT && !piece->text.len)
		return 0;
	inside = zol_asprintf("%s/%s", piece->path, piece->name);
	return inside ? own(p, inside, piece->text, err) : zol_err_oom(err);
}

/* The last line of the tree's plan for a file, or of the file itself: the flags of a stage3 become ours. */
static int stage_flags(struct zol_prep *p, const char *flags, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str want = ZOL_STR_INIT, note = ZOL_STR_INIT;
	struct zol_prep_act *planned = NULL;
	struct zol_line line, found = { 0 };
	struct zol_block b;
	bool have = false;
	enum zol_edit edit;
	size_t pos = 0;
	int r = zol_prep_is(p, MAKE_CONF, ZOL_NODE_FILE, err);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < p->plan->nacts; i++)
		if (p->plan->acts[i].op == ZOL_PREP_WRITE && strcmp(p->plan->acts[i].path, MAKE_CONF) == 0)
			planned = &p->plan->acts[i];
	r = zol_prep_text_read(p, MAKE_CONF, &t, err);
	if (r <= 0)
		return r;
	if (planned) {
		zol_str_free(&t.text);
		t.text = planned->text;
		planned->text = (struct zol_str)ZOL_STR_INIT;
	}
	while (!have && zol_lineedit_line(zol_span_str(&t.text), &pos, &line)) {
		have = zol_span_same(line.text, zol_span_c(STAGE_FLAGS));
		found = line;
	}
	have = have || zol_lineedit_find(zol_span_str(&t.text), BLOCK_FLAGS, &b);
	zol_str_printf(&want, "COMMON_FLAGS=\"%s\"\n", flags);
	zol_str_puts(&note, "the stage3's COMMON_FLAGS");
	r = zol_str_check(&want, err);
	if (r == 0 && have)
		r = zol_lineedit_put(&t.text, BLOCK_FLAGS, zol_span_str(&want), &found, &edit, err);
	if (r == 0 && have)
		r = zol_prep_edited(p, MAKE_CONF, edit, &note, err);
	if (r == 0 && planned) {
		planned->text = t.text;
		t.text = (struct zol_str)ZOL_STR_INIT;
		return 0;
	}
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

int zol_portage_plan(const struct zol_prep_view *view, const struct zol_portage_want *want, struct zol_prep_plan *plan,
		     struct zol_err *err)
{
	struct zol_prep p = { .view = view, .plan = plan };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < want->npieces; i++)
		r = one_piece(&p, &want->pieces[i], err);
	if (r >= 0 && want->flags)
		r = stage_flags(&p, want->flags, err);
	for (size_t i = 0; r >= 0 && want->dirs && want->dirs[i]; i++)
		r = zol_prep_portage_dir(&p, want->dirs[i], err);
	return r < 0 ? r : 0;
}

int zol_portage_undo(const struct zol_prep_view *view, const struct zol_journal *journal,
		     const struct zol_portage_want *want, struct zol_prep_plan *plan, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;

	for (size_t i = 0; i < want->npieces; i++)
		if (!want->pieces[i].whole && !zol_strv_has(&files, want->pieces[i].path))
			zol_strv_add(&files, want->pieces[i].path);
	return zol_strv_check(&files, err) < 0 ? -(int)err->code :
						 zol_prep_undo_files(view, journal, zol_strv_list(&files), plan, err);
}
