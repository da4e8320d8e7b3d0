/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/src_tree.h"

#include "base/path.h"

#define SUB_LEVELS 8

void zol_src_tree_free(struct zol_src_tree *t)
{
	for (size_t i = 0; i < t->nsubs; i++) {
		free(t->subs[i].prefix);
		zol_git_free(t->subs[i].git);
	}
	free(t->subs);
	zol_git_free(t->git);
	zol_git_commit_free(&t->commit);
	zol_manifest_free(&t->files);
	zol_src_owner_free(&t->owner);
	*t = (struct zol_src_tree)ZOL_SRC_TREE_INIT;
}

/* Where one walk is: in the repository itself, or in a submodule of it. */
struct place {
	struct zol_src_tree *tree;
	const struct zol_src_tree_opts *opts;
	const struct zol_manifest *base; /* or NULL */
	const struct zol_git *git;
	const char *prefix; /* "" or "path/" */
	unsigned level;
};

static int add_entry(void *ctx, const struct zol_git_entry *e, struct zol_err *err);

/* Opens a submodule's repository at dir/name, when it has the commit; else NULL. */
static struct zol_git *open_sub(const struct place *at, const char *dir, const char *name, const char *id,
				unsigned flags)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(git_commit_info) struct zol_git_commit c = { .subject = NULL };
	ZOL_AUTO(free) char *path = zol_path_join(dir, name);
	ZOL_AUTO(git) struct zol_git *git = NULL;

	if (!path || zol_git_open(path, ZOL_GIT_ANY_OWNER | flags, at->tree->owner.home, &git, &ignored) ||
	    zol_git_commit(git, id, &c, &ignored))
		return NULL;
	return zol_take_ptr(git);
}

static struct zol_git *find_sub(const struct place *at, const char *path, const char *id)
{
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct zol_git *git = NULL;

	if (zol_git_workdir(at->git, &dir, &ignored) == 0)
		git = open_sub(at, zol_str_c(&dir), path, id, 0);
	if (git)
		return git;
	zol_str_truncate(&dir, 0);
	zol_git_commondir(at->git, &dir);
	zol_str_puts(&dir, "/modules");
	return dir.oom ? NULL : open_sub(at, zol_str_c(&dir), path, id, ZOL_GIT_BARE);
}

/* Lists a submodule below path. Returns 1 when it is not there. */
static int add_sub(const struct place *at, const char *path, const struct zol_git_entry *e, struct zol_err *err)
{
	struct zol_src_tree *t = at->tree;
	struct zol_src_sub *more;
	struct place below = *at;
	ZOL_AUTO(free) char *name = zol_span_dup(e->path);
	struct zol_git *git;

	if (!name)
		return zol_err_oom(err);
	git = at->level < SUB_LEVELS ? find_sub(at, name, e->id) : NULL;
	if (!git)
		return 1;
	more = reallocarray(t->subs, t->nsubs + 1, sizeof(*more));
	if (!more) {
		zol_git_free(git);
		return zol_err_oom(err);
	}
	t->subs = more;
	more[t->nsubs] = (struct zol_src_sub){ .prefix = zol_asprintf("%s/", path), .git = git };
	below.prefix = more[t->nsubs++].prefix;
	if (!below.prefix)
		return zol_err_oom(err);
	below.git = git;
	below.level++;
	return zol_git_walk(git, e->id, NULL, add_entry, &below, err);
}

