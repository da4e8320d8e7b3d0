/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamegraph.h"
#include "unit.h"

UNIT(draws_a_function_once_beside_its_variants)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = 0;

	assert_int_equal(zol_folded_read(zol_span_c("a;foo 1\na;foo.isra.0;x 1\na;foo;y 1\n"), &s, &err), 0);
	assert_int_equal(zol_boxes_make(&s, &b, &err), 0);
	for (size_t i = 1; i < b.len; i++) {
		if (strcmp(s.frames[b.v[i].frame].name, "foo") == 0) {
			n++;
			assert_int_equal(b.v[i].count, 2);
			assert_int_equal(b.v[i].self, 1);
		}
	}
	assert_int_equal(n, 1);
	assert_int_equal(b.v[0].count, 3);
}

UNIT(counts_do_not_begin_anew)
{
	ZOL_AUTO(stacks) struct zol_stacks a = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks b = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks d = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes boxes = { 0 };
	ZOL_AUTO(free) struct zol_flame_row *rows = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t before = 0;
	size_t n = 0;

	assert_int_equal(zol_folded_read(zol_span_c("t;x 18446744073709551615\nt;x;y 9\n"), &a, &err), 0);
	assert_int_equal(zol_boxes_make(&a, &boxes, &err), 0);
	assert_true(boxes.v[0].count == UINT64_MAX);
	assert_int_equal(zol_flame_table(&a, &rows, &n, &err), 0);
	assert_true(rows[0].total == UINT64_MAX);
	assert_int_equal(zol_folded_read(zol_span_c("t;x 1\n"), &b, &err), 0);
	assert_int_equal(zol_flame_diff_stacks(&a, &b, false, &d, &err), 0);
	(void)zol_stacks_total(&d, &before);
	assert_true(before == UINT64_MAX);
}

UNIT(counts_recursion_once)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(free) struct zol_flame_row *rows = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = 0;

	assert_int_equal(zol_folded_read(zol_span_c("t;f;f;g 3\nt;f 1\n"), &s, &err), 0);
	assert_int_equal(zol_flame_table(&s, &rows, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(s.frames[rows[0].frame].name, "g");
	assert_int_equal(rows[1].total, 4);
	assert_int_equal(rows[1].self, 1);
}

UNIT(scales_before_to_after)
{
	ZOL_AUTO(stacks) struct zol_stacks a = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks b = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t before = 0;

	assert_int_equal(zol_folded_read(zol_span_c("t;x 1\nt;y 1\n"), &a, &err), 0);
	assert_int_equal(zol_folded_read(zol_span_c("t;x 8\n"), &b, &err), 0);
	assert_int_equal(zol_flame_diff_stacks(&a, &b, true, &d, &err), 0);
	assert_int_equal(zol_stacks_total(&d, &before), 8);
	assert_int_equal(before, 8);
	assert_int_equal(d.len, 2);
}

UNIT(speedscope_names_files_and_weighs_stacks)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	uint32_t ids[2];

	ids[0] = zol_stacks_frame(&s, zol_span_c("t"), ZOL_FRAME_TASK, zol_span(NULL, 0));
	ids[1] = zol_stacks_frame(&s, zol_span_c("f\"g"), ZOL_FRAME_MODULE, zol_span_c("zfs"));
	assert_int_not_equal(zol_stacks_add(&s, ids, 2, 7, 0), UINT32_MAX);
	assert_int_not_equal(zol_stacks_add(&s, ids, 1, 3, 0), UINT32_MAX);
	zol_speedscope_write(&s, "run", &out);
	assert_non_null(strstr(zol_str_c(&out), "{\"name\":\"t\"},\n{\"name\":\"f\\\"g\",\"file\":\"zfs\"}"));
	assert_non_null(strstr(zol_str_c(&out), "\"endValue\":10,"));
	assert_non_null(strstr(zol_str_c(&out), "\n[0,1],\n[0]],\"weights\":[7,3]"));
}

UNIT_MAIN()
