/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/git_work.h"

#include <string.h>
#include <time.h>

#include "base/sig.h"
#include "wrap/git_priv.h"

void zol_git_snap_free(struct zol_git_snap *s)
{
	free(s->ref);
	*s = (struct zol_git_snap){ .ref = NULL };
}

/* Puts what stands in the working tree at delta's path into the index, in memory. */
static int take_file(const struct zol_git *g, git_index *index, const git_diff_delta *d, struct zol_err *err)
{
	git_index_entry e = { .path = d->new_file.path, .mode = d->new_file.mode };
	int rc;

	if (d->new_file.mode == GIT_FILEMODE_COMMIT)
		e.id = d->new_file.id;
	else if (d->new_file.mode == GIT_FILEMODE_TREE)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "%s is a repository of its own", d->new_file.path);
	else if ((rc = git_blob_create_from_workdir(&e.id, g->repo, d->new_file.path)) < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot store %s", d->new_file.path);
	/* A file in place of a directory, or the other way round. */
	rc = d->status == GIT_DELTA_TYPECHANGE ? git_index_remove(index, d->old_file.path, 0) : 0;
	if (rc >= 0)
		rc = git_index_add(index, &e);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot take %s", d->new_file.path) : 0;
}

static int take_delta(const struct zol_git *g, git_index *index, const git_diff_delta *d, struct zol_git_snap *ret,
		      struct zol_err *err)
{
	int rc;

	switch ((int)d->status) {
	case GIT_DELTA_DELETED:
		rc = git_index_remove(index, d->old_file.path, 0);
		if (rc < 0 && rc != GIT_ENOTFOUND)
			return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot drop %s", d->old_file.path);
		break;
	case GIT_DELTA_UNMODIFIED:
	case GIT_DELTA_IGNORED:
		return 0;
	case GIT_DELTA_UNREADABLE:
		return zol_err_set(err, ZOL_SYSTEM, EACCES, "cannot read %s", d->new_file.path);
	case GIT_DELTA_CONFLICTED:
		return zol_err_set(err, ZOL_NEGATIVE, 0, "%s is unmerged", d->new_file.path);
	default:
		if (take_file(g, index, d, err))
			return -(int)err->code;
	}
	ret->changed++;
	return 0;
}

/* Files come before what replaces them: all that goes, goes first. */
static int take_all(const struct zol_git *g, git_index *index, git_diff *diff, bool untracked, struct zol_git_snap *ret,
		    struct zol_err *err)
{
	size_t n = git_diff_num_deltas(diff);

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			const git_diff_delta *d = git_diff_get_delta(diff, i);

			if ((d->status == GIT_DELTA_DELETED) != (pass == 0))
				continue;
			if (d->status == GIT_DELTA_UNTRACKED && !untracked) {
				ret->left_out++;
				continue;
			}
			if (zol_sig_check(err) || take_delta(g, index, d, ret, err))
				return -(int)err->code;
		}
	}
	return 0;
}

/*
 * The tree of the working tree. The repository's index serves as a draft: it is changed in memory
 * only, and keeps its cache of unchanged trees that way. It is never written.
 */
static int make_tree(const struct zol_git *g, const struct zol_git_snap_opts *opts, git_oid *ret_tree,
		     struct zol_git_snap *ret, struct zol_err *err)
{
	ZOL_AUTO(git_index) git_index *index = NULL;
	ZOL_AUTO(git_diff) git_diff *diff = NULL;
	git_diff_options how;
	int rc = git_repository_index(&index, g->repo);

	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read the index");
	if (git_index_has_conflicts(index)) {
		(void)zol_err_set(err, ZOL_NEGATIVE, 0, "there are unmerged files");
		return zol_err_hint(err, "finish or abort the merge first");
	}
	(void)git_diff_options_init(&how, GIT_DIFF_OPTIONS_VERSION);
	how.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_INCLUDE_UNREADABLE | GIT_DIFF_INCLUDE_UNTRACKED |
		    GIT_DIFF_RECURSE_UNTRACKED_DIRS;
	how.ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
	rc = git_diff_index_to_workdir(&diff, g->repo, index, &how);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot compare the working tree");
	if (take_all(g, index, diff, opts->untracked, ret, err))
		return -(int)err->code;
	rc = git_index_write_tree_to(ret_tree, index, g->repo);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot write a tree") : 0;
}

static int make_commit(const struct zol_git *g, const git_oid *tree_id, const git_commit *head, git_oid *ret,
		       struct zol_err *err)
{
	ZOL_AUTO(git_tree) git_tree *tree = NULL;
	ZOL_AUTO(git_signature) git_signature *who = NULL;
	const git_commit *parents[] = { head };
	int rc = git_signature_new(&who, "zolkit snapshot", "zolkit@localhost", head ? git_commit_time(head) : 0, 0);

