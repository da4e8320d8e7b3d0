/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flattened.h"
#include "unit.h"

static void put(unsigned char *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> (8 * (7 - i)));
}

static void header(unsigned char *p, const char *signature, uint64_t type, uint64_t version)
{
	memset(p, 0, 32);
	memcpy(p, signature, strlen(signature));
	put(p + 16, type);
	put(p + 24, version);
}

static bool is(const unsigned char *p, size_t len)
{
	return zol_flattened_is(zol_span((const char *)p, len));
}

UNIT(the_header)
{
	unsigned char h[32];

	header(h, "makedumpfile", 1, 1);
	assert_true(is(h, sizeof(h)));
	assert_false(is(h, sizeof(h) - 1));
	header(h, "makedumpfile", 2, 1);
	assert_false(is(h, sizeof(h)));
	header(h, "makedumpfile", 1, 2);
	assert_false(is(h, sizeof(h)));
	header(h, "makedumpfiles", 1, 1);
	assert_false(is(h, sizeof(h)));
	header(h, "KDUMP   ", 1, 1);
	assert_false(is(h, sizeof(h)));
	assert_false(zol_flattened_is(zol_span(NULL, 0)));
}

static int piece(uint64_t offset, uint64_t len, uint64_t left, struct zol_flattened_piece *p, struct zol_err *err)
{
	unsigned char b[ZOL_FLATTENED_PIECE];

	put(b, offset);
	put(b + 8, len);
	zol_err_clear(err);
	return zol_flattened_piece(b, left, 1000, p, err);
}

UNIT(pieces)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_flattened_piece p;

	assert_int_equal(piece(990, 10, 10, &p, &err), 0);
	assert_true(p.offset == 990 && p.len == 10 && !p.end);
	assert_int_equal(piece(0, 0, 0, &p, &err), 0);
	assert_true(p.len == 0 && !p.end);
	assert_int_equal(piece(UINT64_MAX, UINT64_MAX, 0, &p, &err), 0);
	assert_true(p.end);
}

UNIT(broken_ones)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_flattened_piece p;

	assert_int_equal(piece(0, 11, 10, &p, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "11 bytes, of which 10"));
	assert_int_equal(piece(991, 10, 10, &p, &err), -ZOL_MALFORMED);
	assert_int_equal(piece(UINT64_MAX, 10, 10, &p, &err), -ZOL_MALFORMED);
	assert_int_equal(piece(UINT64_MAX - 1, UINT64_MAX, 10, &p, &err), -ZOL_MALFORMED);
	assert_int_equal(piece(0, 1001, 5000, &p, &err), -ZOL_MALFORMED);
	assert_int_equal(piece(1ULL << 63, 1, 10, &p, &err), -ZOL_MALFORMED);
}

UNIT_MAIN()
