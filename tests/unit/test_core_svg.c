/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/svg.h"
#include "unit.h"

UNIT(puts_hostile_names_into_a_whole_picture)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes b = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_svg_opts o = { .title = "</title><script>", .unit = "samples", .width = 1200, .height = 16 };

	assert_int_equal(zol_folded_read(zol_span_c("t;]]></script><x> 3\nt;b 1\n"), &s, &err), 0);
	assert_int_equal(zol_boxes_make(&s, &b, &err), 0);
	zol_svg_write(&s, &b, &o, &out);
	assert_null(strstr(zol_str_c(&out), "<x>"));
	assert_null(strstr(zol_str_c(&out), "</title><script>"));
	assert_non_null(strstr(zol_str_c(&out), "(3 samples, 75.00%)"));
	assert_non_null(strstr(zol_str_c(&out), "</svg>\n"));
}

UNIT_MAIN()
