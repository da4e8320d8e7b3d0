/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unpack_source.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/num.h"
#include "sys/feed.h"
#include "sys/thread.h"
#include "wrap/xz.h"

enum { HEAD = 512, PLAIN_STEP = 256 << 10 };

struct zol_source {
	const struct zol_unpack *job;
	uint64_t packed, unpacked, limit;
	struct zol_fastread *fast;
	struct zol_feed *feed;
	struct zol_pull feed_pull;
	struct zol_xz *xz;
	struct zol_fastwrite *tee;
	char *buf;        /* decoded bytes, when there is no tee */
	size_t used;      /* of the tee's present frame */
	uint64_t decoded; /* so far */
};

void zol_source_free(struct zol_source *s)
{
	if (!s)
		return;
	/* The decoder before the feed that it pulls from. */
	zol_xz_free(s->xz);
	zol_feed_free(s->feed);
	zol_fastread_free(s->fast);
	zol_fastwrite_free(s->tee);
	free(s->buf);
	free(s);
}

/* A buffer for the next PLAIN_STEP bytes; frames of the tee are filled in steps that fit the caches. */
static char *next_buffer(struct zol_source *s)
{
	char *frame;

	if (s->tee && s->used == ZOL_FAST_FRAME) {
		zol_fastwrite_submit(s->tee, s->used);
		s->used = 0;
	}
	frame = s->tee ? zol_fastwrite_buffer(s->tee) : NULL;
	if (s->tee && !frame) {
		zol_ev_note(s->job->ev, ZOL_LEVEL_WARN, "no fast copy is kept: writing it failed");
		zol_fastwrite_free(s->tee);
		s->tee = NULL;
	}
	return frame ? frame + s->used : s->buf;
}

static int next_decoded(void *ctx, struct zol_span *ret, struct zol_err *err)
{
	struct zol_source *s = ctx;
	char *buf = next_buffer(s);
	size_t n = 0;
	int rc = zol_xz_read(s->xz, buf, PLAIN_STEP, &n, err);

	if (rc)
		return rc;
	s->decoded += n;
	if (s->tee)
		s->used += n;
	if (s->decoded > s->limit)
		return zol_err_set(err, ZOL_VERIFY, 0, "unpacks to more than the limit of %llu bytes",
				   (unsigned long long)s->limit);
	*ret = zol_span(buf, n);
	return 0;
}

/*
 * One more than there are processors: blocks end at different times, and a thread that waits for the next
 * one to be handed out, or for the files to be written, leaves a processor idle. Not where a copy is
 * made, too: its threads fill the gaps.
 */
static unsigned decoders(const struct zol_source *s)
{
	unsigned n = zol_thread_count(s->job->threads);

	return s->job->threads || s->tee ? n : n + 1;
}

static int open_xz(struct zol_source *s, struct zol_err *err)
{
	struct zol_xz_info info;
	char size[ZOL_NUM_TEXT];
	int rc = zol_xz_info(s->job->fd, &info, err);

	if (rc)
		return rc;
	s->unpacked = info.unpacked;
	if (info.unpacked > s->limit)
		return zol_err_set(err, ZOL_VERIFY, 0, "unpacks to %s, more than the limit of %llu bytes",
				   zol_num_fmt_size(info.unpacked, size), (unsigned long long)s->limit);
	s->buf = malloc(PLAIN_STEP);
	if (!s->buf)
		return zol_err_oom(err);
	if (s->job->fast && s->job->expect) {
		rc = zol_fastwrite_new(s->job->fast, info.unpacked, s->job->threads, &s->tee, err);
		if (rc < 0)
			return rc;
	}
	return zol_xz_open(&s->feed_pull, decoders(s), &s->xz, err);
}

