/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/src_export.h"

#include "base/path.h"
#include "base/sig.h"
#include "sys/src_exdir.h"
#include "sys/src_tree.h"

struct job {
	const struct zol_src_export *x;
	struct zol_src_tree tree;
	struct zol_manifest old; /* as the directory was */
	struct zol_exdir dir;
	struct zol_src_exported done;
	bool same_boot;  /* since the last run */
	size_t gone;     /* entries of the old one that the commit does not have */
	size_t todo;     /* those, and entries whose stamp says nothing */
	size_t unlisted; /* of the commit's, that the old one does not have */
};

static void job_free(struct job *j)
{
	zol_exdir_free(&j->dir);
	zol_manifest_free(&j->old);
	zol_src_tree_free(&j->tree);
}
ZOL_CLEANUP_STRUCT(job, struct job, job_free);

static void changed(const struct job *j, enum zol_src_change what, const char *path)
{
	if (j->x->on_change)
		j->x->on_change(j->x->ctx, what, path);
}

/* What boot this is, or NULL. After another one, what stood in memory at a crash may be lost. */
static char *boot_id(void)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct zol_span id;

	if (zol_read_file("/proc/sys/kernel/random/boot_id", 256, &text, &ignored))
		return NULL;
	id = zol_span_trim(zol_span_str(&text));
	return id.len ? zol_span_dup(id) : NULL;
}

static enum zol_exdir_found wanted(enum zol_manifest_kind kind)
{
	switch (kind) {
	case ZOL_MANIFEST_FILE:
		return ZOL_EXDIR_FILE;
	case ZOL_MANIFEST_EXEC:
		return ZOL_EXDIR_EXEC;
	case ZOL_MANIFEST_LINK:
		return ZOL_EXDIR_LINK;
	case ZOL_MANIFEST_DIR:
		break;
	}
	return ZOL_EXDIR_DIR;
}

/* The entry of a path in the old manifest, or NULL. Asked for paths in their order; *at is 0 at first. */
static const struct zol_manifest_entry *next_old(struct job *j, size_t *at, const char *path)
{
	for (; *at < j->old.len; ++*at, j->gone++) {
		int order = zol_manifest_cmp(j->old.v[*at].path, path);

		if (order >= 0)
			return order ? NULL : &j->old.v[(*at)++];
	}
	return NULL;
}

/* Takes over the stamps of files that are just as they were written; counts what needs more. */
static int compare(struct job *j, struct zol_err *err)
{
	struct zol_manifest *m = &j->tree.files;
	size_t at = 0;

	for (size_t i = 0; i < m->len; i++) {
		struct zol_manifest_entry *e = &m->v[i];
		const struct zol_manifest_entry *was = next_old(j, &at, e->path);
		enum zol_exdir_found found;
		struct zol_stamp now;

		if (j->same_boot && was && was->kind == e->kind && was->stamp.known && !strcmp(was->oid, e->oid)) {
			if (zol_exdir_look(&j->dir, e->path, &found, &now, err))
				return -(int)err->code;
			/* What a directory has as a stamp changes with its content. */
			if (found == wanted(e->kind) &&
			    (e->kind == ZOL_MANIFEST_DIR || zol_stamp_eq(&now, &was->stamp))) {
				e->stamp = was->stamp;
				continue;
			}
		}
		j->todo++;
		j->unlisted += was == NULL;
	}
	j->gone += j->old.len - at;
	j->todo += j->gone;
	return 0;
}

/* Writes down what will be ours, before it is. Most edits make no new file: the old manifest lists it all. */
static int announce(struct job *j, struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest both = ZOL_MANIFEST_INIT;
	int rc = j->unlisted || !j->same_boot || !j->old.complete ? 1 : zol_exdir_begin(&j->dir, err);

	if (rc <= 0)
		return rc;
	if (zol_manifest_union(&j->tree.files, &j->old, &both, err))
		return -(int)err->code;
	if (j->tree.files.boot)
		both.boot = strdup(j->tree.files.boot);
	return zol_exdir_save(&j->dir, &both, err);
}

/* Removes the directories above a file that is gone, as far as they are empty. */
static int remove_parents(struct job *j, const char *path, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = strdup(path);
	char *slash;

	if (!dir)
		return zol_err_oom(err);
	while ((slash = strrchr(dir, '/'))) {
		int rc;

		*slash = '\0';
		if (zol_manifest_below(&j->tree.files, dir))
			return 0;
		rc = zol_exdir_remove(&j->dir, dir, err);
		if (rc)
			return rc < 0 ? rc : 0;
	}
	return 0;
}

static int remove_old(struct job *j, struct zol_err *err)
{
	for (size_t i = j->gone ? j->old.len : 0; i-- > 0;) {
		const struct zol_manifest_entry *e = &j->old.v[i];
		enum zol_exdir_found found;
		struct zol_stamp stamp;
		int rc = 0;

		/* One of ours became a directory: what stands there now may be it. */
		if (zol_manifest_find(&j->tree.files, e->path))
			continue;
		if (zol_sig_check(err) || zol_exdir_look(&j->dir, e->path, &found, &stamp, err))
			return -(int)err->code;
		if (found == ZOL_EXDIR_NOTHING || (found == ZOL_EXDIR_DIR && e->kind != ZOL_MANIFEST_DIR))
			continue;
		if (!j->x->dry_run) {
			rc = zol_exdir_remove(&j->dir, e->path, err);
			if (rc < 0 || (rc == 0 && remove_parents(j, e->path, err)))
				return -(int)err->code;
		}
		if (rc == 0) {
			j->done.removed++;
			changed(j, ZOL_SRC_REMOVED, e->path);
		}
	}
	return 0;
}

