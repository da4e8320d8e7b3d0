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

static void draw(const char *folded, struct zol_svg_opts o, struct zol_str *out)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	o.title = "t";
	o.unit = "samples";
	o.width = 1200;
	o.height = 16;
	assert_int_equal(zol_folded_read(zol_span_c(folded), &s, &err), 0);
	assert_int_equal(zol_boxes_make(&s, &b, &err), 0);
	zol_str_truncate(out, 0);
	zol_svg_write(&s, &b, &o, out);
}

UNIT(draws_as_it_is_told)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	draw("t;wide 1234567\nt;narrow 1\n", (struct zol_svg_opts){ .subtitle = "a & b", .min_width = 0.1 }, &out);
	assert_non_null(strstr(zol_str_c(&out), "a &amp; b"));
	assert_non_null(strstr(zol_str_c(&out), "(1,234,567 samples"));
	assert_null(strstr(zol_str_c(&out), "narrow"));
	assert_null(strstr(zol_str_c(&out), "data-icicle"));
	draw("t;x 1\n", (struct zol_svg_opts){ .icicle = true }, &out);
	assert_non_null(strstr(zol_str_c(&out), " data-icicle=\"1\""));
	/* A differential: what there was before is as wide as it was then. */
	draw("t;zz_gone 5 0\nt;zz_new 0 5\n", (struct zol_svg_opts){ .min_width = 0.1 }, &out);
	assert_null(strstr(zol_str_c(&out), "zz_gone"));
	assert_non_null(strstr(zol_str_c(&out), "zz_new"));
	draw("t;zz_gone 5 0\nt;zz_new 0 5\n", (struct zol_svg_opts){ .min_width = 0.1, .width_is_before = true }, &out);
	assert_non_null(strstr(zol_str_c(&out), "zz_gone"));
	assert_null(strstr(zol_str_c(&out), "zz_new"));
}

UNIT(cuts_labels_between_characters)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str folded = ZOL_STR_INIT;

	zol_str_puts(&folded, "t;");
	for (int i = 0; i < 300; i++)
		zol_str_puts(&folded, "\xc3\xa4");
	zol_str_puts(&folded, " 1\n");
	draw(zol_str_c(&folded), (struct zol_svg_opts){ .min_width = 0.1 }, &out);
	assert_null(strstr(zol_str_c(&out), "\xef\xbf\xbd"));
	assert_non_null(strstr(zol_str_c(&out), "..</text>"));
}

UNIT(colours_tell_kinds_modules_and_changes)
{
	const struct zol_frame zfs = { .name = "f", .len = 1, .kind = ZOL_FRAME_MODULE, .module = "zfs" },
			       spl = { .name = "f", .len = 1, .kind = ZOL_FRAME_MODULE, .module = "spl" },
			       user = { .name = "f", .len = 1, .kind = ZOL_FRAME_USER },
			       line = { .name = "-", .len = 1, .kind = ZOL_FRAME_SEPARATOR };
	char a[ZOL_COLOR_TEXT], b[ZOL_COLOR_TEXT];

	for (int p = ZOL_PALETTE_KIND; p <= ZOL_PALETTE_GREY; p++) {
		assert_int_equal(strspn(zol_palette_color((enum zol_palette)p, &user, a) + 1, "0123456789abcdef"), 6);
		assert_string_equal(zol_palette_color((enum zol_palette)p, &line, a), "#a0a0a0");
		/* By what they are where the palette shows that, else by the name alone. */
		assert_int_equal(strcmp(zol_palette_color((enum zol_palette)p, &zfs, a),
					zol_palette_color((enum zol_palette)p, &spl, b)) != 0,
				 p <= ZOL_PALETTE_SAFE);
	}
	assert_string_equal(zol_palette_change(0, a), "#ffffff");
	assert_string_equal(zol_palette_change(1, a), "#ff2d2d");
	assert_string_equal(zol_palette_change(7, a), "#ff2d2d");
	assert_string_equal(zol_palette_change(-1, a), "#2d2dff");
}

UNIT_MAIN()
