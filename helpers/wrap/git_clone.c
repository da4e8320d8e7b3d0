/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sig.h"
#include "wrap/git_net.h"
#include "wrap/git_priv.h"

/* Stands in .git until all is checked out: whoever finds it may write into the working tree. */
#define MARK "zolkit-clone"

struct job {
	const struct zol_git_clone *c;
	struct zol_git git;
	struct zol_git_cloned done;
	char *mark;
	const char *stage;
	bool agent_asked;
};

static void job_free(struct job *j)
{
	git_repository_free(j->git.repo);
	zol_git_cloned_free(&j->done);
	free(j->mark);
	(void)git_libgit2_shutdown();
}
ZOL_CLEANUP_STRUCT(job, struct job, job_free);

void zol_git_cloned_free(struct zol_git_cloned *c)
{
	free(c->branch);
	*c = (struct zol_git_cloned){ .branch = NULL };
}

static void show(struct job *j, const char *stage, uint64_t done, uint64_t total)
{
	if (j->stage != stage)
		zol_ev_stage(j->c->ev, stage, total, ZOL_UNIT_COUNT);
	j->stage = stage;
	zol_ev_progress(j->c->ev, done);
}

static int on_transfer(const git_indexer_progress *p, void *payload)
{
	struct job *j = payload;

	j->done.bytes = p->received_bytes;
	if (p->received_objects < p->total_objects)
		show(j, "receive", p->received_objects, p->total_objects);
	else
		show(j, "index", p->indexed_deltas, p->total_deltas);
	return zol_sig_pending() ? -1 : 0;
}

static int on_credentials(git_credential **ret, const char *url, const char *user, unsigned allowed, void *payload)
{
	struct job *j = payload;

	(void)url;
	if (allowed & GIT_CREDENTIAL_USERNAME)
		return git_credential_username_new(ret, user ? user : "git");
	/* Asked twice, the agent has no key that is good. */
	if (!(allowed & GIT_CREDENTIAL_SSH_KEY) || j->agent_asked) {
		/* Else the last error of something else would be told. */
		git_error_set_str(GIT_ERROR_CALLBACK,
				  j->agent_asked ? "the server takes no key that the SSH agent has" :
						   "the server wants a password: use SSH, or have it in the URL");
		return GIT_EAUTH;
	}
	j->agent_asked = true;
	return git_credential_ssh_key_from_agent(ret, user ? user : "git");
}

static void on_checkout(const char *path, size_t done, size_t total, void *payload)
{
	(void)path;
	show(payload, "check out", done, total);
}

/* libgit2 tries what the file system can do with empty files named so (libgit2:src/util/fs_path.c); a kill leaves one. */
static bool probe_left_over(int dir, const char *name)
{
	static const char prefix[] = "_git2_";
	struct stat st;

	return strncmp(name, prefix, sizeof(prefix) - 1) == 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0)) && unlinkat(dir, name, 0) == 0;
}

/* Is there nothing in the directory but, at most, a .git? */
static bool no_files(const char *path)
{
	ZOL_AUTO(dir) DIR *dir = opendir(path);
	const struct dirent *e;
	bool none = true;

	while (dir && (e = readdir(dir)))
		none &= !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, ".git") ||
			probe_left_over(dirfd(dir), e->d_name);
	return none;
}

static int unlock_ref(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *dot = strrchr(path + at->base, '.');

	(void)st;
	/* No reference has such a name (git-check-ref-format(1)). */
	if (type != FTW_D && dot && !strcmp(dot, ".lock"))
		(void)unlink(path);
	return 0;
}

/* What a killed run of ours had locked stays so; nobody else works in what is not whole yet. */
static void unlock(const char *dir)
{
	static const char *const names[] = { "config", "HEAD", "index", "packed-refs" };
	ZOL_AUTO(free) char *refs = zol_asprintf("%s/.git/refs", dir);

	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		ZOL_AUTO(free) char *lock = zol_asprintf("%s/.git/%s.lock", dir, names[i]);

		if (lock)
			(void)unlink(lock);
	}
	if (refs)
		(void)nftw(refs, unlock_ref, 8, FTW_PHYS);
}

