/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_diff.h"

#include "unit.h"

static void read_config(struct zol_kfrags *f, const char *text)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kfrags_add_config(f, "config", zol_span_c(text), &err), 0);
}

/* "NAME:from>to " for each difference. */
static void check(const char *from, const char *to, const char *want)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags a = { 0 };
	ZOL_AUTO(kfrags) struct zol_kfrags b = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges c = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	read_config(&a, from);
	read_config(&b, to);
	assert_int_equal(zol_kchanges_find(&a, &b, &c, &err), 0);
	for (size_t i = 0; i < c.len; i++) {
		zol_str_printf(&text, "%s:%s>%s ", c.v[i].name, c.v[i].from ? c.v[i].from : "-",
			       c.v[i].to ? c.v[i].to : "-");
		assert_false(zol_kchanges_same(&a, &b, c.v[i].name));
	}
	assert_string_equal(zol_str_c(&text), want);
}

UNIT(what_is_not_there_is_n)
{
	check("CONFIG_A=y\n", "CONFIG_A=y\n# CONFIG_B is not set\n", "");
	check("# CONFIG_A is not set\n", "", "");
	check("CONFIG_A=y\n", "", "A:y>n ");
	check("", "CONFIG_A=m\n", "A:n>m ");
}

UNIT(text_and_numbers_that_are_not_there_are_no_n)
{
	check("CONFIG_S=\"a\"\nCONFIG_I=1\n", "CONFIG_S=\"b\"\n", "I:1>- S:\"a\">\"b\" ");
	check("", "CONFIG_S=\"\"\n", "S:->\"\" ");
}

UNIT(sorted_and_each_name_once_as_last_set)
{
	check("CONFIG_Z=y\nCONFIG_A=m\nCONFIG_A=y\n", "CONFIG_A=m\nCONFIG_M=y\nCONFIG_A=n\nCONFIG_M=m\n",
	      "A:y>n M:n>m Z:y>n ");
}

UNIT(same_is_asked_for_one_name)
{
	ZOL_AUTO(kfrags) struct zol_kfrags a = { 0 };
	ZOL_AUTO(kfrags) struct zol_kfrags b = { 0 };

	read_config(&a, "CONFIG_A=y\n");
	assert_true(zol_kchanges_same(&a, &b, "NOWHERE"));
	assert_false(zol_kchanges_same(&a, &b, "A"));
	assert_true(zol_kchanges_same(&a, &a, "A"));
}

UNIT(many_differences)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags a = { 0 };
	ZOL_AUTO(kfrags) struct zol_kfrags b = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges c = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (unsigned i = 0; i < 1000; i++)
		zol_str_printf(&text, "CONFIG_X%u=y\n", i);
	read_config(&b, zol_str_c(&text));
	assert_int_equal(zol_kchanges_find(&a, &b, &c, &err), 0);
	assert_int_equal(c.len, 1000);
	for (size_t i = 1; i < c.len; i++)
		assert_true(strcmp(c.v[i - 1].name, c.v[i].name) < 0);
}

UNIT_MAIN()
