/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/feed.h"

#include <errno.h>
#include <fcntl.h>

#include "base/sig.h"
#include "sys/thread.h"

enum { PIECE = 1 << 20, SLOTS = 8 };

struct zol_feed {
	int fd;
	const struct zol_events *ev;
	struct zol_hash *hash; /* NULL: not wanted */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	size_t filled, taken; /* pieces since the beginning; a piece stays while filled - taken < SLOTS */
	bool stop;
	bool ended;
	/* of the reader until ended */
	struct zol_err err;
	size_t len[SLOTS];
	char *buf;
	/* of the puller */
	bool holding;
	bool at_end;
	uint64_t passed;
};

static ssize_t read_piece(int fd, char *buf, off_t at)
{
	size_t got = 0;

	while (got < PIECE) {
		ssize_t n = pread(fd, buf + got, PIECE - got, at + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Waits for a free slot; false when nobody wants more. */
static bool wait_slot(struct zol_feed *f)
{
	bool go;

	pthread_mutex_lock(&f->lock);
	while (!f->stop && f->filled - f->taken == SLOTS)
		pthread_cond_wait(&f->changed, &f->lock);
	go = !f->stop;
	pthread_mutex_unlock(&f->lock);
	return go;
}

static void *reader(void *ctx)
{
	struct zol_feed *f = ctx;
	off_t at = 0;
	bool more = true;

	while (more && wait_slot(f)) {
		size_t slot = f->filled % SLOTS;
		char *buf = f->buf + slot * PIECE;
		ssize_t n = read_piece(f->fd, buf, at);

		if (n < 0)
			zol_err_sys(&f->err, "cannot read the archive");
		else if (f->hash && n > 0 && zol_hash_update(f->hash, buf, (size_t)n, &f->err))
			n = -1;
		more = n > 0;
		pthread_mutex_lock(&f->lock);
		if (more) {
			f->len[slot] = (size_t)n;
			f->filled++;
			at += n;
		} else {
			f->ended = true;
		}
		pthread_cond_broadcast(&f->changed);
		pthread_mutex_unlock(&f->lock);
	}
	return NULL;
}

int zol_feed_new(int fd, bool hash, const struct zol_events *ev, struct zol_feed **ret, struct zol_err *err)
{
	ZOL_AUTO(feed) struct zol_feed *f = calloc(1, sizeof(*f));
	int rc = 0;

	if (!f)
		return zol_err_oom(err);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	f->fd = fd;
	f->ev = ev;
	f->buf = malloc((size_t)PIECE * SLOTS);
	if (!f->buf)
		return zol_err_oom(err);
	if (hash)
		rc = zol_hash_new(&f->hash, err);
	if (rc)
		return rc;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	rc = zol_thread_start(&f->thread, reader, f);
	if (rc)
		return zol_err_set(err, ZOL_SYSTEM, rc, "cannot start a thread");
	f->running = true;
	*ret = zol_take_ptr(f);
	return 0;
}

void zol_feed_free(struct zol_feed *f)
{
	if (!f)
		return;
	if (f->running) {
		pthread_mutex_lock(&f->lock);
		f->stop = true;
		pthread_cond_broadcast(&f->changed);
		pthread_mutex_unlock(&f->lock);
		pthread_join(f->thread, NULL);
	}
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->changed);
	zol_hash_free(f->hash);
	zol_err_clear(&f->err);
	free(f->buf);
	free(f);
}

static int next_piece(void *ctx, struct zol_span *ret, struct zol_err *err)
{
	struct zol_feed *f = ctx;
	size_t slot = 0;
	bool got;

	if (zol_sig_check(err))
		return -(int)err->code;
	*ret = zol_span("", 0);
	if (f->at_end)
		return 0;
	pthread_mutex_lock(&f->lock);
	if (f->holding) {
		f->taken++;
		f->holding = false;
		pthread_cond_broadcast(&f->changed);
	}
	while (f->filled == f->taken && !f->ended)
		pthread_cond_wait(&f->changed, &f->lock);
	got = f->filled != f->taken;
	slot = f->taken % SLOTS;
	f->holding = got;
	f->at_end = !got;
	pthread_mutex_unlock(&f->lock);
	if (!got && f->err.code != ZOL_OK) {
		int code = -(int)f->err.code;

		zol_err_move(err, &f->err);
		return code;
	}
	if (got) {
		*ret = zol_span(f->buf + slot * PIECE, f->len[slot]);
		f->passed += ret->len;
		zol_ev_progress(f->ev, f->passed);
	}
	return 0;
}

struct zol_pull zol_feed_pull(struct zol_feed *f)
{
	return (struct zol_pull){ .ctx = f, .next = next_piece };
}

int zol_feed_digests(struct zol_feed *f, struct zol_digests *ret, struct zol_err *err)
{
	struct zol_span piece = { NULL, 0 };

	do {
		int rc = next_piece(f, &piece, err);

		if (rc)
			return rc;
	} while (piece.len);
	return zol_hash_final(f->hash, ret, err);
}
