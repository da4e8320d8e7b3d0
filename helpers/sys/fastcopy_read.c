/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/fastcopy.h"

#include "base/path.h"
#include "base/sig.h"
#include "core/fastlist.h"
#include "sys/fastcopy_file.h"
#include "sys/thread.h"
#include "wrap/zstd.h"

enum { MAX_UNPACKERS = 16, MARKER_MAX = 4096 };

struct slot {
	char *buf; /* an unpacked frame */
	size_t len;
	size_t seq; /* of the frame in it */
	bool ready;
	struct zol_err err;
};

struct zol_fastread {
	int fd;
	const struct zol_events *ev;
	struct zol_fast_list list;
	struct zol_fast_mark mark;
	pthread_t threads[MAX_UNPACKERS];
	size_t nthreads;
	struct slot *slots; /* frame n goes to slot n % nslots */
	size_t nslots;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	size_t claimed; /* next frame that a thread takes */
	size_t taken;   /* frames that the puller is done with */
	bool stop;
	/* of the puller */
	bool holding;
	uint64_t passed;
};

/* The next frame to unpack once its slot is free; false: no more. */
static bool claim(struct zol_fastread *r, size_t *ret)
{
	bool go;

	pthread_mutex_lock(&r->lock);
	while (!r->stop && r->claimed < r->list.n && r->claimed - r->taken >= r->nslots)
		pthread_cond_wait(&r->changed, &r->lock);
	go = !r->stop && r->claimed < r->list.n;
	if (go)
		*ret = r->claimed++;
	pthread_mutex_unlock(&r->lock);
	return go;
}

static int unpack_frame(struct zol_fastread *r, struct zol_zstd *z, const struct zol_fast_frame *f, char *packed,
			struct slot *s)
{
	uint8_t sum[ZOL_SHA256_SIZE];
	int rc = zol_fastfile_read(r->fd, packed, f->packed, f->offset, &s->err);

	if (!rc)
		rc = zol_hash_sha256(packed, f->packed, sum, &s->err);
	if (rc)
		return rc;
	if (memcmp(sum, f->sha256, sizeof(sum)))
		return zol_err_set(&s->err, ZOL_VERIFY, 0, "the fast copy is damaged");
	s->len = f->unpacked;
	return zol_zstd_unpack(z, zol_span(packed, f->packed), s->buf, f->unpacked, &s->err);
}

