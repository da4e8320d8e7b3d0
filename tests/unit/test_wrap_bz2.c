/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"
#include "wrap/bz2.h"

/* "EGIT\n" as bzip2 -9 packs it. */
static const unsigned char packed[] = { 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x58,
					0xc2, 0x24, 0x52, 0x00, 0x00, 0x00, 0xc6, 0x00, 0x00, 0x10, 0x02,
					0xa0, 0x04, 0x00, 0x20, 0x00, 0x21, 0x83, 0x41, 0x9a, 0x02, 0x5c,
					0x71, 0x77, 0x24, 0x53, 0x85, 0x09, 0x05, 0x8c, 0x22, 0x45, 0x20 };

UNIT(unpacks)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT, twice = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_bz2_unpack(zol_span((const char *)packed, sizeof(packed)), 100, &out, &err), 0);
	assert_string_equal(zol_str_c(&out), "EGIT\n");
	zol_str_add(&twice, packed, sizeof(packed));
	zol_str_add(&twice, packed, sizeof(packed));
	assert_int_equal(zol_bz2_unpack(zol_span_str(&twice), 100, &out, &err), 0);
	assert_string_equal(zol_str_c(&out), "EGIT\nEGIT\nEGIT\n");
}

UNIT(refuses_what_is_damaged)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t len = 0; len < sizeof(packed); len++) {
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

		assert_int_equal(zol_bz2_unpack(zol_span((const char *)packed, len), 100, &out, &err), -ZOL_MALFORMED);
		zol_err_clear(&err);
	}
	for (size_t i = 0; i < sizeof(packed) - 1; i++) {
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT, bad = ZOL_STR_INIT;

		zol_str_add(&bad, packed, sizeof(packed));
		bad.ptr[i] = (char)~bad.ptr[i];
		assert_int_equal(zol_bz2_unpack(zol_span_str(&bad), 100, &out, &err), -ZOL_MALFORMED);
		zol_err_clear(&err);
	}
}

UNIT(keeps_the_limit)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_bz2_unpack(zol_span((const char *)packed, sizeof(packed)), 4, &out, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "more than 4 bytes"));
}

UNIT_MAIN()
