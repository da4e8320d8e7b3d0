/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stage_record.h"

#include "unit.h"

UNIT(reads_what_it_wrote)
{
	struct zol_str s = ZOL_STR_INIT;
	struct zol_span v;
	uint64_t n = 0;

	zol_stage_record_begin(&s, "stage-test");
	zol_stage_record_add(&s, "name", "a b c");
	zol_stage_record_addu(&s, "size", UINT64_MAX);
	assert_string_equal(zol_str_c(&s), "zolkit stage-test 1\nname a b c\nsize 18446744073709551615\n");
	assert_true(zol_stage_record_is(zol_span_str(&s), "stage-test"));
	assert_true(zol_stage_record_get(zol_span_str(&s), "name", &v));
	assert_true(zol_span_eq(v, "a b c"));
	assert_true(zol_stage_record_getu(zol_span_str(&s), "size", &n));
	assert_true(n == UINT64_MAX);
	zol_str_free(&s);
}

UNIT(a_value_cannot_add_lines)
{
	struct zol_str s = ZOL_STR_INIT;

	zol_stage_record_begin(&s, "k");
	zol_stage_record_add(&s, "url", "http://x/\nsize 1\x7f");
	assert_string_equal(zol_str_c(&s), "zolkit k 1\nurl http://x/?size 1?\n");
	zol_str_free(&s);
}

UNIT(knows_its_kind)
{
	assert_false(zol_stage_record_is(zol_span_c(""), "k"));
	assert_false(zol_stage_record_is(zol_span_c("zolkit\n"), "k"));
	assert_false(zol_stage_record_is(zol_span_c("zolkit other 1\n"), "k"));
	assert_false(zol_stage_record_is(zol_span_c("zolkit k 2\n"), "k"));
	assert_false(zol_stage_record_is(zol_span_c("zolkit k 1 x\n"), "k"));
	assert_false(zol_stage_record_is(zol_span_c("tool k 1\n"), "k"));
	assert_true(zol_stage_record_is(zol_span_c("zolkit k 1\n"), "k"));
}

UNIT(a_key_stands_once)
{
	struct zol_span text = zol_span_c("zolkit k 1\na 1\nb 2\nb 3\nab 4\nc\n"), v;
	uint64_t n;

	assert_true(zol_stage_record_getu(text, "a", &n));
	assert_int_equal(n, 1);
	assert_false(zol_stage_record_get(text, "b", &v));
	assert_true(zol_stage_record_getu(text, "ab", &n));
	assert_false(zol_stage_record_get(text, "c", &v));
	assert_false(zol_stage_record_get(text, "zolkit", &v));
	assert_false(zol_stage_record_get(text, "d", &v));
	assert_false(zol_stage_record_getu(zol_span_c("zolkit k 1\na x\n"), "a", &n));
}

UNIT_MAIN()
