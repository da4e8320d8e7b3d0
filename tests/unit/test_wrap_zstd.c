/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/zstd.h"

#include "unit.h"

enum { LEN = 100000 };

/* Text-like, so that it shrinks. */
static char *sample(size_t n)
{
	char *p = malloc(n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)('a' + (i * i / 7) % 13);
	return p;
}

UNIT(frames_survive)
{
	static const size_t sizes[] = { 1, 511, 4096, LEN };

	for (size_t i = 0; i < ZOL_COUNT(sizes); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(zstd) struct zol_zstd *z = NULL;
		ZOL_AUTO(free) char *plain = sample(sizes[i]);
		ZOL_AUTO(free) char *packed = malloc(zol_zstd_bound(sizes[i]));
		ZOL_AUTO(free) char *back = calloc(1, sizes[i]);
		size_t n = 0;

		assert_int_equal(zol_zstd_new(&z, &err), 0);
		assert_int_equal(
			zol_zstd_pack(z, zol_span(plain, sizes[i]), packed, zol_zstd_bound(sizes[i]), &n, &err), 0);
		assert_true(n > 0 && n <= zol_zstd_bound(sizes[i]));
		assert_int_equal(zol_zstd_unpack(z, zol_span(packed, n), back, sizes[i], &err), 0);
		assert_memory_equal(back, plain, sizes[i]);
	}
}

UNIT(damage_is_malformed)
{
	ZOL_AUTO(zstd) struct zol_zstd *z = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *plain = sample(LEN);
	ZOL_AUTO(free) char *packed = malloc(zol_zstd_bound(LEN));
	ZOL_AUTO(free) char *back = malloc(LEN + 1);
	size_t n = 0;

	assert_int_equal(zol_zstd_new(&z, &err), 0);
	assert_int_equal(zol_zstd_pack(z, zol_span(plain, LEN), packed, zol_zstd_bound(LEN), &n, &err), 0);
	assert_int_equal(zol_zstd_unpack(z, zol_span(packed, n - 1), back, LEN, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_zstd_unpack(z, zol_span(packed, n), back, LEN - 1, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_zstd_unpack(z, zol_span(packed, n), back, LEN + 1, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "100000 bytes where 100001 belong"));
	zol_err_clear(&err);
	packed[0] ^= 1;
	assert_int_equal(zol_zstd_unpack(z, zol_span(packed, n), back, LEN, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_zstd_pack(z, zol_span(plain, LEN), packed, 10, &n, &err), -ZOL_SYSTEM);
}

UNIT_MAIN()
