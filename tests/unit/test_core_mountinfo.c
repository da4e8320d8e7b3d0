/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mountinfo.h"
#include "unit.h"

static int parse(const char *text, struct zol_mountinfo *mi)
{
	struct zol_err err = ZOL_ERR_INIT;
	int rc = zol_mountinfo_parse(zol_span_c(text), mi, &err);

	assert_int_equal(rc, -(int)err.code);
	zol_err_clear(&err);
	return rc;
}

UNIT(reads_every_field)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n", &mi),
			 0);
	assert_int_equal(mi.len, 1);
	assert_int_equal(mi.rows[0].id, 36);
	assert_int_equal(mi.rows[0].parent, 35);
	assert_string_equal(mi.rows[0].root, "/mnt1");
	assert_string_equal(mi.rows[0].point, "/mnt2");
	assert_string_equal(mi.rows[0].options, "rw,noatime");
	assert_string_equal(mi.rows[0].optional, "master:1");
	assert_string_equal(mi.rows[0].fstype, "ext3");
	assert_string_equal(mi.rows[0].source, "/dev/root");
	assert_string_equal(mi.rows[0].super, "rw,errors=continue");
}

UNIT(takes_any_number_of_optional_fields)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("1 0 0:1 / / rw - a b c\n"
			       "2 1 0:2 / /x rw shared:1 master:2 propagate_from:3 - a b c\n",
			       &mi),
			 0);
	assert_int_equal(mi.len, 2);
	assert_string_equal(mi.rows[0].optional, "");
	assert_string_equal(mi.rows[1].optional, "shared:1 master:2 propagate_from:3");
}

UNIT(reads_an_empty_source_and_no_line_end)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("1 0 0:1 / /a rw - tmpfs  rw,size=1k", &mi), 0);
	assert_string_equal(mi.rows[0].source, "");
	assert_string_equal(mi.rows[0].super, "rw,size=1k");
}

UNIT(undoes_the_octal_escapes)
{
	static const struct {
		const char *written, *meant;
	} cases[] = {
		{ "/a\\040b", "/a b" },
		{ "/a\\011b\\012", "/a\tb\n" },
		{ "/a\\134040", "/a\\040" },
		{ "/a\\04", "/a\\04" },
		{ "/a\\", "/a\\" },
		{ "/a\\089", "/a\\089" },
		{ "/a\\000b", "/a\\000b" },
		{ "/a\\777b", "/a\\777b" },
		{ "/\\303\\244", "/\303\244" },
		{ "/a//deleted", "/a//deleted" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
		char line[128];

		snprintf(line, sizeof(line), "1 0 0:1 / %s rw - a b c\n", cases[i].written);
		assert_int_equal(parse(line, &mi), 0);
		assert_string_equal(mi.rows[0].point, cases[i].meant);
	}
}

UNIT(refuses_malformed_lines_and_names_them)
{
	static const char *const bad[] = {
		"\n",
		"x 0 0:1 / / rw - a b c\n",
		"1 x 0:1 / / rw - a b c\n",
		"1 0 0:1 / / rw a b c\n",
		"1 0 0:1 / / rw -\n",
		"1 0 0:1 / / rw - a\n",
		"1 0 0:1 / / rw - a b\n",
		"1 0 0:1 / /\n",
		"1 0 0:1 /\n",
		"1 0 0:1\n",
		"1 0\n",
		"1\n",
		"1 0 0:1  / rw - a b c\n",
		"1 0 0:1 /  rw - a b c\n",
		"1 0 0:1 / /  - a b c\n",
		"1 0 0:1 / / rw -  b c\n",
		"99999999999999999999999 0 0:1 / / rw - a b c\n",
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		struct zol_mountinfo mi = { 0 };
		struct zol_err err = ZOL_ERR_INIT;
		char text[256];

		snprintf(text, sizeof(text), "1 0 0:1 / / rw - a b c\n%s", bad[i]);
		assert_int_equal(zol_mountinfo_parse(zol_span_c(text), &mi, &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "line 2"));
		assert_null(mi.rows);
		zol_err_clear(&err);
	}
}

UNIT(reads_nothing_as_nothing)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("", &mi), 0);
	assert_int_equal(mi.len, 0);
}

UNIT(reads_many_rows)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	for (int i = 1; i <= 1000; i++)
		zol_str_printf(&text, "%d %d 0:1 / /m%d rw - a b c\n", i, i - 1, i);
	assert_int_equal(parse(zol_str_c(&text), &mi), 0);
	assert_int_equal(mi.len, 1000);
	assert_string_equal(zol_mountinfo_find(&mi, 777)->point, "/m777");
	assert_null(zol_mountinfo_find(&mi, 1001));
	assert_true(zol_mountinfo_below(&mi, &mi.rows[999], 1));
	assert_false(zol_mountinfo_below(&mi, &mi.rows[0], 2));
}

UNIT(knows_what_hangs_below_what)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("1 0 0:1 / / rw - a b c\n"
			       "2 1 0:1 / /a rw - a b c\n"
			       "3 2 0:1 / /a/b rw - a b c\n"
			       "4 1 0:1 / /ab rw - a b c\n",
			       &mi),
			 0);
	assert_true(zol_mountinfo_below(&mi, &mi.rows[1], 2));
	assert_true(zol_mountinfo_below(&mi, &mi.rows[2], 2));
	assert_false(zol_mountinfo_below(&mi, &mi.rows[3], 2));
	assert_false(zol_mountinfo_below(&mi, &mi.rows[0], 2));
}

UNIT(survives_rows_that_are_no_tree)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };

	assert_int_equal(parse("5 6 0:1 / /x rw - a b c\n6 5 0:1 / /y rw - a b c\n7 7 0:1 / /z rw - a b c\n", &mi), 0);
	assert_false(zol_mountinfo_below(&mi, &mi.rows[0], 9));
	assert_false(zol_mountinfo_below(&mi, &mi.rows[2], 9));
	assert_true(zol_mountinfo_below(&mi, &mi.rows[0], 6));
}

UNIT(finds_whole_options_only)
{
	assert_true(zol_mountinfo_option("ro", "ro"));
	assert_true(zol_mountinfo_option("rw,nosuid,nodev", "nosuid"));
	assert_true(zol_mountinfo_option("rw,nosuid,nodev", "nodev"));
	assert_false(zol_mountinfo_option("rw,nosuid", "ro"));
	assert_false(zol_mountinfo_option("root,mode=755", "mode"));
	assert_false(zol_mountinfo_option("", "rw"));
}

UNIT_MAIN()