	if (rc >= 0)
		rc = git_tree_lookup(&tree, g->repo, tree_id);
	if (rc >= 0)
		rc = git_commit_create(ret, g->repo, NULL, who, who, "UTF-8", "Snapshot of the working tree\n", tree,
				       head ? 1 : 0, parents);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot write a commit") : 0;
}

/* The names of all snapshots, oldest first. */
static int list_refs(const struct zol_git *g, struct zol_strv *names, struct zol_err *err)
{
	git_reference_iterator *it = NULL;
	const char *name;
	int rc = git_reference_iterator_glob_new(&it, g->repo, ZOL_GIT_SNAPSHOTS "*");

	while (rc >= 0 && (rc = git_reference_next_name(&name, it)) >= 0)
		zol_strv_add(names, name);
	git_reference_iterator_free(it);
	if (rc < 0 && rc != GIT_ITEROVER)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot list the snapshots");
	zol_strv_sort(names, 0);
	return zol_strv_check(names, err);
}

/* Lets the oldest go, but never the one that was just made or found. */
static int let_go(const struct zol_git *g, const struct zol_strv *names, size_t keep, struct zol_git_snap *ret,
		  struct zol_err *err)
{
	size_t n = names->len + (ret->existed ? 0 : 1);

	for (size_t i = 0; keep && i < names->len && n > keep; i++) {
		int rc = strcmp(names->v[i], ret->ref) != 0 ? git_reference_remove(g->repo, names->v[i]) : 1;

		if (rc < 0)
			return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot remove %s", names->v[i]);
		n -= rc == 0;
		ret->let_go += rc == 0;
	}
	return 0;
}

/* Under the name of this second; 0, or what libgit2 says. */
static int make_ref(const struct zol_git *g, const git_oid *id, time_t now, struct zol_git_snap *ret,
		    struct zol_err *err)
{
	ZOL_AUTO(git_reference) git_reference *ref = NULL;
	char stamp[32];
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm)) {
		zol_err_set(err, ZOL_SYSTEM, 0, "the clock is out of range");
		return GIT_EUSER;
	}
	free(ret->ref);
	ret->ref = zol_asprintf(ZOL_GIT_SNAPSHOTS "%s-%.16s", stamp, ret->id);
	if (!ret->ref) {
		zol_err_oom(err);
		return GIT_EUSER;
	}
	return git_reference_create(&ref, g->repo, ret->ref, id, 0, "zolkit src snapshot");
}

static int new_ref(const struct zol_git *g, const git_oid *id, struct zol_git_snap *ret, struct zol_err *err)
{
	time_t now = time(NULL);
	int rc = make_ref(g, id, now, ret, err);

	/* Who was killed in this very second may have left his lock; the next second has another name. */
	if (rc == GIT_ELOCKED)
		rc = make_ref(g, id, now + 1, ret, err);
	if (rc == GIT_EUSER)
		return -(int)err->code;
	/* Made by somebody else within this very second: as good. */
	return rc < 0 && rc != GIT_EEXISTS ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot make %s", ret->ref) : 0;
}

static int keep_commit(const struct zol_git *g, const git_oid *id, size_t keep, struct zol_git_snap *ret,
		       struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	git_oid at;

	if (list_refs(g, &names, err))
		return -(int)err->code;
	for (size_t i = names.len; i-- > 0 && !ret->ref;) {
		if (git_reference_name_to_id(&at, g->repo, names.v[i]) >= 0 && git_oid_equal(&at, id)) {
			ret->existed = true;
			ret->ref = strdup(names.v[i]);
			if (!ret->ref)
				return zol_err_oom(err);
		}
	}
	if (!ret->ref && new_ref(g, id, ret, err))
		return -(int)err->code;
	return let_go(g, &names, keep, ret, err);
}

int zol_git_snapshot(const struct zol_git *g, const struct zol_git_snap_opts *opts, struct zol_git_snap *ret,
		     struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *head = NULL;
	ZOL_AUTO(git_snap) struct zol_git_snap s = { .ref = NULL };
	git_oid tree, id;

	if (git_repository_is_bare(g->repo))
		return zol_err_set(err, ZOL_USAGE, 0, "a bare repository has no working tree");
	if (zol_git_head_commit(g, &head, err) || make_tree(g, opts, &tree, &s, err))
		return -(int)err->code;
	zol_git_hex(&tree, s.tree);
	if (head && git_oid_equal(git_commit_tree_id(head), &tree)) {
		s.clean = true;
		zol_git_hex(git_commit_id(head), s.id);
	} else {
		if (make_commit(g, &tree, head, &id, err))
			return -(int)err->code;
		zol_git_hex(&id, s.id);
		if (!opts->dry_run && keep_commit(g, &id, opts->keep, &s, err))
			return -(int)err->code;
	}
	*ret = s;
	s = (struct zol_git_snap){ .ref = NULL };
	return 0;
}
