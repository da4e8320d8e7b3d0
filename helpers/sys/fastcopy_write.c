/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/fastcopy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/path.h"
#include "core/fastlist.h"
#include "sys/fastcopy_file.h"
#include "sys/thread.h"
#include "wrap/zstd.h"

enum { MAX_PACKERS = 4 };

struct frame_job {
	char *buf;
	size_t len;
	size_t seq;
};

struct zol_fastwrite {
	int fd;
	char *path;
	pthread_t threads[MAX_PACKERS];
	size_t nthreads;
	size_t nbufs;
	struct frame_job *queue; /* of nbufs */
	char **spare;            /* of nbufs: buffers that nobody uses */
	char *current;           /* with the caller */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	size_t nqueue, nspare, seq;
	bool ended;
	uint64_t end; /* where the next frame goes */
	struct zol_fast_list list;
	struct zol_err err;
};

static int pack_one(struct zol_fastwrite *w, struct zol_zstd *z, const struct frame_job *job, char *out,
		    struct zol_err *err)
{
	struct zol_fast_frame f = { .unpacked = (uint32_t)job->len };
	size_t packed = 0;
	int rc = zol_zstd_pack(z, zol_span(job->buf, job->len), out, zol_zstd_bound(ZOL_FAST_FRAME), &packed, err);

	if (!rc)
		rc = zol_hash_sha256(out, packed, f.sha256, err);
	if (rc)
		return rc;
	f.packed = (uint32_t)packed;
	pthread_mutex_lock(&w->lock);
	f.offset = w->end;
	w->end += packed;
	rc = zol_fast_list_set(&w->list, job->seq, &f, err);
	pthread_mutex_unlock(&w->lock);
	return rc ? rc : zol_fastfile_write(w->fd, out, packed, f.offset, err);
}

/* The oldest job; false when there will be none. */
static bool take_job(struct zol_fastwrite *w, struct frame_job *ret)
{
	bool got;

	pthread_mutex_lock(&w->lock);
	while (!w->nqueue && !w->ended)
		pthread_cond_wait(&w->changed, &w->lock);
	got = w->nqueue != 0;
	if (got) {
		*ret = w->queue[0];
		w->nqueue--;
		memmove(w->queue, w->queue + 1, w->nqueue * sizeof(*w->queue));
	}
	pthread_mutex_unlock(&w->lock);
	return got;
}

static void job_done(struct zol_fastwrite *w, char *buf, struct zol_err *err)
{
	pthread_mutex_lock(&w->lock);
	w->spare[w->nspare++] = buf;
	if (err->code != ZOL_OK && w->err.code == ZOL_OK)
		zol_err_move(&w->err, err);
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	zol_err_clear(err);
}

static void *packer(void *ctx)
{
	struct zol_fastwrite *w = ctx;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(zstd) struct zol_zstd *z = NULL;
	ZOL_AUTO(free) char *out = malloc(zol_zstd_bound(ZOL_FAST_FRAME));
	struct frame_job job;
	int ready = out ? zol_zstd_new(&z, &err) : zol_err_oom(&err);

	while (take_job(w, &job)) {
		if (!ready)
			ready = pack_one(w, z, &job, out, &err);
		job_done(w, job.buf, &err);
	}
	return NULL;
}

static bool has_room(int fd, uint64_t need)
{
	struct statvfs sv;

	return fstatvfs(fd, &sv) == 0 && (uint64_t)sv.f_bavail * sv.f_frsize / 2 >= need;
}

static int open_nameless(const char *path, struct zol_err *err)
{
	const char *slash = strrchr(path, '/');
	ZOL_AUTO(free) char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd;

	if (!dir)
		return zol_err_oom(err);
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : zol_err_sys(err, "no file without a name in %s", dir);
}

static int alloc_buffers(struct zol_fastwrite *w, struct zol_err *err)
{
	w->queue = calloc(w->nbufs, sizeof(*w->queue));
	w->spare = calloc(w->nbufs, sizeof(*w->spare));
	if (!w->queue || !w->spare)
		return zol_err_oom(err);
	for (; w->nspare < w->nbufs; w->nspare++) {
		w->spare[w->nspare] = malloc(ZOL_FAST_FRAME);
		if (!w->spare[w->nspare])
			return zol_err_oom(err);
	}
	return 0;
}