static void *unpacker(void *ctx)
{
	struct zol_fastread *r = ctx;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(zstd) struct zol_zstd *z = NULL;
	ZOL_AUTO(free) char *packed = malloc(zol_zstd_bound(ZOL_FAST_FRAME));
	bool able = packed && !zol_zstd_new(&z, &ignored);
	size_t seq;

	while (claim(r, &seq)) {
		struct slot *s = &r->slots[seq % r->nslots];
		const struct zol_fast_frame *f = &r->list.frames[seq];

		if (!able)
			zol_err_oom(&s->err);
		else
			(void)unpack_frame(r, z, f, packed, s);
		pthread_mutex_lock(&r->lock);
		s->seq = seq;
		s->ready = true;
		pthread_cond_broadcast(&r->changed);
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

/* Reads both files; 1 when the copy does not count. */
static int load(struct zol_fastread *r, const char *path, const struct zol_digests *of, struct zol_err *err)
{
	ZOL_AUTO(free) char *marker = zol_asprintf("%s.ok", path);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT;
	ZOL_AUTO(fd) int fd = -1;
	struct zol_digests made_from;
	uint8_t sum[ZOL_SHA256_SIZE];
	uint64_t size, end;
	int rc;

	if (!marker)
		return zol_err_oom(err);
	rc = zol_fastfile_open(marker, &fd, &size, err);
	if (!rc)
		rc = zol_read_fd(fd, MARKER_MAX, &text, err);
	if (!rc)
		rc = zol_fast_mark_parse(zol_span_str(&text), &r->mark, err);
	if (rc)
		return rc;
	memcpy(made_from.sha512, r->mark.sha512, sizeof(made_from.sha512));
	memcpy(made_from.blake2b, r->mark.blake2b, sizeof(made_from.blake2b));
	if (zol_hash_compare(of, &made_from))
		return 1;
	rc = zol_fastfile_open(path, &r->fd, &size, err);
	if (rc || size != r->mark.size)
		return rc ? rc : 1;
	rc = zol_fastfile_list(r->fd, size, &list, &end, err);
	if (!rc)
		rc = zol_hash_sha256(zol_str_c(&list), list.len, sum, err);
	if (rc)
		return rc;
	if (memcmp(sum, r->mark.list, sizeof(sum)))
		return 1;
	rc = zol_fast_list_parse(zol_span_str(&list), end, &r->list, err);
	for (size_t i = 0; !rc && i < r->list.n; i++)
		if (r->list.frames[i].unpacked > ZOL_FAST_FRAME ||
		    r->list.frames[i].packed > zol_zstd_bound(ZOL_FAST_FRAME))
			rc = 1;
	return rc;
}

static int start(struct zol_fastread *r, unsigned threads, struct zol_err *err)
{
	threads = zol_thread_count(threads);
	threads = threads > MAX_UNPACKERS ? MAX_UNPACKERS : threads;
	r->nslots = threads * 2 + 1;
	r->slots = calloc(r->nslots, sizeof(*r->slots));
	if (!r->slots)
		return zol_err_oom(err);
	for (size_t i = 0; i < r->nslots; i++) {
		r->slots[i].buf = malloc(ZOL_FAST_FRAME);
		if (!r->slots[i].buf)
			return zol_err_oom(err);
	}
	while (r->nthreads < threads) {
		int rc = zol_thread_start(&r->threads[r->nthreads], unpacker, r);

		if (rc && !r->nthreads)
			return zol_err_set(err, ZOL_SYSTEM, rc, "cannot start a thread");
		if (rc)
			break;
		r->nthreads++;
	}
	return 0;
}

int zol_fastread_open(const char *path, const struct zol_digests *of, unsigned threads, const struct zol_events *ev,
		      struct zol_fastread **ret, struct zol_err *err)
{
	ZOL_AUTO(fastread) struct zol_fastread *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return zol_err_oom(err);
	r->fd = -1;
	r->ev = ev;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	rc = load(r, path, of, err);
	if (rc < 0 && (err->code == ZOL_VERIFY || err->code == ZOL_MALFORMED)) {
		zol_ev_note(ev, ZOL_LEVEL_WARN, "%s is not used: %s", path, zol_err_text(err));
		zol_err_clear(err);
		rc = 1;
	}
	if (!rc)
		rc = start(r, threads, err);
	if (!rc)
		*ret = zol_take_ptr(r);
	return rc;
}

void zol_fastread_free(struct zol_fastread *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	while (r->nthreads)
		pthread_join(r->threads[--r->nthreads], NULL);
	for (size_t i = 0; r->slots && i < r->nslots; i++) {
		free(r->slots[i].buf);
		zol_err_clear(&r->slots[i].err);
	}
	free(r->slots);
	zol_fast_list_free(&r->list);
	zol_cleanup_fd(&r->fd);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->changed);
	free(r);
}

uint64_t zol_fastread_size(const struct zol_fastread *r)
{
	return r->list.size;
}

uint64_t zol_fastread_entries(const struct zol_fastread *r)
{
	return r->mark.entries;
}

static int next_frame(void *ctx, struct zol_span *ret, struct zol_err *err)
{
	struct zol_fastread *r = ctx;
	struct slot *s;

	if (zol_sig_check(err))
		return -(int)err->code;
	pthread_mutex_lock(&r->lock);
	if (r->holding) {
		r->slots[r->taken % r->nslots].ready = false;
		r->taken++;
		r->holding = false;
		pthread_cond_broadcast(&r->changed);
	}
	s = &r->slots[r->taken % r->nslots];
	while (r->taken < r->list.n && !(s->ready && s->seq == r->taken))
		pthread_cond_wait(&r->changed, &r->lock);
	r->holding = r->taken < r->list.n;
	pthread_mutex_unlock(&r->lock);
	if (!r->holding) {
		*ret = zol_span("", 0);
		return 0;
	}
	if (s->err.code != ZOL_OK) {
		int code = -(int)s->err.code;

		zol_err_move(err, &s->err);
		return code;
	}
	*ret = zol_span(s->buf, s->len);
	r->passed += s->len;
	zol_ev_progress(r->ev, r->passed);
	return 0;
}

struct zol_pull zol_fastread_pull(struct zol_fastread *r)
{
	return (struct zol_pull){ .ctx = r, .next = next_frame };
}
