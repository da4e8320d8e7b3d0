/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "wrap/git_work.h"

#include "base/sig.h"
#include "gitrepo.h"
#include "unit.h"
#include "wrap/git_net.h"

static struct zol_git *opened(const struct scratch *s, const char *dir)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(s->path, dir);
	struct zol_git *g = NULL;

	if (zol_git_open(path, 0, "", &g, &err))
		fail_msg("%s", zol_err_text(&err));
	return g;
}

static struct zol_git *made(const struct scratch *s)
{
	git_make(s, "r");
	scratch_put(s, "r/a", "a\n");
	scratch_put(s, "r/b", "b\n");
	git_commit_all(s, "r", "first");
	return opened(s, "r");
}

static struct zol_git_snap snapped(const struct zol_git *g, bool untracked, size_t keep)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_git_snap_opts opts = { .untracked = untracked, .keep = keep };
	struct zol_git_snap snap = { .ref = NULL };

	if (zol_git_snapshot(g, &opts, &snap, &err))
		fail_msg("%s", zol_err_text(&err));
	return snap;
}

UNIT(a_clean_tree_is_head)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(git_snap) struct zol_git_snap snap = snapped(g, true, 0);

	assert_true(snap.clean);
	assert_null(snap.ref);
	assert_string_equal(snap.id, git_in(&s, "r", "rev-parse HEAD"));
}

UNIT(a_snapshot_has_the_edits_and_is_always_the_same)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(free) char *line = NULL;

	scratch_put(&s, "r/a", "edited\n");
	scratch_put(&s, "r/new", "new\n");
	assert_int_equal(unlinkat(s.fd, "r/b", 0), 0);
	ZOL_AUTO(git_snap) struct zol_git_snap snap = snapped(g, false, 0);
	ZOL_AUTO(git_snap) struct zol_git_snap again = snapped(g, false, 0);
	ZOL_AUTO(git_snap) struct zol_git_snap all = snapped(g, true, 0);

	assert_false(snap.clean || snap.existed);
	assert_int_equal(snap.changed, 2);
	assert_int_equal(snap.left_out, 1);
	line = zol_asprintf("ls-tree -r --name-only %s", snap.id);
	assert_string_equal(git_in(&s, "r", line), "a");
	assert_true(again.existed);
	assert_string_equal(again.id, snap.id);
	assert_string_equal(again.ref, snap.ref);
	assert_string_not_equal(all.id, snap.id);
	assert_int_equal(all.left_out, 0);
	assert_string_equal(git_in(&s, "r", "status --porcelain"), " M a\n D b\n?? new");
}

UNIT(a_lock_that_somebody_left_stops_no_snapshot)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(free) char *remove = NULL, *lock = NULL;
	char stamp[32];
	time_t now;
	struct tm tm;

	scratch_put(&s, "r/a", "edited\n");
	ZOL_AUTO(git_snap) struct zol_git_snap snap = snapped(g, false, 0);

	remove = zol_asprintf("update-ref -d %s", snap.ref);
	(void)git_in(&s, "r", remove);
	now = time(NULL);
	assert_non_null(gmtime_r(&now, &tm));
	assert_true(strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) > 0);
	lock = zol_asprintf("r/.git/refs/zolkit/snapshot/%s-%.16s.lock", stamp, snap.id);
	/* git removes directories that are empty */
	(void)mkdirat(s.fd, "r/.git/refs/zolkit", 0755);
	(void)mkdirat(s.fd, "r/.git/refs/zolkit/snapshot", 0755);
	scratch_put(&s, lock, "");
	ZOL_AUTO(git_snap) struct zol_git_snap again = snapped(g, false, 0);

	assert_string_equal(again.id, snap.id);
	assert_false(again.existed);
}

UNIT(old_snapshots_go)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	static const char *const texts[] = { "1", "2", "3", "4" };

	for (size_t i = 0; i < ZOL_COUNT(texts); i++) {
		scratch_put(&s, "r/a", texts[i]);
		ZOL_AUTO(git_snap) struct zol_git_snap snap = snapped(g, false, 2);

		assert_int_equal(snap.let_go, i > 1);
	}
}

UNIT(looking_counts)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(git_state) struct zol_git_state st = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	scratch_put(&s, "r/a", "edited\n");
	scratch_put(&s, "r/new", "new\n");
	(void)git_in(&s, "r", "rm -q b");
	assert_int_equal(zol_git_look(g, NULL, NULL, &st, &err), 0);
	assert_string_equal(st.branch, "master");
	assert_string_equal(st.subject, "first");
	assert_null(st.upstream);
	assert_null(st.doing);
	assert_int_equal(st.staged, 1);
	assert_int_equal(st.edited, 1);
	assert_int_equal(st.untracked, 1);
	assert_int_equal(st.unmerged, 0);
}

