/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite_ini.h"

#include "unit.h"

UNIT(entries_come_one_by_one)
{
	static const struct {
		const char *section, *key, *value;
		unsigned line;
	} want[] = {
		{ "DEFAULT", NULL, NULL, 2 },         { "DEFAULT", "pre", "setup", 3 },
		{ "DEFAULT", "empty", "", 4 },        { "a b", NULL, NULL, 6 },
		{ "a b", "tests", "['x',\n'y']", 7 }, { "a b", "last", "a = b # kept", 11 },
	};
	ZOL_AUTO(suite_ini) struct zol_suite_ini ini = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_suite_ini_open(&ini, zol_span_c("# remark\n[DEFAULT]\r\npre = setup\r\nempty =\n\n[ a b ]\n"
					    "tests = ['x',\n; remark\n\n    'y']\nlast=a = b # kept"));
	for (size_t i = 0; i < ZOL_COUNT(want); i++) {
		assert_int_equal(zol_suite_ini_next(&ini, &err), 1);
		assert_string_equal(zol_str_c(&ini.section), want[i].section);
		assert_int_equal(ini.has_key, want[i].key != NULL);
		assert_int_equal(ini.line, want[i].line);
		if (!want[i].key)
			continue;
		assert_string_equal(zol_str_c(&ini.key), want[i].key);
		assert_string_equal(zol_str_c(&ini.value), want[i].value);
	}
	assert_int_equal(zol_suite_ini_next(&ini, &err), 0);
	assert_int_equal(zol_suite_ini_next(&ini, &err), 0);
}

UNIT(what_is_no_entry_is_refused)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} t[] = {
		{ "text\n", 5, "line 1: no \"key = value\"" },
		{ "= x\n", 4, "line 1: no key before \"=\"" },
		{ "\n  x = 1\n", 9, "line 2: continues nothing" },
		{ "[open\n", 6, "line 1: no \"[section]\"" },
		{ "a = \0x", 6, "line 1: a NUL" },
		{ "a\0 = x", 6, "line 1: no key before \"=\"" },
		{ "[a\0]", 4, "line 1: no \"[section]\"" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(suite_ini) struct zol_suite_ini ini = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		zol_suite_ini_open(&ini, zol_span(t[i].text, t[i].len));
		assert_int_equal(zol_suite_ini_next(&ini, &err), -ZOL_MALFORMED);
		assert_string_equal(zol_err_text(&err), t[i].want);
	}
}

UNIT(nothing_gives_nothing)
{
	ZOL_AUTO(suite_ini) struct zol_suite_ini ini = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_suite_ini_open(&ini, zol_span_c("\n \n# only remarks"));
	assert_int_equal(zol_suite_ini_next(&ini, &err), 0);
}

UNIT_MAIN()