int zol_fastwrite_new(const char *path, uint64_t need, unsigned threads, struct zol_fastwrite **ret,
		      struct zol_err *err)
{
	ZOL_AUTO(fastwrite) struct zol_fastwrite *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return zol_err_oom(err);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->fd = open_nameless(path, err);
	if (w->fd < 0 || !has_room(w->fd, need)) {
		zol_err_clear(err);
		return 1;
	}
	w->path = strdup(path);
	if (!w->path)
		return zol_err_oom(err);
	threads = zol_thread_count(threads);
	threads = threads > MAX_PACKERS ? MAX_PACKERS : threads;
	w->nbufs = threads + 2;
	rc = alloc_buffers(w, err);
	while (!rc && w->nthreads < threads) {
		int started = zol_thread_start(&w->threads[w->nthreads], packer, w);

		if (started && !w->nthreads)
			rc = zol_err_set(err, ZOL_SYSTEM, started, "cannot start a thread");
		if (started)
			break;
		w->nthreads++;
	}
	if (rc)
		return rc;
	*ret = zol_take_ptr(w);
	return 0;
}

static void join(struct zol_fastwrite *w)
{
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	while (w->nthreads)
		pthread_join(w->threads[--w->nthreads], NULL);
}

void zol_fastwrite_free(struct zol_fastwrite *w)
{
	if (!w)
		return;
	join(w);
	while (w->nspare)
		free(w->spare[--w->nspare]);
	free(w->spare);
	free(w->queue);
	free(w->current);
	zol_fast_list_free(&w->list);
	zol_err_clear(&w->err);
	zol_cleanup_fd(&w->fd);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w->path);
	free(w);
}

char *zol_fastwrite_buffer(struct zol_fastwrite *w)
{
	if (w->current)
		return w->current;
	pthread_mutex_lock(&w->lock);
	while (!w->nspare)
		pthread_cond_wait(&w->changed, &w->lock);
	if (w->err.code == ZOL_OK)
		w->current = w->spare[--w->nspare];
	pthread_mutex_unlock(&w->lock);
	return w->current;
}

void zol_fastwrite_submit(struct zol_fastwrite *w, size_t len)
{
	pthread_mutex_lock(&w->lock);
	if (len)
		w->queue[w->nqueue++] = (struct frame_job){ .buf = w->current, .len = len, .seq = w->seq++ };
	else
		w->spare[w->nspare++] = w->current;
	w->current = NULL;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

/* Gives the file its name; an older copy goes first. */
static int publish(struct zol_fastwrite *w, struct zol_err *err)
{
	ZOL_AUTO(free) char *self = zol_asprintf("/proc/self/fd/%d", w->fd);
	int rc = zol_fastcopy_drop(w->path, err);

	if (rc)
		return rc;
	if (!self)
		return zol_err_oom(err);
	if (linkat(AT_FDCWD, self, AT_FDCWD, w->path, AT_SYMLINK_FOLLOW))
		return zol_err_sys(err, "cannot name the copy %s", w->path);
	return 0;
}

int zol_fastwrite_finish(struct zol_fastwrite *w, const struct zol_digests *of, uint64_t entries, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str mark = ZOL_STR_INIT;
	ZOL_AUTO(free) char *marker = NULL;
	struct zol_fast_mark m = { .entries = entries };
	int rc;

	join(w);
	if (w->err.code != ZOL_OK) {
		zol_err_move(err, &w->err);
		return -(int)err->code;
	}
	zol_fast_list_print(&w->list, &list);
	rc = zol_str_check(&list, err);
	if (!rc)
		rc = zol_hash_sha256(zol_str_c(&list), list.len, m.list, err);
	if (!rc)
		rc = zol_fastfile_seal(w->fd, &list, w->end, &m.size, err);
	if (!rc && fsync(w->fd))
		rc = zol_err_sys(err, "cannot write the copy to disk");
	if (!rc)
		rc = publish(w, err);
	if (rc)
		return rc;
	memcpy(m.sha512, of->sha512, sizeof(m.sha512));
	memcpy(m.blake2b, of->blake2b, sizeof(m.blake2b));
	zol_fast_mark_print(&m, &mark);
	marker = zol_asprintf("%s.ok", w->path);
	rc = zol_str_check(&mark, err);
	if (!rc && !marker)
		rc = zol_err_oom(err);
	return rc ? rc : zol_write_file(marker, zol_str_c(&mark), mark.len, 0600, err);
}
