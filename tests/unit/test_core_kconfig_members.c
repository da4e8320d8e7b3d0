/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is a member of a choice up to 6.10, and who stands below one: as seen with the conf of 6.1. */
#include "kworld.h"

/* The choice of A, B (with these lines) and C; both B and C can be y only when B is none of its members. */
static bool b_is_below(const char *head, const char *a, const char *b)
{
	ZOL_AUTO(free)
	char *tree =
		zol_asprintf(MODULES "config X\n def_tristate y\nconfig Z\n bool \"z\"\nchoice\n prompt \"c\"\n%s"
				     "config A\n bool%s\nconfig B\n bool \"b\"\n%sconfig C\n bool \"c\"\nendchoice\n",
			     head, a, b);
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *got = run(files, 1, "CONFIG_Z=y\nCONFIG_B=y\nCONFIG_A=y\n", NULL);

	assert_int_not_equal(strncmp(got, "error", 5), 0);
	return strstr(got, "CONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\n") != NULL;
}

UNIT(what_needs_the_one_before)
{
	assert_true(b_is_below("", " \"a\"", " depends on A\n"));
	assert_true(b_is_below("", " \"a\"", " depends on A=y\n"));
	assert_true(b_is_below("", " \"a\"", " depends on A!=n && X\n"));
	assert_true(b_is_below("", " \"a\"", " depends on !!A\n"));
	assert_true(b_is_below("", " \"a\"", " depends on X\n depends on A\n"));
}

/* It is enough that the one below is never shown when the one above is not, and names it. */
UNIT(what_is_shown_only_with_the_one_before)
{
	assert_true(b_is_below("", " \"a\"", " depends on X || A\n"));
	assert_true(b_is_below("", " \"a\"", " depends on X\n depends on A || Z\n"));
	assert_true(b_is_below("", " \"a\"\n depends on X", " depends on X && (A || Z)\n"));
	assert_true(b_is_below("", " \"a\" if X || Z", " depends on A || Z\n depends on Z || X\n"));
	assert_true(b_is_below("", " \"a\" if X", " depends on X!=n\n depends on A=y || A=m || Z\n"));
}

UNIT(what_has_less_conditions_is_a_member)
{
	const char *tree =
		"config X\n def_bool y\nconfig Z\n def_bool y\nchoice\n prompt \"c\"\nconfig A\n bool \"a\"\n"
		" depends on X\nconfig B\n bool \"b\"\n depends on A || Z\nconfig C\n bool \"c\"\nendchoice\n";
	const char *other =
		"config Z\n def_bool y\nchoice\n prompt \"c\"\nconfig A\n bool \"a\"\nconfig B\n bool \"b\"\n"
		"config C\n bool \"c\"\n depends on A || Z\nendchoice\n";

	assert_error(tree, "recursive dependency detected");
	assert_error(other, "recursive dependency detected");
}

UNIT(blocks_in_a_choice)
{
	/* All that an "if" on the one before holds stands below it. */
	const char *tree = "choice\n prompt \"c\"\nconfig A\n bool \"a\"\nif A\nconfig B\n bool \"b\"\nif A\nconfig D\n"
			   " bool \"d\"\nendif\nendif\nconfig C\n bool \"c\"\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *got = run(files, 1, "CONFIG_A=y\nCONFIG_B=y\nCONFIG_D=y\n", NULL);

	assert_string_equal(got, "CONFIG_A=y\nCONFIG_B=y\nCONFIG_D=y\n# CONFIG_C is not set\n");
	/* What follows an "if" does not stand below what it holds. */
	assert_error(
		"config X\n def_bool y\nchoice\n prompt \"c\"\nif X\nconfig A\n bool \"a\"\nendif\nconfig B\n bool \"b\"\n"
		" depends on A\nendchoice\n",
		"recursive dependency detected");
	/* One below the other below the other. */
	const char *deep =
		"choice\n prompt \"c\"\nconfig A\n bool \"a\"\nconfig B\n bool \"b\"\n depends on A\nconfig C\n"
		" bool \"c\"\n depends on B\ncomment \"t\"\n depends on A\nconfig D\n bool \"d\"\n depends on A\n"
		"config E\n bool \"e\"\nendchoice\n";
	const char *const more[] = { "Kconfig", deep, NULL };
	ZOL_AUTO(free) char *below = run(more, 1, "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_D=y\n", NULL);

	assert_string_equal(below,
			    "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n\n#\n# t\n#\nCONFIG_D=y\n# CONFIG_E is not set\n");
}

