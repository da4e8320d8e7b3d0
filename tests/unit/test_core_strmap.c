/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/strmap.h"

#include <stdio.h>

#include "unit.h"

UNIT(an_empty_map_has_nothing)
{
	ZOL_AUTO(strmap) struct zol_strmap m = ZOL_STRMAP_INIT;

	assert_int_equal(zol_strmap_get(&m, zol_span_c("A")), ZOL_STRMAP_NONE);
}

UNIT(keeps_ten_thousand_keys_apart)
{
	static char keys[10000][8];
	ZOL_AUTO(strmap) struct zol_strmap m = ZOL_STRMAP_INIT;

	for (uint32_t i = 0; i < 10000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "K%u", i);
		uint32_t *slot = zol_strmap_slot(&m, zol_span_c(keys[i]));

		assert_non_null(slot);
		assert_int_equal(*slot, ZOL_STRMAP_NONE);
		*slot = i;
	}
	assert_int_equal(m.len, 10000);
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(zol_strmap_get(&m, zol_span_c(keys[i])), i);
	assert_int_equal(zol_strmap_get(&m, zol_span_c("K10000")), ZOL_STRMAP_NONE);
}

UNIT(a_slot_is_found_again_and_prefixes_differ)
{
	ZOL_AUTO(strmap) struct zol_strmap m = ZOL_STRMAP_INIT;

	*zol_strmap_slot(&m, zol_span("NET_9P", 3)) = 1;
	*zol_strmap_slot(&m, zol_span("NET_9P", 6)) = 2;
	*zol_strmap_slot(&m, zol_span_c("NET")) = 3;
	assert_int_equal(m.len, 2);
	assert_int_equal(zol_strmap_get(&m, zol_span_c("NET")), 3);
	assert_int_equal(zol_strmap_get(&m, zol_span_c("NET_9P")), 2);
	assert_int_equal(zol_strmap_get(&m, zol_span_c("NET_")), ZOL_STRMAP_NONE);
}

UNIT(fnv_is_fnv_1a)
{
	/* The published test vectors of FNV-1a 64. */
	assert_true(zol_fnv64(ZOL_FNV_SEED, "", 0) == 0xcbf29ce484222325ULL);
	assert_true(zol_fnv64(ZOL_FNV_SEED, "a", 1) == 0xaf63dc4c8601ec8cULL);
	assert_true(zol_fnv64(ZOL_FNV_SEED, "foobar", 6) == 0x85944171f73967e8ULL);
	assert_true(zol_fnv64(zol_fnv64(ZOL_FNV_SEED, "foo", 3), "bar", 3) == 0x85944171f73967e8ULL);
}

UNIT_MAIN()
