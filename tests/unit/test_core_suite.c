/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "core/suite.h"

#include "unit.h"

static int parse(const char *text, struct zol_suite *ret, struct zol_err *err)
{
	return zol_suite_parse(zol_span_c(text), ret, err);
}

#define MINIMAL "[suite]\nname = a\ntitle = A\nwhere = vm\nparser = exit\ncommand = true\n"

UNIT(a_full_description_is_read)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(
		parse("# remark\n[suite]\nname = zts\ntitle = ZFS\twith a tab\nwhere = chroot\nparser = zts\n"
		      "list = runfile ${dir}/a.run b.run\ntests = one\n  two\n\tthree\n"
		      "install = a /b 755\nsetup = x 'a b'\nsetup = y\nbefore = z\ncommand = t \"${test}\"\n"
		      "after = q\nteardown = r\ndirectory = /d\nenv = A=1 'B=x y'\nartifact = /x/*\n"
		      "require = program:zpool module:zfs\ntimeout = 5m\nfloor = 10s\nceiling = 2m\nfactor = 3\n"
		      "serial = yes\n[vars]\ndir = /usr\n[group g]\ntitle = G\ntests = a/* b\n"
		      "[test a/*]\ntimeout = 1h\nskip = because\n[test b]\ncommand = other\n",
		      &s, &err),
		0);
	assert_string_equal(s.name, "zts");
	assert_string_equal(s.title, "ZFS with a tab");
	assert_int_equal(s.where, ZOL_SUITE_CHROOT);
	assert_int_equal(s.parser, ZOL_PARSER_ZTS);
	assert_int_equal(s.listing, ZOL_LIST_RUNFILE);
	assert_int_equal(s.list.len, 2);
	assert_int_equal(s.tests.len, 3);
	assert_string_equal(s.tests.v[2], "three");
	assert_int_equal(s.install.len, 3);
	assert_int_equal(s.setup.len, 2);
	assert_string_equal(s.setup.v[0].argv.v[1], "a b");
	assert_int_equal(s.before.len, 1);
	assert_int_equal(s.after.len, 1);
	assert_int_equal(s.teardown.len, 1);
	assert_string_equal(s.command.v[1], "${test}");
	assert_string_equal(s.env.v[1], "B=x y");
	assert_string_equal(s.directory, "/d");
	assert_int_equal(s.timeout, 300000);
	assert_int_equal(s.floor, 10000);
	assert_int_equal(s.ceiling, 300000); /* never below the time limit */
	assert_int_equal(s.factor, 3);
	assert_true(s.serial);
	assert_int_equal(s.ngroups, 1);
	assert_string_equal(s.groups[0].title, "G");
	assert_int_equal(s.nrules, 2);
}

UNIT(what_is_not_said_has_defaults)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(parse(MINIMAL, &s, &err), 0);
	assert_int_equal(s.timeout, 600000);
	assert_int_equal(s.floor, 30000);
	assert_int_equal(s.ceiling, 3600000);
	assert_int_equal(s.factor, 10);
	assert_int_equal(s.listing, ZOL_LIST_FIXED);
	assert_null(s.gone);
}

UNIT(a_suite_that_is_gone_needs_no_command)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(parse("[suite]\nname = a\ntitle = A\ngone = use b\n", &s, &err), 0);
	assert_string_equal(s.gone, "use b");
}