static int open_file(struct zol_source *s, struct zol_err *err)
{
	char head[HEAD];
	struct stat st;
	ssize_t n;
	int rc;

	if (s->job->fd < 0)
		return zol_err_set(err, ZOL_SYSTEM, ENOENT, "no archive");
	if (fstat(s->job->fd, &st))
		return zol_err_sys(err, "cannot look at the archive");
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "the archive is no regular file");
	s->packed = (uint64_t)st.st_size;
	n = pread(s->job->fd, head, sizeof(head), 0);
	if (n < 0)
		return zol_err_sys(err, "cannot read the archive");
	if (n == 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the archive is empty");
	rc = zol_feed_new(s->job->fd, s->job->expect != NULL, s->job->ev, &s->feed, err);
	if (rc)
		return rc;
	s->feed_pull = zol_feed_pull(s->feed);
	return zol_xz_magic(zol_span(head, (size_t)n)) ? open_xz(s, err) : 0;
}

int zol_source_open(const struct zol_unpack *job, bool try_fast, struct zol_source **ret, struct zol_err *err)
{
	ZOL_AUTO(source) struct zol_source *s = calloc(1, sizeof(*s));
	int rc = 1;

	if (!s)
		return zol_err_oom(err);
	s->job = job;
	s->limit = job->max_size ? job->max_size : ZOL_UNPACK_MAX;
	if (try_fast && job->fast && job->expect)
		rc = zol_fastread_open(job->fast, job->expect, job->threads, job->ev, &s->fast, err);
	if (rc > 0)
		rc = open_file(s, err);
	else if (!rc)
		s->packed = s->unpacked = zol_fastread_size(s->fast);
	if (!rc && s->unpacked > s->limit)
		rc = zol_err_set(err, ZOL_VERIFY, 0, "unpacks to more than the limit of %llu bytes",
				 (unsigned long long)s->limit);
	if (!rc)
		*ret = zol_take_ptr(s);
	return rc;
}

struct zol_pull zol_source_pull(struct zol_source *s, bool *ret_filters)
{
	*ret_filters = !s->fast && !s->xz;
	if (s->fast)
		return zol_fastread_pull(s->fast);
	if (s->xz)
		return (struct zol_pull){ .ctx = s, .next = next_decoded };
	return s->feed_pull;
}

uint64_t zol_source_unpacked(const struct zol_source *s)
{
	return s->unpacked;
}

uint64_t zol_source_entries(const struct zol_source *s)
{
	return s->fast ? zol_fastread_entries(s->fast) : 0;
}

uint64_t zol_source_packed(const struct zol_source *s)
{
	return s->packed;
}

bool zol_source_is_fast(const struct zol_source *s)
{
	return s->fast != NULL;
}

static int compare(const struct zol_digests *want, const struct zol_digests *have, struct zol_err *err)
{
	static const char *const which[] = { "", "SHA512", "BLAKE2B", "SHA512 and BLAKE2B" };
	int differs = zol_hash_compare(want, have);

	if (!differs)
		return 0;
	return zol_err_set(err, ZOL_VERIFY, 0, "the archive's %s %s not what it should be", which[differs & 3],
			   differs == 3 ? "are" : "is");
}

int zol_source_end(struct zol_source *s, struct zol_err *err)
{
	struct zol_span rest = { 0 };
	struct zol_digests have;
	bool filters;
	struct zol_pull pull = zol_source_pull(s, &filters);
	int rc = 0;

	/* tar ends with blocks of zeros that nobody asked for; what is behind a filter ends with the file. */
	do
		rc = pull.next(pull.ctx, &rest, err);
	while (!rc && rest.len);
	if (rc || s->fast || !s->job->expect)
		return rc;
	rc = zol_feed_digests(s->feed, &have, err);
	return rc ? rc : compare(s->job->expect, &have, err);
}

bool zol_source_keep(struct zol_source *s, uint64_t entries)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (!s->tee)
		return false;
	if (s->used) {
		zol_fastwrite_submit(s->tee, s->used);
		s->used = 0;
	}
	if (!zol_fastwrite_finish(s->tee, s->job->expect, entries, &err))
		return true;
	zol_ev_note(s->job->ev, ZOL_LEVEL_WARN, "no fast copy is kept: %s", zol_err_text(&err));
	return false;
}
