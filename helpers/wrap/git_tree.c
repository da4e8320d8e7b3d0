/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/git_priv.h"

#include "base/sig.h"

#define LEVELS 256

struct walk {
	const struct zol_git *g;
	int (*same)(void *ctx, const char *dir, struct zol_err *err);
	zol_git_entry_fn *fn;
	void *ctx;
	struct zol_str path;
	unsigned level;
};

static int walk_tree(struct walk *w, const git_tree *tree, const git_tree *base, struct zol_err *err);

/* The directory of this name in the base, or NULL. */
static const git_tree_entry *dir_of(const git_tree *base, const char *name)
{
	const git_tree_entry *e = base ? git_tree_entry_byname(base, name) : NULL;

	return e && git_tree_entry_type(e) == GIT_OBJECT_TREE ? e : NULL;
}

static int walk_below(struct walk *w, const git_tree_entry *e, const git_tree *base, struct zol_err *err)
{
	const git_tree_entry *was = dir_of(base, git_tree_entry_name(e));
	ZOL_AUTO(git_tree) git_tree *tree = NULL;
	ZOL_AUTO(git_tree) git_tree *old = NULL;
	int rc;

	if (w->level == LEVELS)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the tree has more than %d levels", LEVELS);
	if (was && git_oid_equal(git_tree_entry_id(was), git_tree_entry_id(e)))
		return w->same(w->ctx, zol_str_c(&w->path), err);
	rc = git_tree_lookup(&tree, w->g->repo, git_tree_entry_id(e));
	if (rc >= 0 && was)
		rc = git_tree_lookup(&old, w->g->repo, git_tree_entry_id(was));
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the tree of %s", zol_str_c(&w->path));
	zol_str_putc(&w->path, '/');
	w->level++;
	rc = walk_tree(w, tree, old, err);
	w->level--;
	return rc;
}

static int walk_entry(struct walk *w, const git_tree_entry *e, const git_tree *base, struct zol_err *err)
{
	struct zol_git_entry out = { .mode = (unsigned)git_tree_entry_filemode(e) };
	git_object_t type = git_tree_entry_type(e);

	zol_str_puts(&w->path, git_tree_entry_name(e));
	if (zol_str_check(&w->path, err))
		return -(int)err->code;
	if (type == GIT_OBJECT_TREE)
		return walk_below(w, e, base, err);
	if (type != GIT_OBJECT_BLOB && type != GIT_OBJECT_COMMIT)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s is neither file nor directory", zol_str_c(&w->path));
	out.path = zol_span_str(&w->path);
	zol_git_hex(git_tree_entry_id(e), out.id);
	return w->fn(w->ctx, &out, err);
}

static int walk_tree(struct walk *w, const git_tree *tree, const git_tree *base, struct zol_err *err)
{
	size_t at = w->path.len, n = git_tree_entrycount(tree);

	for (size_t i = 0; i < n; i++) {
		if (zol_sig_check(err) || walk_entry(w, git_tree_entry_byindex(tree, i), base, err))
			return -(int)err->code;
		zol_str_truncate(&w->path, at);
	}
	return 0;
}

static int tree_of(const struct zol_git *g, const char *commit, git_tree **ret, struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *c = NULL;
	int rc;

	if (zol_git_find_commit(g, commit, &c, err))
		return -(int)err->code;
	rc = git_commit_tree(ret, c);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the tree of %s", commit) : 0;
}

int zol_git_walk(const struct zol_git *g, const char *commit, const struct zol_git_base *base, zol_git_entry_fn *fn,
		 void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_tree) git_tree *tree = NULL;
	ZOL_AUTO(git_tree) git_tree *was = NULL;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct walk w = { .g = g, .same = base ? base->same : NULL, .fn = fn, .ctx = ctx, .path = ZOL_STR_INIT };
	int rc;

	if (tree_of(g, commit, &tree, err))
		return -(int)err->code;
	if (base && tree_of(g, base->commit, &was, &ignored) == 0 && git_oid_equal(git_tree_id(was), git_tree_id(tree)))
		return base->same(ctx, "", err);
	rc = walk_tree(&w, tree, was, err);
	zol_str_free(&w.path);
	return rc;
}

int zol_git_blob(const struct zol_git *g, const char *id, struct zol_str *out, struct zol_err *err)
{
	git_blob *blob = NULL;
	git_oid oid;
	int rc = git_oid_fromstr(&oid, id);

	if (rc >= 0)
		rc = git_blob_lookup(&blob, g->repo, &oid);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the object %s", id);
	zol_str_add(out, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	return zol_str_check(out, err);
}
