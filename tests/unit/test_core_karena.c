/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/karena.h"

#include "unit.h"

UNIT(pieces_are_zeroed_aligned_and_apart)
{
	ZOL_AUTO(karena) struct zol_karena a = { 0 };
	char *before = NULL;

	for (unsigned i = 1; i < 2000; i++) {
		char *p = zol_karena_alloc(&a, i % 100 + 1);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % sizeof(void *), 0);
		for (unsigned k = 0; k < i % 100 + 1; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xff, i % 100 + 1);
		if (before)
			assert_int_equal(before[0], (char)0xff);
		before = p;
	}
}

UNIT(large_pieces_have_blocks_of_their_own)
{
	ZOL_AUTO(karena) struct zol_karena a = { 0 };
	char *large = zol_karena_alloc(&a, (size_t)3 << 20);

	assert_non_null(large);
	large[(3 << 20) - 1] = 1;
	assert_non_null(zol_karena_alloc(&a, 8));
	assert_true(a.total >= (size_t)3 << 20);
	assert_null(zol_karena_alloc(&a, SIZE_MAX - 8));
}

UNIT(text_is_copied)
{
	ZOL_AUTO(karena) struct zol_karena a = { 0 };
	char from[] = "CONFIG_A";
	const char *copy = zol_karena_dup(&a, zol_span(from, 6));

	from[0] = 'X';
	assert_string_equal(copy, "CONFIG");
	assert_string_equal(zol_karena_dup(&a, zol_span(NULL, 0)), "");
}

UNIT_MAIN()
