/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_frag.h"

#include "unit.h"

static uint32_t version(const char *text)
{
	uint32_t v = 0;

	return zol_kversion_parse(zol_span_c(text), &v, NULL) ? v : 0;
}

UNIT(versions_compare_as_numbers)
{
	assert_true(version("6.10") > version("6.9"));
	assert_true(version("6.1.192") > version("6.1"));
	assert_true(version("4.9.337") < version("4.10"));
	assert_int_equal(version("6.1.192-zolkit+"), ZOL_KVERSION(6, 1, 192));
	assert_int_equal(version("7"), ZOL_KVERSION(7, 0, 0));
	assert_int_equal(version("x6"), 0);
	assert_int_equal(version(""), 0);
	assert_int_equal(version("6.5000"), 0);
}

UNIT(the_release_of_a_tree_is_in_its_makefile)
{
	const char *makefile = "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\nVERSIONS = 9\n";

	assert_int_equal(zol_kversion_makefile(zol_span_c(makefile)), ZOL_KVERSION(6, 12, 117));
	assert_int_equal(zol_kversion_makefile(zol_span_c("VERSION = 7\nPATCHLEVEL = 0\n")), ZOL_KVERSION(7, 0, 0));
	assert_int_equal(zol_kversion_makefile(zol_span_c("all:\n\techo\n")), 0);
	assert_int_equal(zol_kversion_makefile(zol_span_c("VERSION = six\nPATCHLEVEL = 1\n")), 0);
	assert_int_equal(zol_kversion_makefile(zol_span_c("VERSION\nPATCHLEVEL 1\n")), 0);
}

static int add(struct zol_kfrags *f, const char *text, const struct zol_ktarget *target)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	return zol_kfrags_add(f, "t.config", zol_span_c(text), target, &err);
}

static void assert_refused(const char *text, const char *message)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kfrags_add(&f, "t.config", zol_span_c(text), NULL, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), message));
}

UNIT(reads_settings_with_their_places)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };

	assert_int_equal(
		add(&f, "# a comment\nCONFIG_A=y\n\n# CONFIG_B is not set\nCONFIG_C=\"x y\"  \r\nCONFIG_D=n", NULL), 0);
	assert_int_equal(f.len, 4);
	assert_string_equal(f.v[0].name, "A");
	assert_string_equal(f.v[0].value, "y");
	assert_int_equal(f.v[0].line, 2);
	assert_string_equal(f.v[1].name, "B");
	assert_string_equal(f.v[1].value, "n");
	assert_int_equal(f.v[1].line, 4);
	assert_string_equal(f.v[2].value, "\"x y\"");
	assert_string_equal(f.v[3].value, "n");
	assert_int_equal(f.v[3].line, 6);
}

UNIT(the_last_setting_of_a_name_wins)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	assert_int_equal(add(&f, "CONFIG_A=y\nCONFIG_B=m\n", NULL), 0);
	assert_int_equal(add(&f, "CONFIG_A=n\n", NULL), 0);
	assert_false(zol_kfrags_is_last(&f, &f.v[0]));
	assert_true(zol_kfrags_is_last(&f, &f.v[1]));
	assert_ptr_equal(zol_kfrags_find(&f, "A"), &f.v[2]);
	assert_int_equal(f.v[2].file, 1);
	assert_null(zol_kfrags_find(&f, "C"));
	zol_kfrags_text(&f, &text);
	assert_string_equal(zol_str_c(&text), "CONFIG_B=m\n# CONFIG_A is not set\n");
}

UNIT(directives_hold_for_their_block)
{
	const char *text = "# @why the file\n\n# @since 6.4\nCONFIG_A=y\n# @why because\nCONFIG_B=y\n\nCONFIG_C=y\n\n"
			   "# @until 6.1\nCONFIG_D=y\n\n# @arch arm64 x86\nCONFIG_E=y\n\n# @arch arm\nCONFIG_F=y\n";
	const struct zol_ktarget target = { ZOL_KVERSION(6, 1, 192), "x86" };
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };

	assert_int_equal(add(&f, text, &target), 0);
	assert_string_equal(f.why, "the file");
	assert_int_equal(f.len, 3);
	assert_string_equal(f.v[0].name, "C");
	assert_string_equal(f.v[0].why, "the file");
	assert_string_equal(f.v[1].name, "D"); /* all of 6.1.x is until 6.1 */
	assert_string_equal(f.v[2].name, "E");
	assert_int_equal(f.skipped, 3);

	ZOL_AUTO(kfrags) struct zol_kfrags all = { 0 };

	assert_int_equal(add(&all, text, NULL), 0);
	assert_int_equal(all.len, 6);
	assert_string_equal(all.v[1].why, "because");
}

