/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/krecord.h"

#include "unit.h"

UNIT(what_is_written_is_read_back)
{
	ZOL_AUTO(krecord) struct zol_krecord a = { 0 };
	ZOL_AUTO(krecord) struct zol_krecord b = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	a.release = zol_asprintf("6.1.192-zolkit");
	a.source = zol_asprintf("/usr/src/linux = a tree");
	a.origin = zol_asprintf("commit 0123 and changes");
	a.fragments = zol_asprintf("boot9p\nguest");
	a.steps = 2012;
	a.modules = 3;
	zol_krecord_text(&a, &text);
	assert_int_equal(zol_krecord_parse(&b, zol_span_str(&text), &err), 0);
	assert_string_equal(b.release, "6.1.192-zolkit");
	assert_string_equal(b.source, "/usr/src/linux = a tree");
	assert_string_equal(b.origin, "commit 0123 and changes");
	assert_string_equal(b.fragments, "boot9p guest");
	assert_int_equal(b.steps, 2012);
	assert_int_equal(b.modules, 3);
	assert_null(b.base);
}

UNIT(unknown_keys_and_comments_are_passed_over)
{
	ZOL_AUTO(krecord) struct zol_krecord r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *text = "# c\n; c\n[kernel]\n\nnew = 1\nrelease = a\nrelease=b\n";

	assert_int_equal(zol_krecord_parse(&r, zol_span_c(text), &err), 0);
	assert_string_equal(r.release, "b");
}

UNIT(malformed_lines_are_named)
{
	static const char *const wrong[] = { "[kernel]\nrelease\n", "[kernel]\nsteps = many\n" };

	for (size_t i = 0; i < ZOL_COUNT(wrong); i++) {
		ZOL_AUTO(krecord) struct zol_krecord r = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_krecord_parse(&r, zol_span_c(wrong[i]), &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "line 2"));
	}
}

UNIT_MAIN()
