/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/clone_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/rows.h"
#include "base/sig.h"
#include "sys/dirwalk.h"
#include "sys/thread.h"

enum {
	MAX_THREADS = 16,
	THREAD_FDS = 3 * ZOL_DIRWALK_DEPTH + 8, /* that a thread has open in the deepest of trees */
	OTHER_FDS = 64,
};

/* A file with several names: where its first one is in the copy. */
struct link {
	dev_t dev;
	ino_t ino;
	char *path;
};

struct job {
	int src, dst;
	dev_t dev; /* mount points are not crossed */
	bool reflink;
	uid_t uid; /* ours */
	gid_t gid;
	const struct zol_events *ev;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	struct zol_strv dirs; /* all of them, as found; those from next on are still to be filled */
	size_t next;
	size_t busy;
	uint64_t files;
	void *links; /* tree of struct link */
	struct zol_err err;
};

/* One thread's view: its own chains of open directories. */
struct walker {
	struct job *job;
	struct zol_dirwalk src, dst, links;
	const char *dir; /* being filled */
	int from, to;
	struct zol_str path;
};

static int compare_links(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

static void free_link(void *p)
{
	struct link *l = p;

	free(l->path);
	free(l);
}

/* Opens the directory called clean ("" : the root) of one side. */
static int open_dir(struct zol_dirwalk *d, const char *clean, struct zol_err *err)
{
	const char *name;
	int parent = zol_dirwalk_parent(d, clean, NULL, NULL, &name, err);
	int fd;

	if (parent < 0)
		return parent;
	fd = openat(parent, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : zol_err_sys(err, "cannot open the directory");
}

/*
 * A file with several names: 1 when it has been made as a link to its first name. Otherwise this is
 * the first one, and the lock stays held until the caller has made it, so that the second finds it.
 */
static int link_first(struct walker *w, const struct stat *st, const char *name, struct zol_err *err)
{
	struct link *l = calloc(1, sizeof(*l));
	struct link **found;
	const char *last;
	int from;

	if (!l)
		return zol_err_oom(err);
	l->dev = st->st_dev;
	l->ino = st->st_ino;
	l->path = strdup(zol_str_c(&w->path));
	found = l->path ? tsearch(l, &w->job->links, compare_links) : NULL;
	if (!found) {
		free_link(l);
		return zol_err_oom(err);
	}
	if (*found == l)
		return 0;
	free_link(l);
	from = zol_dirwalk_parent(&w->links, (*found)->path, NULL, NULL, &last, err);
	if (from < 0)
		return from;
	return linkat(from, last, w->to, name, 0) ? zol_err_sys(err, "cannot make a hard link") : 1;
}

static int copy_regular(struct walker *w, int src, const struct stat *st, const char *name, struct zol_err *err)
{
	const struct job *j = w->job;
	/* Made with these: no need to ask. Set-id bits only come after the owner. */
	struct stat made = { .st_uid = j->uid, .st_gid = j->gid, .st_mode = st->st_mode & (S_IFMT | 0777) };
	ZOL_AUTO(fd)
	int dst = openat(w->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, st->st_mode & 0777);
	int rc;

	if (dst < 0)
		return zol_err_sys(err, "cannot create");
	rc = zol_clone_data(src, dst, st->st_size, j->reflink, err);
	return rc ? rc : zol_clone_apply(src, dst, st, &made, err);
}

static int copy_other(struct walker *w, const struct stat *st, const char *name, struct zol_err *err)
{
	if (S_ISLNK(st->st_mode)) {
		char target[4097];
		ssize_t n = readlinkat(w->from, name, target, sizeof(target) - 1);

		if (n < 0)
			return zol_err_sys(err, "cannot read the link");
		target[n] = '\0';
		if (symlinkat(target, w->to, name))
			return zol_err_sys(err, "cannot make the link");
	} else if (mknodat(w->to, name, st->st_mode & (S_IFMT | 0777), st->st_rdev)) {
		return zol_err_sys(err, "cannot make the node");
	}
	return zol_clone_node_meta(w->from, w->to, name, err);
}

/* src: the open file when it is a regular one. */
static int copy_leaf(struct walker *w, int src, const struct stat *st, const char *name, struct zol_err *err)
{
	bool many = st->st_nlink > 1;
	int rc = 0;

	if (many) {
		pthread_mutex_lock(&w->job->lock);
		rc = link_first(w, st, name, err);
	}
	if (!rc)
		rc = src >= 0 ? copy_regular(w, src, st, name, err) : copy_other(w, st, name, err);
	if (many)
		pthread_mutex_unlock(&w->job->lock);
	return rc < 0 ? rc : 0;
}

static int copy_dir(struct walker *w, const char *name, struct zol_err *err)
{
	struct job *j = w->job;

	if (mkdirat(w->to, name, 0700))
		return zol_err_sys(err, "cannot create the directory");
	pthread_mutex_lock(&j->lock);
	zol_strv_add(&j->dirs, zol_str_c(&w->path));
	pthread_cond_broadcast(&j->changed);
	pthread_mutex_unlock(&j->lock);
	return 0;
}

static int copy_entry(struct walker *w, const struct dirent *de, struct zol_err *err)
{
	const char *name = de->d_name;
	ZOL_AUTO(fd) int src = -1;
	struct stat st;

	zol_str_truncate(&w->path, 0);
	zol_str_printf(&w->path, "%s%s%s", w->dir, *w->dir ? "/" : "", name);
	if (zol_str_check(&w->path, err))
		return -(int)err->code;
	if (de->d_type != DT_REG && fstatat(w->from, name, &st, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot look at it");
	if (de->d_type == DT_REG || S_ISREG(st.st_mode)) {
		src = openat(w->from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (src < 0 || fstat(src, &st))
			return zol_err_sys(err, "cannot open");
		if (!S_ISREG(st.st_mode))
			return zol_err_set(err, ZOL_SYSTEM, EAGAIN, "changed while it was copied");
	}
	return S_ISDIR(st.st_mode) ? copy_dir(w, name, err) : copy_leaf(w, src, &st, name, err);
}

static int copy_entries(struct walker *w, DIR *dir, struct zol_err *err)
{
	uint64_t files = 0;
	const struct dirent *de;
	int rc = 0;

	while (!rc && (errno = 0, de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		rc = copy_entry(w, de, err);
		if (rc) {
			ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;

			zol_text_escape(&shown, zol_str_c(&w->path));
			return zol_err_wrap(err, "%s", zol_str_c(&shown));
		}
		files++;
	}
	if (!rc && errno)
		rc = zol_err_sys(err, "%s: cannot list the directory", w->dir);
	pthread_mutex_lock(&w->job->lock);
	w->job->files += files;
	zol_ev_progress(w->job->ev, w->job->files);
	pthread_mutex_unlock(&w->job->lock);
	return rc;
}

static int fill_dir(struct walker *w, struct zol_err *err)
{
	ZOL_AUTO(fd) int from = open_dir(&w->src, w->dir, err);
	ZOL_AUTO(fd) int to = from < 0 ? -1 : open_dir(&w->dst, w->dir, err);
	ZOL_AUTO(dir) DIR *dir = NULL;
	struct stat st;
	int rc;

	if (from < 0 || to < 0)
		return zol_err_wrap(err, "%s", w->dir);
	if (fstat(from, &st))
		return zol_err_sys(err, "%s", w->dir);
	if (st.st_dev != w->job->dev)
		return 0;
	w->from = from;
	w->to = to;
	rc = fcntl(from, F_DUPFD_CLOEXEC, 3);
	dir = rc < 0 ? NULL : fdopendir(rc);
	if (!dir) {
		zol_cleanup_fd(&rc);
		return zol_err_sys(err, "%s: cannot list the directory", w->dir);
	}
	return copy_entries(w, dir, err);
}

/* The next directory to fill (a copy), or NULL when all is done or something failed. */
static char *take_dir(struct job *j, struct zol_err *err)
{
	char *dir = NULL;

	pthread_mutex_lock(&j->lock);
	while (j->next == j->dirs.len && j->busy && j->err.code == ZOL_OK)
		pthread_cond_wait(&j->changed, &j->lock);
	if (j->err.code == ZOL_OK && j->next < j->dirs.len && !zol_sig_check(err)) {
		dir = strdup(j->dirs.v[j->next]);
		if (dir) {
			j->next++;
			j->busy++;
		} else {
			zol_err_oom(err);
		}
	}
	pthread_mutex_unlock(&j->lock);
	return dir;
}

static void dir_done(struct job *j, bool was_busy, struct zol_err *err)
{
	pthread_mutex_lock(&j->lock);
	if (was_busy)
		j->busy--;
	if (err->code != ZOL_OK && j->err.code == ZOL_OK)
		zol_err_move(&j->err, err);
	pthread_cond_broadcast(&j->changed);
	pthread_mutex_unlock(&j->lock);
}

static void *walk(void *ctx)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct walker w = { .job = ctx };
	char *dir;

	zol_dirwalk_init(&w.src, w.job->src);
	zol_dirwalk_init(&w.dst, w.job->dst);
	zol_dirwalk_init(&w.links, w.job->dst);
	while ((dir = take_dir(w.job, &err))) {
		w.dir = dir;
		(void)!fill_dir(&w, &err);
		dir_done(w.job, true, &err);
		free(dir);
	}
	dir_done(w.job, false, &err);
	zol_dirwalk_free(&w.src);
	zol_dirwalk_free(&w.dst);
	zol_dirwalk_free(&w.links);
	zol_str_free(&w.path);
	return NULL;
}

static int compare_paths(const void *left, const void *right)
{
	return strcmp(*(char *const *)right, *(char *const *)left);
}

/* From the leaves to the root, once nothing is added to any of them any more. */
static int finish_dirs(struct job *j, struct zol_err *err)
{
	struct zol_dirwalk src, dst;
	int rc = 0;

	zol_dirwalk_init(&src, j->src);
	zol_dirwalk_init(&dst, j->dst);
	qsort(j->dirs.v, j->dirs.len, sizeof(*j->dirs.v), compare_paths);
	for (size_t i = 0; !rc && i < j->dirs.len; i++) {
		ZOL_AUTO(fd) int from = open_dir(&src, j->dirs.v[i], err);
		ZOL_AUTO(fd) int to = from < 0 ? -1 : open_dir(&dst, j->dirs.v[i], err);

		rc = from < 0 || to < 0 ? -(int)err->code : zol_clone_meta(from, to, err);
		if (rc)
			zol_err_wrap(err, "%s", j->dirs.v[i]);
	}
	zol_dirwalk_free(&src);
	zol_dirwalk_free(&dst);
	return rc;
}

/*
 * So many threads that their directories can be open at the same time. The soft limit on descriptors is mostly
 * 1024, for the sake of select(2), and the hard one far above.
 */
static unsigned within_limit(unsigned threads, const struct rlimit *had)
{
	rlim_t want = (rlim_t)threads * THREAD_FDS + OTHER_FDS;
	struct rlimit now = *had;

	if (had->rlim_cur >= want)
		return threads;
	now.rlim_cur = had->rlim_max < want ? had->rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &now))
		now = *had;
	while (threads > 1 && now.rlim_cur < (rlim_t)threads * THREAD_FDS + OTHER_FDS)
		threads--;
	return threads;
}

static int run(struct job *j, unsigned threads, struct zol_err *err)
{
	pthread_t ids[MAX_THREADS];
	unsigned started = 0;
	struct rlimit had = { .rlim_cur = RLIM_INFINITY };

	threads = zol_thread_count(threads);
	threads = threads > MAX_THREADS ? MAX_THREADS : threads;
	if (getrlimit(RLIMIT_NOFILE, &had) == 0)
		threads = within_limit(threads, &had);
	while (started + 1 < threads && !zol_thread_start(&ids[started], walk, j))
		started++;
	walk(j);
	while (started)
		pthread_join(ids[--started], NULL);
	if (had.rlim_cur != RLIM_INFINITY)
		(void)setrlimit(RLIMIT_NOFILE, &had);
	if (j->err.code != ZOL_OK) {
		zol_err_move(err, &j->err);
		return -(int)err->code;
	}
	return zol_strv_check(&j->dirs, err) ? -(int)err->code : finish_dirs(j, err);
}

int zol_clone_copy(int src, int dst, bool reflink, unsigned threads, const struct zol_events *ev, struct zol_err *err)
{
	struct job j = { .src = src, .dst = dst, .reflink = reflink, .uid = geteuid(), .gid = getegid(), .ev = ev };
	struct stat st;
	mode_t mask;
	int rc;

	if (fstat(src, &st))
		return zol_err_sys(err, "cannot look at the tree");
	j.dev = st.st_dev;
	pthread_mutex_init(&j.lock, NULL);
	pthread_cond_init(&j.changed, NULL);
	zol_strv_add(&j.dirs, "");
	mask = umask(0);
	rc = run(&j, threads, err);
	umask(mask);
	tdestroy(j.links, free_link);
	zol_strv_free(&j.dirs);
	zol_err_clear(&j.err);
	pthread_mutex_destroy(&j.lock);
	pthread_cond_destroy(&j.changed);
	return rc;
}