UNIT(looking_at_a_repository_without_a_commit)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(git_state) struct zol_git_state st = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	git_make(&s, "r");
	g = opened(&s, "r");
	assert_int_equal(zol_git_look(g, NULL, NULL, &st, &err), 0);
	assert_string_equal(st.branch, "master");
	assert_string_equal(st.id, "");
	assert_null(st.subject);
}

UNIT(a_detached_head_and_a_merge_are_told)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(git_state) struct zol_git_state st = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)git_in(&s, "r", "checkout -q --detach");
	scratch_put(&s, "r/.git/MERGE_HEAD", git_in(&s, "r", "rev-parse HEAD"));
	assert_int_equal(zol_git_look(g, NULL, NULL, &st, &err), 0);
	assert_null(st.branch);
	assert_string_equal(st.doing, "merge");
	assert_int_equal(zol_git_switch(g, "master", false, &err), -ZOL_NEGATIVE);
}

static int count_branch(void *ctx, const struct zol_git_branch *b, struct zol_err *err)
{
	(void)err;
	*(int *)ctx += b->current ? 100 : 1;
	return 0;
}

UNIT(branches_are_made_listed_and_switched_to)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int n = 0;

	assert_int_equal(zol_git_branch_create(g, "topic", NULL, &err), 0);
	assert_int_equal(zol_git_branches(g, true, count_branch, &n, &err), 0);
	assert_int_equal(n, 101);
	assert_int_equal(zol_git_switch(g, "topic", true, &err), 0);
	assert_string_equal(git_in(&s, "r", "symbolic-ref --short HEAD"), "master");
	assert_int_equal(zol_git_switch(g, "topic", false, &err), 0);
	assert_string_equal(git_in(&s, "r", "symbolic-ref --short HEAD"), "topic");
	assert_int_equal(zol_git_switch(g, "topic", false, &err), 1);
	assert_int_equal(zol_git_branch_create(g, "topic", NULL, &err), -ZOL_USAGE);
	zol_err_clear(&err);
	assert_int_equal(zol_git_switch(g, "nonesuch", false, &err), -ZOL_USAGE);
}

UNIT(edits_are_not_overwritten)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)git_in(&s, "r", "branch old");
	scratch_put(&s, "r/a", "second\n");
	git_commit_all(&s, "r", "second");
	scratch_put(&s, "r/a", "precious\n");
	assert_int_equal(zol_git_switch(g, "old", true, &err), -ZOL_NEGATIVE);
	zol_err_clear(&err);
	assert_int_equal(zol_git_switch(g, "old", false, &err), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&err), "edits in a"));
	assert_string_equal(scratch_get(&s, "r/a"), "precious\n");
}

static int count_tree(void *ctx, const struct zol_git_worktree *w, struct zol_err *err)
{
	(void)err;
	assert_string_equal(w->branch, "wt");
	assert_true(w->there);
	++*(int *)ctx;
	return 0;
}