UNIT(without_a_prompt_nothing_stands_below)
{
	const char *tree =
		"choice\n prompt \"c\"\nconfig A\n bool\nconfig B\n bool \"b\"\n depends on !A || A=m\nconfig C\n"
		" bool \"c\"\nendchoice\n";

	/* B is found below A, and comes back as a member: which needs another one. */
	assert_error(tree, "recursive dependency detected");
}

UNIT(bools_in_a_tristate_choice)
{
	const char *tree =
		MODULES "choice\n tristate \"c\"\nconfig A\n tristate \"a\"\nconfig B\n bool \"b\"\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *modules = run(files, 1, "CONFIG_MODULES=y\nCONFIG_A=m\n", NULL);
	ZOL_AUTO(free) char *built = run(files, 1, "CONFIG_MODULES=y\nCONFIG_B=y\n", NULL);

	assert_string_equal(modules, "CONFIG_MODULES=y\nCONFIG_A=m\n");
	assert_string_equal(built, "CONFIG_MODULES=y\n# CONFIG_A is not set\nCONFIG_B=y\n");
}

UNIT(types_that_are_not_given)
{
	/* From a direct entry to the choice and from it to those without, member or not. */
	const char *tree =
		"choice\n prompt \"c\"\nconfig A\n prompt \"a\"\nconfig B\n bool \"b\"\nconfig C\n prompt \"c\"\n"
		" depends on B\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *got = run(files, 1, "CONFIG_B=y\nCONFIG_C=y\n", NULL);

	assert_string_equal(got, "# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=y\n");
	/* Not from what an "if" holds. */
	const char *hidden =
		"config X\n def_bool y\nchoice\n prompt \"c\"\nif X\nconfig A\n bool \"a\"\nendif\nendchoice\n";
	const char *const more[] = { "Kconfig", hidden, NULL };
	ZOL_AUTO(free) char *none = run(more, 1, "", NULL);

	assert_string_equal(none, "CONFIG_X=y\n");
}

UNIT(a_choice_of_nothing)
{
	const char *tree =
		"config X\n bool\nchoice\n bool \"c\"\ncomment \"t\"\nif X\ncomment \"u\"\nendif\nconfig A\n bool \"a\"\n"
		" depends on X\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *got = run(files, 1, "", NULL);

	assert_string_equal(got, "");
}

/* "A || !A" is no need of A. */
UNIT(circles_that_are_none)
{
	check("choice\n prompt \"c\"\nconfig A\n bool \"a\"\n depends on X || !X\nconfig B\n bool \"b\"\nendchoice\n"
	      "config X\n bool \"x\"\n depends on B\n",
	      "CONFIG_X=y\nCONFIG_B=y\n", "# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_X=y\n");
	check("config A\n bool \"a\"\n depends on B || !B\nconfig B\n bool \"b\"\n depends on A\n",
	      "CONFIG_A=y\nCONFIG_B=y\n", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_error("config A\n tristate \"a\"\n depends on B || !B\nconfig B\n tristate \"b\"\n depends on A\n",
		     "Kconfig:1: recursive dependency detected!\n\tsymbol A depends on B\n\tsymbol B depends on A");
}

/* Entries that each need the one before are followed so far only; it is refused then, or it is not. */
UNIT(a_long_way_down)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	const char *files[] = { "Kconfig", NULL, NULL };

	zol_str_puts(&tree, "choice\n prompt \"c\"\nconfig A0\n bool \"a\"\n");
	for (unsigned i = 1; i < 3000; i++)
		zol_str_printf(&tree, "config A%u\n bool \"a\"\n depends on A%u\n", i, i - 1);
	zol_str_puts(&tree, "endchoice\n");
	files[1] = zol_str_c(&tree);
	ZOL_AUTO(free) char *got = run(files, 1, "", NULL);

	assert_true(strncmp(got, "error", 5) == 0 || strncmp(got, "CONFIG_A0=y", 11) == 0);
}

UNIT_MAIN()