UNIT(a_first_block_with_settings_is_no_header)
{
	const struct zol_ktarget old = { ZOL_KVERSION(5, 10, 0), NULL };
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };

	assert_int_equal(add(&f, "# @since 6.0\nCONFIG_A=y\n\nCONFIG_B=y\n", &old), 0);
	assert_int_equal(f.len, 1);
	assert_string_equal(f.v[0].name, "B");
	assert_null(f.why);

	ZOL_AUTO(kfrags) struct zol_kfrags g = { 0 };

	assert_int_equal(add(&g, "# @since 6.0\n# text\n\nCONFIG_A=y\n\nCONFIG_B=y\n", &old), 0);
	assert_int_equal(g.len, 0);
	assert_int_equal(g.skipped, 2);
}

UNIT(until_takes_as_many_parts_as_are_written)
{
	const struct {
		const char *until;
		uint32_t at;
		size_t len;
	} cases[] = {
		{ "# @until 6\nCONFIG_A=y\n", ZOL_KVERSION(6, 18, 3), 1 },
		{ "# @until 6.9\nCONFIG_A=y\n", ZOL_KVERSION(6, 9, 12), 1 },
		{ "# @until 6.9\nCONFIG_A=y\n", ZOL_KVERSION(6, 10, 0), 0 },
		{ "# @until 6.9.3\nCONFIG_A=y\n", ZOL_KVERSION(6, 9, 4), 0 },
		{ "# @since 6.9.4\nCONFIG_A=y\n", ZOL_KVERSION(6, 9, 4), 1 },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		const struct zol_ktarget target = { cases[i].at, NULL };
		ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };

		assert_int_equal(add(&f, cases[i].until, &target), 0);
		assert_int_equal(f.len, cases[i].len);
	}
}

UNIT(what_cannot_be_meant_is_refused_with_its_place)
{
	assert_refused("CONFIG_A=y\nA=y\n", "t.config:2: neither");
	assert_refused("CONFIG_A\n", "t.config:1: neither");
	assert_refused("CONFIG_=y\n", "t.config:1: neither");
	assert_refused("CONFIG_A=\n", "no value");
	assert_refused("#CONFIG_A is not set\n", "is not written so");
	assert_refused("# @since six\n", "a version is expected");
	assert_refused("# @arch\n", "no ARCH");
	assert_refused("# @\n", "empty directive");
	assert_refused("# @wy text\n", "not known");
}

UNIT(nul_bytes_are_refused)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kfrags_add(&f, "t", zol_span("# a\0b\n", 6), NULL, &err), -ZOL_MALFORMED);
}

UNIT(a_config_is_read_as_the_kernel_reads_it)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *text = "#\n# Automatically\n# @nonsense\nCONFIG_A=y\r\nrubbish\n# CONFIG_B is not set\nCONFIG_C=\n";

	assert_int_equal(zol_kfrags_add_config(&f, ".config", zol_span_c(text), &err), 0);
	assert_int_equal(f.len, 3);
	assert_string_equal(f.v[0].value, "y");
	assert_string_equal(f.v[1].value, "n");
	assert_string_equal(f.v[2].value, "");
}

UNIT(words_of_a_command_line)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	static const char *const wrong[] = { "", "CONFIG_", "A B", "A-B=y", "A=", "=y", "A=y\nCONFIG_B=y" };

	assert_int_equal(zol_kfrags_add_word(&f, "--set", "CONFIG_A=m", &err), 0);
	assert_int_equal(zol_kfrags_add_word(&f, "--set", "B", &err), 0);
	assert_int_equal(zol_kfrags_add_word(&f, "--set", "C=\"x=y\"", &err), 0);
	assert_string_equal(f.v[0].name, "A");
	assert_string_equal(f.v[0].value, "m");
	assert_string_equal(f.v[1].value, "y");
	assert_string_equal(f.v[2].value, "\"x=y\"");
	for (size_t i = 0; i < ZOL_COUNT(wrong); i++) {
		assert_int_equal(zol_kfrags_add_word(&f, "--set", wrong[i], &err), -ZOL_USAGE);
		zol_err_clear(&err);
	}
}

UNIT(verdicts)
{
	static const struct {
		const char *want, *got;
		enum zol_kverdict verdict;
	} cases[] = {
		{ "y", "y", ZOL_KMET },         { "y", "m", ZOL_KUNMET },         { "y", NULL, ZOL_KUNMET },
		{ "m", "y", ZOL_KSTRONGER },    { "m", "n", ZOL_KUNMET },         { "n", NULL, ZOL_KMET },
		{ "n", "n", ZOL_KMET },         { "n", "y", ZOL_KUNMET },         { "n", "m", ZOL_KUNMET },
		{ "\"a\"", "\"a\"", ZOL_KMET }, { "\"a\"", "\"b\"", ZOL_KUNMET }, { "a", "\"a\"", ZOL_KUNMET },
		{ "8", "8", ZOL_KMET },         { "8", "64", ZOL_KUNMET },        { "08", "8", ZOL_KMET },
		{ "0x10", "0x10", ZOL_KMET },   { "0x0010", "0x10", ZOL_KMET },   { "0x10", "0x11", ZOL_KUNMET },
		{ "8", NULL, ZOL_KUNMET },      { "0xAB", "0xab", ZOL_KMET },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++)
		assert_int_equal(zol_kset_judge(cases[i].want, cases[i].got), cases[i].verdict);
}

UNIT_MAIN()
