/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/xz.h"

#include <lzma.h>
#include <stdio.h>
#include <sys/mman.h>

#include "unit.h"

enum { LEN = 3000000, BLOCK = 256 << 10 };

static uint8_t *plain(void)
{
	uint8_t *p = malloc(LEN);
	uint32_t x = 1;

	assert_non_null(p);
	for (size_t i = 0; i < LEN; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (uint8_t)(i % 5 ? i / 50 : x >> 24);
	}
	return p;
}

/* Blocks of 256 KiB with their sizes in the headers, as pixz writes them. */
static void pack(const uint8_t *data, size_t len, struct zol_str *out)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_mt mt = { .threads = 2, .block_size = BLOCK, .preset = 0, .check = LZMA_CHECK_CRC32 };
	size_t room = len + 100000;
	char *to = zol_str_reserve(out, room);

	assert_non_null(to);
	assert_int_equal(lzma_stream_encoder_mt(&s, &mt), LZMA_OK);
	s.next_in = data;
	s.avail_in = len;
	s.next_out = (uint8_t *)to;
	s.avail_out = room;
	assert_int_equal(lzma_code(&s, LZMA_FINISH), LZMA_STREAM_END);
	out->len += s.total_out;
	lzma_end(&s);
}

/* Gives its bytes in pieces of an odd size, then the end or a failure. */
struct pieces {
	struct zol_span rest;
	size_t step;
	bool fail;
};

static int next_piece(void *ctx, struct zol_span *ret, struct zol_err *err)
{
	struct pieces *p = ctx;

	if (!p->rest.len && p->fail)
		return zol_err_set(err, ZOL_SYSTEM, 5, "the source broke");
	ret->ptr = p->rest.ptr;
	ret->len = p->rest.len < p->step ? p->rest.len : p->step;
	p->rest.ptr += ret->len;
	p->rest.len -= ret->len;
	return 0;
}

static int unpack(struct zol_span packed, size_t step, unsigned threads, bool fail, struct zol_str *out,
		  struct zol_err *err)
{
	struct pieces p = { .rest = packed, .step = step, .fail = fail };
	const struct zol_pull src = { .ctx = &p, .next = next_piece };
	ZOL_AUTO(xz) struct zol_xz *xz = NULL;
	static char buf[100000];
	size_t n;
	int rc = zol_xz_open(&src, threads, &xz, err);

	do {
		n = 0;
		if (!rc)
			rc = zol_xz_read(xz, buf, sizeof(buf), &n, err);
		zol_str_add(out, buf, n);
	} while (!rc && n == sizeof(buf));
	return rc;
}

static int memfd(struct zol_span data)
{
	int fd = memfd_create("xz", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data.ptr, data.len), data.len);
	return fd;
}

UNIT(blocks_are_decoded_whatever_the_pieces)
{
	static const size_t steps[] = { 1000, 65537, SIZE_MAX };
	ZOL_AUTO(free) uint8_t *want = plain();
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;

	pack(want, LEN, &packed);
	assert_true(zol_xz_magic(zol_span_str(&packed)));
	for (unsigned threads = 0; threads < 3; threads++)
		for (size_t i = 0; i < ZOL_COUNT(steps); i++) {
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;

			assert_int_equal(unpack(zol_span_str(&packed), steps[i], threads, false, &got, &err), 0);
			assert_int_equal(got.len, LEN);
			assert_memory_equal(got.ptr, want, LEN);
		}
}

UNIT(indexes_of_all_streams_are_added)
{
	ZOL_AUTO(free) uint8_t *data = plain();
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT, got = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = -1;
	struct zol_xz_info info = { .unpacked = 0 };

	pack(data, LEN, &packed);
	pack(data, 1000, &packed);
	fd = memfd(zol_span_str(&packed));
	assert_int_equal(zol_xz_info(fd, &info, &err), 0);
	assert_int_equal(info.unpacked, LEN + 1000);
	assert_int_equal(info.blocks, (LEN + BLOCK - 1) / BLOCK + 1);
	assert_int_equal(unpack(zol_span_str(&packed), 4096, 2, false, &got, &err), 0);
	assert_int_equal(got.len, LEN + 1000);
}

UNIT(every_cut_is_refused)
{
	ZOL_AUTO(free) uint8_t *data = plain();
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;

	pack(data, 600000, &packed);
	for (size_t cut = 0; cut < packed.len; cut += cut < 40 || packed.len - cut < 80 ? 1 : 9973) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;
		ZOL_AUTO(fd) int fd = memfd(zol_span(packed.ptr, cut));
		struct zol_xz_info info;

		assert_int_equal(unpack(zol_span(packed.ptr, cut), 4096, 2, false, &got, &err), -ZOL_MALFORMED);
		zol_err_clear(&err);
		assert_int_equal(zol_xz_info(fd, &info, &err), -ZOL_MALFORMED);
	}
}

UNIT(every_flip_is_refused)
{
	ZOL_AUTO(free) uint8_t *data = plain();
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;

	pack(data, 300000, &packed);
	for (size_t at = 0; at < packed.len; at += at < 40 || packed.len - at < 60 ? 1 : 4999) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;

		packed.ptr[at] ^= 0x10;
		assert_int_equal(unpack(zol_span_str(&packed), 4096, 2, false, &got, &err), -ZOL_MALFORMED);
		packed.ptr[at] ^= 0x10;
	}
}

UNIT(failure_of_the_source_is_forwarded)
{
	ZOL_AUTO(free) uint8_t *data = plain();
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT, got = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	pack(data, LEN, &packed);
	assert_int_equal(unpack(zol_span(packed.ptr, packed.len / 2), 4096, 2, true, &got, &err), -ZOL_SYSTEM);
	assert_non_null(strstr(zol_err_text(&err), "the source broke"));
}

UNIT(other_files_are_no_xz)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = memfd(zol_span_c("this is no archive, though long enough to hold a header and a footer"));
	struct zol_xz_info info;

	assert_false(zol_xz_magic(zol_span_c("")));
	assert_false(zol_xz_magic(zol_span_c("\xfd"
					     "7zX")));
	assert_false(zol_xz_magic(zol_span_c("BZh9....")));
	assert_int_equal(zol_xz_info(fd, &info, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_xz_info(-1, &info, &err), -ZOL_SYSTEM);
}

UNIT_MAIN()
