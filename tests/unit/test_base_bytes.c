/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"

#include "base/attr.h"
#include "unit.h"

static const unsigned char bytes[] = { 0, 0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8 };

UNIT(little_endian_at_any_address)
{
	assert_int_equal(zol_le16(bytes + 1), 0x9281);
	assert_true(zol_le32(bytes + 1) == 0xb4a39281U);
	assert_true(zol_le64(bytes + 1) == 0xf8e7d6c5b4a39281ULL);
	assert_true(zol_le64(bytes) == 0xe7d6c5b4a3928100ULL);
}

UNIT(big_endian_at_any_address)
{
	assert_int_equal(zol_be16(bytes + 1), 0x8192);
	assert_true(zol_be64(bytes + 1) == 0x8192a3b4c5d6e7f8ULL);
	assert_true(zol_be64(bytes) == 0x008192a3b4c5d6e7ULL);
}

UNIT(what_is_put_is_read)
{
	static const uint32_t numbers[] = { 0, 1, 0x80U, 0x1234U, 0x80000000U, UINT32_MAX };

	for (size_t i = 0; i < ZOL_COUNT(numbers); i++) {
		unsigned char room[6] = { 0x5a, 0, 0, 0, 0, 0x5a };

		zol_le32_put(room + 1, numbers[i]);
		assert_true(zol_le32(room + 1) == numbers[i]);
		assert_int_equal(room[1], numbers[i] & 0xff);
		assert_int_equal(room[0], 0x5a);
		assert_int_equal(room[5], 0x5a);
	}
}

UNIT_MAIN()
