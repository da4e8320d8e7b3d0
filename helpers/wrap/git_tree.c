/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/git_priv.h"

#include "base/sig.h"

#define LEVELS 256

struct walk {
	const struct zol_git *g;
	zol_git_entry_fn *fn;
	void *ctx;
	struct zol_str path;
	unsigned level;
};

static int walk_tree(struct walk *w, const git_tree *tree, struct zol_err *err);

static int walk_below(struct walk *w, const git_oid *id, struct zol_err *err)
{
	ZOL_AUTO(git_tree) git_tree *tree = NULL;
	int rc = git_tree_lookup(&tree, w->g->repo, id);

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the tree of %s", zol_str_c(&w->path));
	if (w->level == LEVELS)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the tree has more than %d levels", LEVELS);
	zol_str_putc(&w->path, '/');
	w->level++;
	rc = walk_tree(w, tree, err);
	w->level--;
	return rc;
}

static int walk_entry(struct walk *w, const git_tree_entry *e, struct zol_err *err)
{
	struct zol_git_entry out = { .mode = (unsigned)git_tree_entry_filemode(e) };
	git_object_t type = git_tree_entry_type(e);

	zol_str_puts(&w->path, git_tree_entry_name(e));
	if (zol_str_check(&w->path, err))
		return -(int)err->code;
	if (type == GIT_OBJECT_TREE)
		return walk_below(w, git_tree_entry_id(e), err);
	if (type != GIT_OBJECT_BLOB && type != GIT_OBJECT_COMMIT)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s is neither file nor directory", zol_str_c(&w->path));
	out.path = zol_span_str(&w->path);
	zol_git_hex(git_tree_entry_id(e), out.id);
	return w->fn(w->ctx, &out, err);
}

static int walk_tree(struct walk *w, const git_tree *tree, struct zol_err *err)
{
	size_t at = w->path.len, n = git_tree_entrycount(tree);

	for (size_t i = 0; i < n; i++) {
		if (zol_sig_check(err) || walk_entry(w, git_tree_entry_byindex(tree, i), err))
			return -(int)err->code;
		zol_str_truncate(&w->path, at);
	}
	return 0;
}

int zol_git_walk(const struct zol_git *g, const char *commit, zol_git_entry_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *c = NULL;
	ZOL_AUTO(git_tree) git_tree *tree = NULL;
	struct walk w = { .g = g, .fn = fn, .ctx = ctx, .path = ZOL_STR_INIT };
	int rc;

	if (zol_git_find_commit(g, commit, &c, err))
		return -(int)err->code;
	rc = git_commit_tree(&tree, c);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the tree of %s", commit);
	rc = walk_tree(&w, tree, err);
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