UNIT(what_is_wrong_is_named_with_its_line)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "name = a\n", "line 1: a key before the first section" },
		{ "[what]\n", "line 1: no section is called 'what'" },
		{ "[suite]\nwhat = a\n", "line 2: [suite] has no key 'what'" },
		{ "[suite]\n\n# x\nwhere = moon\n", "line 4: where: \"where\" is vm or chroot" },
		{ "[suite]\nparser = ear\n", "line 2: parser: \"parser\" is none that there is" },
		{ "[suite]\nlist = guess\n", "line 2: list: \"list\" is fixed, runfile, files or command" },
		{ "[suite]\nlist =\n", "line 2: list: \"list\" is fixed, runfile, files or command" },
		{ "[suite]\nlist = fixed a\n", "line 2: list: \"list\": wrong number of words" },
		{ "[suite]\nlist = files a\n", "line 2: list: \"list\": wrong number of words" },
		{ "[suite]\nlist = command\n", "line 2: list: \"list\": wrong number of words" },
		{ "[suite]\ncommand = a 'b\n", "line 2: command: a quote is not closed" },
		{ "[suite]\nlist = a 'b\n", "line 2: list: a quote is not closed" },
		{ "[suite]\nname = a\nname = b\n", "line 3: name: a second value" },
		{ "[group a]\n[group a]\n", "line 2: a second group 'a'" },
		{ "[group a]\nwhat = x\n", "line 2: [group a] has no key 'what'" },
		{ "[suite]\ntitle = a\n", "no 'name'" },
		{ "[suite]\nname = a\n", "no 'title'" },
		{ "[suite]\nname = a/b\ntitle = a\n", "\"name\" cannot be a file's name" },
		{ "[suite]\nname = a\ntitle = a\n", "no 'where'" },
		{ "[suite]\nname = a\ntitle = a\nwhere = vm\n", "no 'parser'" },
		{ "[suite]\nname = a\ntitle = a\nwhere = vm\nparser = tap\n", "no 'command'" },
		{ MINIMAL "install = a b\n", "\"install\" has SRC DEST MODE" },
		{ MINIMAL "timeout = 1m\nceiling = 1m\nfloor = 2m\n", "\"floor\" is above \"ceiling\"" },
		{ "[suite\n", "line 1: no \"[section]\"" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(suite) struct zol_suite s = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(parse(t[i].text, &s, &err), -ZOL_MALFORMED);
		assert_string_equal(zol_err_text(&err), t[i].want);
		assert_null(s.name);
	}
}

UNIT(numbers_and_durations_are_checked)
{
	static const char *const bad[] = { "timeout = soon\n", "factor = 0\n", "factor = x\n", "serial = maybe\n" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(suite) struct zol_suite s = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(free) char *text = zol_asprintf(MINIMAL "%s", bad[i]);

		assert_int_equal(parse(text, &s, &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "line 7: "));
	}
}

UNIT(names_are_what_the_enumerations_say)
{
	assert_string_equal(zol_suite_where_name(ZOL_SUITE_VM), "vm");
	assert_string_equal(zol_suite_where_name((enum zol_suite_where)9), "unknown");
	assert_string_equal(zol_suite_parser_name(ZOL_PARSER_TAP), "tap");
	assert_string_equal(zol_suite_parser_name((enum zol_suite_parser)99), "unknown");
}

/* Every description that is shipped, with everything in it that can be expanded. */
UNIT(the_shipped_suites_are_right)
{
	static const char *const names[] = {
		"zts", "xfstests", "selftest", "ztest", "filebench", "fio", "splat", "cmd"
	};
	static const char *const set[] = { "test", "suite", "results", "mnt", "disk1", "disk2", "seconds" };
	static const char *const values[] = { "t", "s", "/r", "/m", "/d1", "/d2", "9" };
	static const char *const args[] = { "true", NULL };
	const struct zol_suite_vars vars = { .names = set, .values = values, .len = ZOL_COUNT(set), .args = args };
	const char *top = getenv("ZOL_TOP");

	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/conf/suites/%s.ini", top ? top : ".", names[i]);
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(suite) struct zol_suite s = { 0 };
		ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		const struct zol_strv *lists[] = { &s.command, &s.list, &s.tests, &s.install, &s.env, &s.artifacts };
		const struct zol_suite_cmds *cmds[] = { &s.setup, &s.before, &s.after, &s.teardown };

		assert_int_equal(zol_read_file(path, ZOL_READ_MAX, &text, &err), 0);
		assert_int_equal(zol_suite_parse(zol_span_str(&text), &s, &err), 0);
		assert_string_equal(s.name, names[i]);
		assert_int_equal(s.gone != NULL, strcmp(names[i], "splat") == 0);
		for (size_t k = 0; k < ZOL_COUNT(lists); k++)
			assert_int_equal(zol_suite_expand(&s, lists[k], &vars, &words, &err), 0);
		for (size_t k = 0; k < ZOL_COUNT(cmds); k++)
			for (size_t n = 0; n < cmds[k]->len; n++)
				assert_int_equal(zol_suite_expand(&s, &cmds[k]->v[n].argv, &vars, &words, &err), 0);
		for (size_t k = 0; k < s.nrules; k++)
			assert_int_equal(zol_suite_expand(&s, &s.rules[k].command, &vars, &words, &err), 0);
		for (size_t k = 0; k < words.len; k++)
			assert_null(strstr(words.v[k], "${"));
	}
}

UNIT_MAIN()