static int add_entry(void *ctx, const struct zol_git_entry *e, struct zol_err *err)
{
	const struct place *at = ctx;
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	enum zol_manifest_kind kind = ZOL_MANIFEST_FILE;
	size_t before = at->tree->files.len;
	int rc = 1;

	zol_str_puts(&path, at->prefix);
	zol_str_add(&path, e->path.ptr, e->path.len);
	if (zol_str_check(&path, err))
		return -(int)err->code;
	if (e->mode == 0160000) {
		kind = ZOL_MANIFEST_DIR;
		at->tree->files.plain = false;
		if (!at->opts->no_submodules && zol_manifest_path_ok(zol_span_str(&path)))
			rc = add_sub(at, zol_str_c(&path), e, err);
		if (rc < 0)
			return rc;
		if (rc > 0 && !at->opts->no_submodules)
			zol_ev_note(at->opts->ev, ZOL_LEVEL_NOTE, "the submodule %s is not there: an empty directory",
				    zol_str_c(&path));
		/* One without files is a directory, too. */
		if (at->tree->files.len > before)
			return 0;
	} else if (e->mode == 0120000) {
		kind = ZOL_MANIFEST_LINK;
	} else if (e->mode & 0100) {
		kind = ZOL_MANIFEST_EXEC;
	}
	return zol_manifest_add(&at->tree->files, zol_span_str(&path), kind, zol_span_c(e->id), err);
}

static int add_same(void *ctx, const char *dir, struct zol_err *err)
{
	const struct place *at = ctx;

	return zol_manifest_add_below(&at->tree->files, at->base, dir, err);
}

int zol_src_tree_list(struct zol_src_tree *t, const struct zol_src_tree_opts *opts, const struct zol_manifest *base,
		      struct zol_err *err)
{
	const struct zol_git_base known = { .commit = base ? base->commit : NULL, .same = add_same };
	struct place top = { .tree = t, .opts = opts, .base = base, .git = t->git, .prefix = "" };
	int rc;

	if (zol_src_owner_enter(&t->owner, err))
		return -(int)err->code;
	t->files.plain = true;
	rc = zol_git_walk(t->git, t->commit.id, base ? &known : NULL, add_entry, &top, err);
	if (zol_src_owner_leave(&t->owner, rc, err) || zol_manifest_sort(&t->files, err))
		return zol_err_wrap(err, "commit %s", t->commit.id);
	return 0;
}

static int find(struct zol_src_tree *t, const char *repo, const char *commit, bool search, struct zol_err *err)
{
	/* Whoever may read the files may have their content; see ZOL_GIT_ANY_OWNER. */
	unsigned flags = ZOL_GIT_ANY_OWNER | (search ? ZOL_GIT_SEARCH : 0);

	if (zol_git_open(repo, flags, t->owner.home, &t->git, err) || zol_git_commit(t->git, commit, &t->commit, err))
		return -(int)err->code;
	return 0;
}

int zol_src_tree_open(const char *repo, const char *commit, const struct zol_src_tree_opts *opts,
		      struct zol_src_tree *ret, struct zol_err *err)
{
	ZOL_AUTO(src_tree) struct zol_src_tree t = ZOL_SRC_TREE_INIT;
	int rc;

	if (zol_src_owner_of(repo, &t.owner, err) || zol_src_owner_enter(&t.owner, err))
		return -(int)err->code;
	rc = find(&t, repo, commit, opts->search, err);
	if (zol_src_owner_leave(&t.owner, rc, err))
		return -(int)err->code;
	*ret = t;
	t = (struct zol_src_tree)ZOL_SRC_TREE_INIT;
	return 0;
}

/* The innermost submodule that has the path; submodules stand before those within them. */
static const struct zol_git *git_of(const struct zol_src_tree *t, const char *path)
{
	for (size_t i = t->nsubs; i-- > 0;) {
		if (zol_span_starts(zol_span_c(path), t->subs[i].prefix))
			return t->subs[i].git;
	}
	return t->git;
}

int zol_src_tree_read(struct zol_src_tree *t, const struct zol_manifest_entry *e, struct zol_str *out,
		      struct zol_err *err)
{
	int rc;

	if (e->kind == ZOL_MANIFEST_DIR)
		return 0;
	if (zol_src_owner_enter(&t->owner, err))
		return -(int)err->code;
	rc = zol_git_blob(git_of(t, e->path), e->oid, out, err);
	if (zol_src_owner_leave(&t->owner, rc, err))
		return zol_err_wrap(err, "%s", e->path);
	return 0;
}
