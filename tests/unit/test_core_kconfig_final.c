/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of choices and what only looks like them, m without modules, symbols of several places, circles. */
#include "kworld.h"

static void generations(const char *kconfig, const char *config, const char *want_one, const char *want_two)
{
	const char *const files[] = { "Kconfig", kconfig, NULL };
	ZOL_AUTO(free) char *one = run(files, 1, config, NULL);
	ZOL_AUTO(free) char *two = run(files, 2, config, NULL);

	assert_string_equal(one, want_one);
	assert_string_equal(two, want_two);
}

/* Up to 6.10, what needs the member before it is shown below it and is none itself. */
UNIT(what_depends_on_the_member_before_it)
{
	static const char *const conditions[] = { "A", "A=y", "A!=n", "X && A=m || A && X", "A && X" };

	for (size_t i = 0; i < ZOL_COUNT(conditions); i++) {
		ZOL_AUTO(free)
		char *tree = zol_asprintf("config X\n def_bool y\nchoice\n prompt \"c\"\nconfig A\n bool \"a\"\n"
					  "config B\n bool \"b\"\n depends on %s\nconfig C\n bool \"c\"\nendchoice\n",
					  conditions[i]);

		generations(tree, "CONFIG_A=y\nCONFIG_B=y\n",
			    "CONFIG_X=y\nCONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\n",
			    "error: Kconfig:5: recursive dependency detected!\n\tsymbol B depends on A");
	}
}

UNIT(choices_of_all_sorts)
{
	/* Members inside an if; other things in a choice are none. */
	check("choice\n prompt \"c\"\nif X\nconfig A\n bool \"a\"\nendif\ncomment \"t\"\nconfig B\n bool \"b\"\nendchoice\n",
	      "", "\n#\n# t\n#\nCONFIG_B=y\n");
	/* A member that is named twice is one. */
	check("choice\n prompt \"c\"\nconfig A\n bool \"a\"\nconfig B\n bool \"b\"\nconfig A\n default y\nendchoice\n",
	      "CONFIG_B=y\n", "# CONFIG_A is not set\nCONFIG_B=y\n");
	/* Types that are given once, by the choice or by a member. */
	check("choice\n bool \"c\"\nconfig A\n prompt \"a\"\nconfig B\n prompt \"b\"\nendchoice\n", "CONFIG_B=y\n",
	      "# CONFIG_A is not set\nCONFIG_B=y\n");
	check("choice\n prompt \"c\"\nendchoice\nconfig Z\n bool \"z\"\n", "", "# CONFIG_Z is not set\n");
	/* More members than are made room for at first. */
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str want = ZOL_STR_INIT;

	zol_str_puts(&tree, "choice\n prompt \"c\"\n");
	for (unsigned i = 0; i < 40; i++) {
		zol_str_printf(&tree, "config A%u\n bool \"a\"\n", i);
		zol_str_printf(&want, i == 33 ? "CONFIG_A%u=y\n" : "# CONFIG_A%u is not set\n", i);
	}
	zol_str_puts(&tree, "endchoice\n");
	check(zol_str_c(&tree), "CONFIG_A33=y\n", zol_str_c(&want));
}

UNIT(optional_choices_may_be_empty)
{
	const char *tree =
		"choice\n prompt \"c\"\n optional\nconfig A\n bool \"a\"\nconfig B\n bool \"b\"\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *none = run(files, 1, "", NULL);
	ZOL_AUTO(free) char *one = run(files, 1, "CONFIG_B=y\n", NULL);

	assert_string_equal(none, "");
	assert_string_equal(one, "# CONFIG_A is not set\nCONFIG_B=y\n");
}

UNIT(m_without_modules)
{
	check("config A\n tristate \"a\"\n depends on m\nconfig B\n bool \"b\"\n", "CONFIG_A=m\n",
	      "# CONFIG_B is not set\n");
	check("config A\n tristate \"a\"\n", "CONFIG_A=m\n", "CONFIG_A=y\n");
	check(MODULES "config A\n tristate \"a\"\n depends on !m\n", "CONFIG_A=y\n", "CONFIG_MODULES=y\nCONFIG_A=m\n");
}

UNIT(symbols_of_several_places)
{
	check("config A\n bool \"a\"\n depends on X\nconfig A\n bool\n default y\nconfig X\n bool \"x\"\n", "",
	      "CONFIG_A=y\n# CONFIG_X is not set\n");
	check("config A\n bool \"one\"\n depends on X\nconfig A\n bool \"two\"\n depends on !X\nconfig X\n bool \"x\"\n",
	      "CONFIG_A=y\n", "CONFIG_A=y\n# CONFIG_X is not set\n");
}

UNIT(circles_and_how_they_are_told)
{
	assert_error(
		"config A\n def_bool B\nconfig B\n def_bool C\nconfig C\n def_bool A\n",
		"Kconfig:1: recursive dependency detected!\n\tsymbol A default value contains B\n\tsymbol B default value contains C\n"
		"\tsymbol C default value contains A");
	assert_error("config A\n bool \"a\"\n depends on B\n select B\nconfig B\n bool \"b\"\n",
		     "symbol A depends on B\n\tsymbol B is selected by A");
	assert_error("config A\n bool \"a\"\n imply B\nconfig B\n bool \"b\"\n select A\n", "is implied by");
	assert_error("config A\n bool \"a\" if A=y\n", "symbol A prompt is visible depending on A");
}

/* Since 6.11 all in a choice are members, and none may need another. */
UNIT(members_that_need_each_other)
{
	assert_error_of(
		2,
		"choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\nendchoice\n",
		"Kconfig:3: recursive dependency detected!\n\tsymbol B depends on A");
	assert_error_of(
		2,
		"choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\n\tdepends on X\nconfig B\n\tbool \"b\"\nendchoice\n"
		"config X\n\tdef_bool B\n",
		"Kconfig:6: recursive dependency detected!\n\tsymbol A depends on X\n\tsymbol X default value contains B");
	assert_error_of(
		2,
		"choice\n\tprompt \"c\"\n\tdepends on A\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n",
		"recursive dependency detected!\n\tsymbol <choice> depends on A");
}

UNIT(many_circles)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;

	for (unsigned i = 0; i < 30; i++)
		zol_str_printf(
			&tree,
			"config A%u\n\tbool \"a\"\n\tdepends on B%u\nconfig B%u\n\tbool \"b\"\n\tdepends on A%u\n", i,
			i, i, i);
	assert_error(zol_str_c(&tree),
		     "Kconfig:1: recursive dependency detected!\n\tsymbol A0 depends on B0\n\tsymbol B0 depends on A0\n"
		     "Kconfig:7: recursive dependency detected!");
	/* One way round that no symbol of the path before it belongs to. */
	assert_error(
		"config X\n\tbool \"x\"\n\tdepends on A\nconfig A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n\tdepends on A\n",
		"Kconfig:4: recursive dependency detected!\n\tsymbol A depends on B\n\tsymbol B depends on A");
	assert_error(
		"choice\n\tprompt \"c\"\n\tdepends on A\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n",
		"recursive dependency detected!\n\tsymbol <choice> depends on A");
}

UNIT_MAIN()
