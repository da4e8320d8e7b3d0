/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/xz.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <lzma.h>

enum {
	INFO_MEMORY = 64 << 20,
	INFO_CHUNK = 64 << 10,
	MAX_THREADS = 64,
};

static const uint64_t max_memory = UINT64_C(1) << 30;

struct zol_xz {
	lzma_stream strm;
	struct zol_pull src;
	bool eof;  /* src has ended */
	bool done; /* and so has the decoder */
};

static int fail(lzma_ret rc, struct zol_err *err)
{
	const char *what = "the decoder failed";

	switch ((int)rc) {
	case LZMA_MEM_ERROR:
		return zol_err_oom(err);
	case LZMA_MEMLIMIT_ERROR:
		what = "needs more memory to decode than is allowed";
		break;
	case LZMA_FORMAT_ERROR:
		what = "not an .xz file";
		break;
	case LZMA_OPTIONS_ERROR:
		what = "uses options this liblzma does not know";
		break;
	case LZMA_DATA_ERROR:
		what = "the .xz data is damaged";
		break;
	case LZMA_BUF_ERROR:
		what = "the .xz file is truncated";
		break;
	default:
		break;
	}
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s", what);
}

bool zol_xz_magic(struct zol_span head)
{
	static const char magic[] = { '\xfd', '7', 'z', 'X', 'Z', '\0' };

	return head.len >= sizeof(magic) && !memcmp(head.ptr, magic, sizeof(magic));
}

/* Reads a piece for the index decoder and advances *at. */
static int info_fill(int fd, lzma_stream *strm, uint8_t *buf, off_t *at, struct zol_err *err)
{
	ssize_t n;

	do
		n = pread(fd, buf, INFO_CHUNK, *at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return zol_err_sys(err, "cannot read the index of the .xz file");
	strm->next_in = buf;
	strm->avail_in = (size_t)n;
	*at += n;
	return n == 0;
}

static int info_run(int fd, lzma_stream *strm, uint8_t *buf, struct zol_err *err)
{
	off_t at = 0;

	for (;;) {
		lzma_action action = LZMA_RUN;
		lzma_ret rc;

		if (!strm->avail_in) {
			int got = info_fill(fd, strm, buf, &at, err);

			if (got < 0)
				return got;
			if (got)
				action = LZMA_FINISH;
		}
		rc = lzma_code(strm, action);
		if (rc == LZMA_STREAM_END)
			return 0;
		if (rc == LZMA_SEEK_NEEDED) {
			at = (off_t)strm->seek_pos;
			strm->avail_in = 0;
		} else if (rc != LZMA_OK) {
			return fail(rc, err);
		}
	}
}

int zol_xz_info(int fd, struct zol_xz_info *ret, struct zol_err *err)
{
	lzma_stream strm = LZMA_STREAM_INIT;
	lzma_index *index = NULL;
	ZOL_AUTO(free) uint8_t *buf = malloc(INFO_CHUNK);
	struct stat st;
	lzma_ret rc;
	int done;

	if (!buf)
		return zol_err_oom(err);
	if (fstat(fd, &st))
		return zol_err_sys(err, "cannot look at the .xz file");
	rc = lzma_file_info_decoder(&strm, &index, INFO_MEMORY, (uint64_t)st.st_size);
	if (rc != LZMA_OK)
		return fail(rc, err);
	done = info_run(fd, &strm, buf, err);
	if (!done)
		*ret = (struct zol_xz_info){ .unpacked = lzma_index_uncompressed_size(index),
					     .blocks = lzma_index_block_count(index) };
	lzma_index_end(index, NULL);
	lzma_end(&strm);
	return done;
}

int zol_xz_open(const struct zol_pull *src, unsigned threads, struct zol_xz **ret, struct zol_err *err)
{
	ZOL_AUTO(xz) struct zol_xz *xz = calloc(1, sizeof(*xz));
	lzma_mt mt = { .flags = LZMA_CONCATENATED, .memlimit_stop = max_memory };
	lzma_ret rc;

	if (!xz)
		return zol_err_oom(err);
	xz->strm = (lzma_stream)LZMA_STREAM_INIT;
	xz->src = *src;
	mt.threads = threads ? threads : (unsigned)get_nprocs();
	mt.threads = mt.threads > MAX_THREADS ? MAX_THREADS : mt.threads;
	/* Beyond this, fewer threads are used; so a small machine still unpacks. */
	mt.memlimit_threading = lzma_physmem() / 4;
	if (mt.memlimit_threading > max_memory * 4)
		mt.memlimit_threading = max_memory * 4;
	rc = lzma_stream_decoder_mt(&xz->strm, &mt);
	if (rc != LZMA_OK)
		return fail(rc, err);
	*ret = zol_take_ptr(xz);
	return 0;
}

void zol_xz_free(struct zol_xz *xz)
{
	if (!xz)
		return;
	lzma_end(&xz->strm);
	free(xz);
}

int zol_xz_read(struct zol_xz *xz, void *buf, size_t cap, size_t *ret_len, struct zol_err *err)
{
	lzma_stream *s = &xz->strm;

	s->next_out = buf;
	s->avail_out = cap;
	while (s->avail_out && !xz->done) {
		lzma_ret rc;

		if (!s->avail_in && !xz->eof) {
			struct zol_span piece;
			int got = xz->src.next(xz->src.ctx, &piece, err);

			if (got)
				return got;
			s->next_in = (const uint8_t *)piece.ptr;
			s->avail_in = piece.len;
			xz->eof = piece.len == 0;
		}
		rc = lzma_code(s, xz->eof ? LZMA_FINISH : LZMA_RUN);
		if (rc == LZMA_STREAM_END)
			xz->done = true;
		else if (rc != LZMA_OK && !(rc == LZMA_BUF_ERROR && !xz->eof))
			return fail(rc, err);
	}
	*ret_len = cap - s->avail_out;
	return 0;
}