static bool found_is_plain(enum zol_exdir_found found)
{
	return found == ZOL_EXDIR_FILE || found == ZOL_EXDIR_EXEC;
}

/* Is what stands there the entry but for its mode? *ret_keep: its content can stay. */
static int is_there(struct job *j, const struct zol_manifest_entry *e, struct zol_span data, bool *ret_keep,
		    struct zol_stamp *now, struct zol_err *err)
{
	enum zol_exdir_found found, want = wanted(e->kind);
	int rc;

	*ret_keep = false;
	if (zol_exdir_look(&j->dir, e->path, &found, now, err))
		return -(int)err->code;
	if (want == ZOL_EXDIR_DIR)
		return found == want;
	if (found != want && !(found_is_plain(want) && found_is_plain(found)))
		return 0;
	rc = zol_exdir_same(&j->dir, e->path, data, err);
	if (rc <= 0)
		return rc;
	*ret_keep = true;
	return found == want;
}

static int bring(struct job *j, struct zol_manifest_entry *e, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	struct zol_stamp now;
	bool keep;
	int rc;

	if (zol_src_tree_read(&j->tree, e, &data, err))
		return -(int)err->code;
	rc = is_there(j, e, zol_span_str(&data), &keep, &now, err);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (!j->x->dry_run && zol_exdir_put(&j->dir, e, zol_span_str(&data), keep, &now, err))
			return -(int)err->code;
		if (keep)
			j->done.modes++;
		else
			j->done.written++;
		changed(j, keep ? ZOL_SRC_MODE : ZOL_SRC_WRITTEN, e->path);
	}
	e->stamp = now;
	return 0;
}

static int bring_all(struct job *j, struct zol_err *err)
{
	struct zol_manifest *m = &j->tree.files;
	uint64_t done = 0;

	zol_ev_stage(j->x->ev, "export", j->todo, ZOL_UNIT_COUNT);
	if (remove_old(j, err))
		return -(int)err->code;
	for (size_t i = 0; i < m->len; i++) {
		if (m->v[i].stamp.known)
			continue;
		if (zol_sig_check(err) || bring(j, &m->v[i], err))
			return -(int)err->code;
		zol_ev_progress(j->x->ev, ++done);
	}
	return 0;
}

/* After another boot the directories that have not changed are listed from their trees, too. */
static int list(struct job *j, const struct zol_src_tree_opts *opts, struct zol_err *err)
{
	struct zol_manifest *m = &j->tree.files;
	const struct zol_manifest *old = &j->old;
	bool known;

	m->boot = boot_id();
	m->commit = strdup(j->tree.commit.id);
	if (!m->commit)
		return zol_err_oom(err);
	j->same_boot = m->boot && old->boot && !strcmp(m->boot, old->boot);
	known = j->same_boot && old->complete && old->plain && old->commit;
	return zol_src_tree_list(&j->tree, opts, known ? old : NULL, err);
}

static int run(struct job *j, struct zol_err *err)
{
	struct zol_manifest *m = &j->tree.files;
	bool current;

	j->done.resumed = !j->done.fresh && !j->old.complete;
	if (compare(j, err))
		return -(int)err->code;
	current = j->old.complete && j->same_boot && j->old.commit && !strcmp(j->old.commit, m->commit);
	if (current && !j->todo) {
		j->done.already = true;
		return 0;
	}
	if (j->x->dry_run)
		return bring_all(j, err);
	if ((j->todo && announce(j, err)) || bring_all(j, err))
		return -(int)err->code;
	m->complete = true;
	return zol_exdir_save(&j->dir, m, err);
}

int zol_src_export_run(const struct zol_src_export *x, struct zol_src_exported *ret, struct zol_err *err)
{
	const struct zol_src_tree_opts opts = { .search = x->search, .no_submodules = x->no_submodules, .ev = x->ev };
	ZOL_AUTO(job)
	struct job j = { .x = x, .tree = ZOL_SRC_TREE_INIT, .old = ZOL_MANIFEST_INIT, .dir = ZOL_EXDIR_INIT };

	if (zol_src_tree_open(x->repo, x->commit, &opts, &j.tree, err) ||
	    zol_exdir_open(x->to, x->dry_run, &j.dir, &j.old, err) || list(&j, &opts, err) ||
	    (!x->dry_run && zol_exdir_make(&j.dir, &j.old, err)))
		return -(int)err->code;
	j.done.fresh = !j.old.len && !j.old.commit;
	j.done.files = j.tree.files.len;
	memcpy(j.done.id, j.tree.commit.id, sizeof(j.done.id));
	memcpy(j.done.tree, j.tree.commit.tree, sizeof(j.done.tree));
	if (run(&j, err))
		return -(int)err->code;
	*ret = j.done;
	return 0;
}