UNIT(a_worktree_that_cannot_be_made_leaves_nothing)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *taken = zol_path_join(s.path, "one");
	ZOL_AUTO(free) char *nowhere = zol_path_join(s.path, "file/two");
	ZOL_AUTO(free) char *path = zol_path_join(s.path, "two");

	assert_int_equal(mkdir(taken, 0755), 0);
	scratch_put(&s, "one/kept", "k");
	scratch_put(&s, "file", "f");
	assert_int_equal(zol_git_worktree_add(g, taken, NULL, &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, EEXIST);
	zol_err_clear(&err);
	assert_string_equal(scratch_get(&s, "one/kept"), "k");
	assert_int_equal(zol_git_worktree_add(g, taken, "one", &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_git_worktree_add(g, nowhere, NULL, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	/* neither the branch nor the record of it is there */
	assert_int_equal(zol_git_worktree_add(g, path, "two", &err), -ZOL_USAGE);
	zol_err_clear(&err);
	assert_int_equal(zol_git_worktree_add(g, path, NULL, &err), 0);
	assert_int_equal(faccessat(s.fd, "r/.git/worktrees/two", F_OK, 0), 0);
}

UNIT(worktrees_come_and_go)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(s.path, "wt");
	int n = 0;

	assert_int_equal(zol_git_worktree_add(g, path, NULL, &err), 0);
	assert_string_equal(scratch_get(&s, "wt/a"), "a\n");
	assert_int_equal(zol_git_worktrees(g, count_tree, &n, &err), 0);
	assert_int_equal(n, 1);
	scratch_put(&s, "wt/new", "");
	assert_int_equal(zol_git_worktree_remove(g, path, false, &err), -ZOL_NEGATIVE);
	zol_err_clear(&err);
	assert_int_equal(zol_git_worktree_remove(g, path, true, &err), 0);
	assert_int_equal(faccessat(s.fd, "wt", F_OK, 0), -1);
	assert_int_equal(zol_git_worktree_remove(g, "wt", true, &err), -ZOL_USAGE);
}

static int count_path(void *ctx, const char *path, unsigned mode, struct zol_err *err)
{
	(void)err;
	assert_int_equal(mode, 0100644);
	zol_str_puts(ctx, path);
	return 0;
}

UNIT(tracked_files_and_the_exclude_file)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(str) struct zol_str names = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	static const char *const list[] = { "tags", "cscope.out", NULL };

	assert_int_equal(zol_git_tracked(g, count_path, &names, &err), 0);
	assert_string_equal(zol_str_c(&names), "ab");
	scratch_put(&s, "r/.gitignore", "tags\n");
	scratch_put(&s, "r/.git/info/exclude", "*.x");
	assert_int_equal(zol_git_exclude(g, list, &err), 0);
	assert_string_equal(scratch_get(&s, "r/.git/info/exclude"), "*.x\n/cscope.out\n");
	ZOL_AUTO(git) struct zol_git *fresh = opened(&s, "r");

	assert_int_equal(zol_git_exclude(fresh, list, &err), 0);
	assert_string_equal(scratch_get(&s, "r/.git/info/exclude"), "*.x\n/cscope.out\n");
}

static int clone_to(const struct scratch *s, const char *to, struct zol_git_cloned *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *url = zol_path_join(s->path, "r");
	ZOL_AUTO(free) char *dir = zol_path_join(s->path, to);
	const struct zol_events ev = { .ctx = NULL };
	const struct zol_git_clone c = { .url = url, .dir = dir, .home = "", .ev = &ev };

	return zol_git_clone_run(&c, ret, err);
}

UNIT(a_clone_is_made_completed_and_brought_up_to_date)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(git_cloned)
	struct zol_git_cloned first = { .branch = NULL }, second = { .branch = NULL }, third = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(clone_to(&s, "c", &first, &err), 0);
	assert_string_equal(first.branch, "master");
	assert_string_equal(first.id, git_in(&s, "r", "rev-parse HEAD"));
	assert_false(first.resumed || first.updated);
	/* As if it had been killed while files were written. */
	scratch_put(&s, "c/.git/zolkit-clone", "");
	scratch_put(&s, "c/a", "half");
	assert_int_equal(clone_to(&s, "c", &second, &err), 0);
	assert_true(second.resumed);
	assert_string_equal(scratch_get(&s, "c/a"), "a\n");
	scratch_put(&s, "c/a", "mine");
	assert_int_equal(clone_to(&s, "c", &third, &err), 0);
	assert_true(third.updated);
	assert_string_equal(scratch_get(&s, "c/a"), "mine");
}

static void interrupt(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	(void)ctx, (void)total, (void)unit;
	if (strcmp(name, "check out") == 0)
		(void)raise(SIGTERM);
}

UNIT(a_signal_while_files_are_written_is_no_success)
{
	SCRATCH(s);
	ZOL_AUTO(git) struct zol_git *g = made(&s);
	ZOL_AUTO(free) char *url = zol_path_join(s.path, "r"), *dir = zol_path_join(s.path, "c");
	ZOL_AUTO(git_cloned) struct zol_git_cloned done = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_events ev = { .stage = interrupt };
	const struct zol_git_clone c = { .url = url, .dir = dir, .home = "", .ev = &ev };

	zol_sig_install();
	assert_int_equal(zol_git_clone_run(&c, &done, &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINTR);
	assert_int_equal(zol_sig_take(), SIGTERM);
	zol_err_clear(&err);
	assert_int_equal(clone_to(&s, "c", &done, &err), 0);
	assert_true(done.resumed);
}

UNIT(a_clone_goes_nowhere_else)
{
	SCRATCH(s);
	ZOL_AUTO(git_cloned) struct zol_git_cloned c = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(clone_to(&s, "c", &c, &err), -ZOL_NETWORK);
	zol_err_clear(&err);
	assert_int_equal(mkdirat(s.fd, "full", 0755), 0);
	scratch_put(&s, "full/x", "");
	assert_int_equal(clone_to(&s, "full", &c, &err), -ZOL_USAGE);
}

UNIT_MAIN()
