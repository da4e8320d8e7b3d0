/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts.h"
#include "unit.h"

static void put(struct zol_facts *f, const char *const *words, size_t n)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < n; i++)
		zol_facts_word(f, words[i]);
	assert_int_equal(zol_facts_sort(f, &err), 0);
}

#define PUT(f, ...) \
	put(f, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

UNIT(text_is_read_back)
{
	ZOL_AUTO(facts) struct zol_facts f = ZOL_FACTS_INIT, back = ZOL_FACTS_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv why = ZOL_STRV_INIT;

	zol_facts_file(&f, "a\nb\\c", 0xabc, 12);
	zol_facts_file(&f, "none", 1, -1);
	PUT(&f, "CFLAGS=-O2 \t", "USE x", "CFLAGS=-O2 \t");
	zol_facts_text(&f, &text);
	assert_string_equal(zol_str_c(&text), "zolkit-facts 1\n"
					      "F 0000000000000abc:12 a\\012b\\134c\n"
					      "F - none\n"
					      "W CFLAGS=-O2 \\011\n"
					      "W USE x\n"
					      "end\n");
	assert_true(zol_facts_parse(zol_span_str(&text), &back));
	assert_int_equal(zol_facts_diff(&f, &back, 4, &why), 0);
	assert_int_equal(zol_facts_print(&f), zol_facts_print(&back));
}

UNIT(refuses_other_texts)
{
	static const char *const bad[] = { "",
					   "zolkit-facts 2\nend\n",
					   "zolkit-facts 1\n",
					   "zolkit-facts 1\nW a\n",
					   "zolkit-facts 1\nX a\nend\n",
					   "zolkit-facts 1\nW\nend\n",
					   "zolkit-facts 1\nend\nW a\n" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(facts) struct zol_facts f = ZOL_FACTS_INIT;

		assert_false(zol_facts_parse(zol_span_c(bad[i]), &f));
	}
}

UNIT(an_empty_set_is_one)
{
	ZOL_AUTO(facts) struct zol_facts f = ZOL_FACTS_INIT, g = ZOL_FACTS_INIT;
	ZOL_AUTO(strv) struct zol_strv why = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_true(zol_facts_parse(zol_span_c("zolkit-facts 1\nend\n"), &f));
	assert_int_equal(zol_facts_sort(&f, &err), 0);
	PUT(&g, "a=1");
	assert_int_equal(zol_facts_diff(&f, &g, 4, &why), 1);
	assert_string_equal(why.v[0], "a=1 is new");
	assert_int_not_equal(zol_facts_print(&f), zol_facts_print(&g));
}

UNIT(tells_differences)
{
	static const char *const want[] = {
		"changed.m4 changed",         "gone.m4 is gone", "lost.m4 changed", "new.m4 is new",
		"CC=gcc instead of CC=clang", "USE a is gone",   "USE b is new"
	};
	ZOL_AUTO(facts) struct zol_facts f = ZOL_FACTS_INIT, g = ZOL_FACTS_INIT;
	ZOL_AUTO(strv) struct zol_strv why = ZOL_STRV_INIT, few = ZOL_STRV_INIT;

	zol_facts_file(&f, "same.m4", 1, 1);
	zol_facts_file(&g, "same.m4", 1, 1);
	zol_facts_file(&f, "changed.m4", 1, 1);
	zol_facts_file(&g, "changed.m4", 2, 1);
	zol_facts_file(&f, "lost.m4", 1, 1);
	zol_facts_file(&g, "lost.m4", 1, -1);
	zol_facts_file(&f, "gone.m4", 1, 1);
	zol_facts_file(&g, "new.m4", 1, 1);
	PUT(&f, "CC=clang", "USE a", "X=1");
	PUT(&g, "CC=gcc", "USE b", "X=1");
	assert_int_equal(zol_facts_diff(&f, &g, 100, &why), ZOL_COUNT(want));
	for (size_t i = 0; i < ZOL_COUNT(want); i++)
		assert_string_equal(why.v[i], want[i]);
	assert_int_equal(zol_facts_diff(&f, &g, 2, &few), ZOL_COUNT(want));
	assert_int_equal(few.len, 2);
}

UNIT(sizes_count)
{
	ZOL_AUTO(facts) struct zol_facts f = ZOL_FACTS_INIT, g = ZOL_FACTS_INIT;
	ZOL_AUTO(strv) struct zol_strv why = ZOL_STRV_INIT;

	zol_facts_file(&f, "a", 1, 1);
	zol_facts_file(&g, "a", 1, 2);
	assert_int_equal(zol_facts_diff(&f, &g, 4, &why), 1);
}

UNIT_MAIN()