/* Opens what an earlier run left, or makes it. */
static int open_target(struct job *j, struct zol_err *err)
{
	const struct zol_git_clone *c = j->c;
	bool bare_dir = no_files(c->dir);
	ZOL_AUTO(fd) int fd = -1;
	int rc = git_repository_open_ext(&j->git.repo, c->dir, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	bool found = rc >= 0;

	if (rc == GIT_EOWNER || (rc < 0 && !bare_dir))
		return zol_err_set(err, ZOL_USAGE, 0, "%s is neither empty nor a repository of ours", c->dir);
	if (rc < 0) {
		unlock(c->dir);
		rc = git_repository_init(&j->git.repo, c->dir, 0);
	}
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot make a repository at %s", c->dir);
	j->mark = zol_asprintf("%s" MARK, git_repository_path(j->git.repo));
	if (!j->mark)
		return zol_err_oom(err);
	/* One that was killed before it left its mark has no commit, and no file to lose. */
	j->done.resumed =
		found && (!access(j->mark, F_OK) || (bare_dir && git_repository_head_unborn(j->git.repo) == 1));
	j->done.updated = found && !j->done.resumed;
	if (j->done.resumed)
		unlock(c->dir);
	if (j->done.updated)
		return 0;
	fd = open(j->mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? zol_err_sys(err, "cannot make %s", j->mark) : 0;
}

/* Is it a clone of the URL that was asked for? It is written down as it was given; git_remote_url() tells what the
   user's url.*.insteadOf makes of it. */
static int check_url(struct job *j, const git_remote *remote, struct zol_err *err)
{
	const char *url = git_remote_url(remote);
	git_config *config = NULL;
	const char *written = NULL;
	bool same = url && strcmp(url, j->c->url) == 0;
	int rc = 0;

	if (!same && git_repository_config_snapshot(&config, j->git.repo) >= 0 &&
	    git_config_get_string(&written, config, "remote.origin.url") >= 0)
		same = strcmp(written, j->c->url) == 0;
	if (!same)
		rc = zol_err_set(err, ZOL_USAGE, 0, "%s is a clone of %s", j->c->dir,
				 written ? written :
				 url     ? url :
					   "something else");
	git_config_free(config);
	return rc;
}

static int open_remote(struct job *j, git_remote **ret, struct zol_err *err)
{
	int rc = git_remote_lookup(ret, j->git.repo, "origin");

	if (rc == GIT_ENOTFOUND && !j->done.updated)
		rc = git_remote_create(ret, j->git.repo, "origin", j->c->url);
	if (rc == GIT_ENOTFOUND)
		return zol_err_set(err, ZOL_USAGE, 0, "%s is a repository, but no clone of anything", j->c->dir);
	if (rc < 0)
		return zol_git_fail(err, ZOL_USAGE, rc, "cannot use the URL %s", j->c->url);
	/* The URL is written before what is to be fetched: a kill may have come between. */
	if (git_remote_refspec_count(*ret) == 0 && j->done.resumed) {
		git_remote_free(*ret);
		*ret = NULL;
		rc = git_remote_add_fetch(j->git.repo, "origin", "+refs/heads/*:refs/remotes/origin/*");
		if (rc >= 0)
			rc = git_remote_lookup(ret, j->git.repo, "origin");
		if (rc < 0)
			return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot complete the remote of %s", j->c->dir);
	}
	return check_url(j, *ret, err);
}

static int fetch(struct job *j, git_remote *remote, struct zol_err *err)
{
	git_fetch_options how;
	int rc;

	(void)git_fetch_options_init(&how, GIT_FETCH_OPTIONS_VERSION);
	how.callbacks.transfer_progress = on_transfer;
	how.callbacks.credentials = on_credentials;
	how.callbacks.payload = j;
	how.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL;
	/* A remote on this host is only read, as git-upload-pack(1) does, whoever owns it. */
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	rc = git_remote_fetch(remote, NULL, &how, "zolkit src clone");
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	if (zol_sig_check(err))
		return zol_err_hint(err, "the same command goes on with it");
	return rc < 0 ? zol_git_fail(err, ZOL_NETWORK, rc, "cannot fetch from %s", j->c->url) : 0;
}

/* The branch to check out, by its short name: the one that was asked for, or the remote's. */
static int choose(struct job *j, git_remote *remote, struct zol_err *err)
{
	ZOL_AUTO(git_buf) git_buf name = { .ptr = NULL };
	const git_remote_head **heads;
	size_t n;

	if (j->c->branch) {
		j->done.branch = strdup(j->c->branch);
		return j->done.branch ? 0 : zol_err_oom(err);
	}
	if (git_remote_default_branch(&name, remote) < 0) {
		/* An empty repository has none; one without HEAD has its first branch. */
		if (git_remote_ls(&heads, &n, remote) < 0)
			return 0;
		for (size_t i = 0; i < n && !name.ptr; i++) {
			if (!strncmp(heads[i]->name, "refs/heads/", 11)) {
				j->done.branch = strdup(heads[i]->name + 11);
				return j->done.branch ? 0 : zol_err_oom(err);
			}
		}
		return 0;
	}
	j->done.branch = strdup(!strncmp(name.ptr, "refs/heads/", 11) ? name.ptr + 11 : name.ptr);
	return j->done.branch ? 0 : zol_err_oom(err);
}

static int check_out(struct job *j, struct zol_err *err)
{
	ZOL_AUTO(free) char *upstream = zol_asprintf("origin/%s", j->done.branch);
	ZOL_AUTO(free) char *full = zol_asprintf("refs/heads/%s", j->done.branch);
	ZOL_AUTO(git_commit) git_commit *commit = NULL;
	ZOL_AUTO(git_reference) git_reference *made = NULL;
	git_checkout_options how;
	int rc;

	if (!upstream || !full)
		return zol_err_oom(err);
	if (zol_git_find_commit(&j->git, upstream, &commit, err))
		return -(int)err->code;
	(void)git_checkout_options_init(&how, GIT_CHECKOUT_OPTIONS_VERSION);
	/* All that is there is from a run that did not come to its end. */
	how.checkout_strategy = GIT_CHECKOUT_FORCE;
	how.progress_cb = on_checkout;
	how.progress_payload = j;
	rc = git_checkout_tree(j->git.repo, (git_object *)commit, &how);
	/* libgit2 cannot be stopped in between, but what was asked for is not done behind a signal. */
	if (rc >= 0 && zol_sig_check(err) < 0)
		return -(int)err->code;
	if (rc >= 0)
		rc = git_reference_create(&made, j->git.repo, full, git_commit_id(commit), 1, "zolkit src clone");
	if (rc >= 0)
		rc = git_branch_set_upstream(made, upstream);
	if (rc >= 0)
		rc = git_repository_set_head(j->git.repo, full);
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot check %s out", upstream);
	return 0;
}

static int work(struct job *j, struct zol_err *err)
{
	ZOL_AUTO(git_remote) git_remote *remote = NULL;
	ZOL_AUTO(git_commit) git_commit *head = NULL;

	if (open_target(j, err) || open_remote(j, &remote, err) || fetch(j, remote, err))
		return -(int)err->code;
	if (!j->done.updated) {
		if (choose(j, remote, err) || (j->done.branch && check_out(j, err)))
			return -(int)err->code;
		if (unlink(j->mark) && errno != ENOENT)
			return zol_err_sys(err, "cannot remove %s", j->mark);
	}
	if (zol_git_head_commit(&j->git, &head, err))
		return -(int)err->code;
	if (head)
		zol_git_hex(git_commit_id(head), j->done.id);
	return 0;
}

int zol_git_clone_run(const struct zol_git_clone *c, struct zol_git_cloned *ret, struct zol_err *err)
{
	ZOL_AUTO(job) struct job j = { .c = c, .done = { .branch = NULL } };

	if (git_libgit2_init() < 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "cannot initialise libgit2");
	if (c->home && zol_git_set_home(c->home, err))
		return -(int)err->code;
	if (work(&j, err))
		return -(int)err->code;
	*ret = j.done;
	j.done = (struct zol_git_cloned){ .branch = NULL };
	return 0;
}
