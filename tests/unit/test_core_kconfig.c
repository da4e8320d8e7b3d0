/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language on small trees in memory. What whole kernel trees give is compared with conf by kernel-oracle.t. */
#include "core/kconfig_dotconfig.h"

#include "kworld.h"
#include "unit.h"

UNIT(values_and_defaults)
{
	check("config A\n\tbool \"a\"\n", "", "# CONFIG_A is not set\n");
	check("config A\n\tbool \"a\"\n", "CONFIG_A=y\n", "CONFIG_A=y\n");
	check("config A\n\tbool \"a\"\n", "CONFIG_A=m\n", "# CONFIG_A is not set\n");
	check("config A\n\tbool \"a\"\n\tdefault y\n", "# CONFIG_A is not set\n", "# CONFIG_A is not set\n");
	check("config A\n\tstring \"a\"\n\tdefault \"x\\\"y\"\n", "", "CONFIG_A=\"x\\\"y\"\n");
	check("config A\n\tstring \"a\"\n\tdefault \"x\"\n", "CONFIG_A=abc\n", "CONFIG_A=\"x\"\n");
	check("config A\n\tint \"a\"\n\trange 2 64\n\tdefault 100\n", "", "CONFIG_A=64\n");
	check("config A\n hex \"a\"\n\trange 0x10 0x20\n\tdefault 0x1\n", "", "CONFIG_A=0x10\n");
	check("config A\n\tdef_bool y\n\nconfig B\n\tdef_bool n\n", "", "CONFIG_A=y\n");
}

UNIT(dependencies_select_and_imply)
{
	check(MODULES "config A\n\ttristate \"a\"\nconfig B\n\ttristate \"b\"\n\tdepends on A\n",
	      WITH_MODULES "CONFIG_A=m\nCONFIG_B=y\n", "CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=m\n");
	check("config A\n\tbool \"a\"\n\tselect B\nconfig B\n\tbool\n", "CONFIG_A=y\n", "CONFIG_A=y\nCONFIG_B=y\n");
	check("config A\n\tbool \"a\"\n\tselect B if C\nconfig B\n\tbool\nconfig C\n\tbool \"c\"\n", "CONFIG_A=y\n",
	      "CONFIG_A=y\n# CONFIG_C is not set\n");
	check("config A\n\tbool \"a\"\n\timply B\nconfig B\n\tbool \"b\"\n", "CONFIG_A=y\n",
	      "CONFIG_A=y\nCONFIG_B=y\n");
	check("config A\n\tbool \"a\"\n\timply B\nconfig B\n\tbool \"b\"\n", "CONFIG_A=y\n# CONFIG_B is not set\n",
	      "CONFIG_A=y\n# CONFIG_B is not set\n");
	check(MODULES "config A\n\ttristate \"a\"\n\tdepends on m\n", "CONFIG_A=y\n", "CONFIG_MODULES=y\nCONFIG_A=m\n");
	check(MODULES "config A\n\ttristate \"a\"\n\tdepends on m\n", "# CONFIG_MODULES is not set\nCONFIG_A=y\n",
	      "# CONFIG_MODULES is not set\n");
	check("config A\n\tbool \"a\" if B\n\tdefault y\nconfig B\n\tbool\n", "# CONFIG_A is not set\n",
	      "CONFIG_A=y\n");
}

UNIT(comparisons)
{
	check("config N\n\tint\n\tdefault 10\nconfig A\n\tdef_bool N > 9\nconfig B\n\tdef_bool N < 9\nconfig C\n\tdef_bool N = 0xa\n",
	      "", "CONFIG_N=10\nCONFIG_A=y\nCONFIG_C=y\n");
	check("config S\n\tstring\n\tdefault \"abc\"\nconfig A\n\tdef_bool S = \"abc\"\nconfig B\n\tdef_bool !(S = abc)\n",
	      "", "CONFIG_S=\"abc\"\nCONFIG_A=y\n");
	check("config A\n\tdef_bool !B = n && (UNDEFINED || y)\nconfig B\n\tdef_bool y\n", "",
	      "CONFIG_A=y\nCONFIG_B=y\n");
}

UNIT(menus_comments_and_visible_if)
{
	check("menu \"M\"\nconfig A\n\tbool \"a\"\ncomment \"c\"\nendmenu\nconfig B\n\tbool \"b\"\n", "",
	      "\n#\n# M\n#\n# CONFIG_A is not set\n\n#\n# c\n#\n# end of M\n\n# CONFIG_B is not set\n");
	check("menu \"M\"\n\tvisible if n\nconfig A\n\tbool \"a\"\n\tdefault y\nendmenu\n", "# CONFIG_A is not set\n",
	      "CONFIG_A=y\n");
	check("if X\nconfig A\n\tbool \"a\"\nendif\nif !X\nconfig B\n\tbool \"b\"\nendif\n", "",
	      "# CONFIG_B is not set\n");
	check("config A\n\tbool \"a\"\n\thelp\n\t  text\n\n\t  config Z\n\t\tbool\nconfig B\n\tbool \"b\"\n", "",
	      "# CONFIG_A is not set\n# CONFIG_B is not set\n");
}

static const char choice[] = "choice\n\tprompt \"c\"\n\tdefault B\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n"
			     "config C\n\tbool \"c\"\nendchoice\n";

UNIT(choices)
{
	check(choice, "", "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_C is not set\n");
	check(choice, "CONFIG_A=y\n", "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n");
	check(choice, "CONFIG_A=y\nCONFIG_C=y\n", "# CONFIG_A is not set\n# CONFIG_B is not set\nCONFIG_C=y\n");
}

/* No tree has one; up to 6.10 there is no value that could be chosen. */
UNIT(a_choice_of_numbers)
{
	const char *const by_member[] = {
		"Kconfig",
		"choice\n\tprompt \"c\"\nconfig A\n\tint \"a\"\nendchoice\nconfig B\n\tdef_bool y\n",
		NULL,
	};
	const char *const itself[] = {
		"Kconfig",
		"choice\n hex \"c\"\nconfig A\n\tbool \"a\"\nendchoice\nconfig B\n\tdef_bool y\n",
		NULL,
	};
	ZOL_AUTO(free) char *one = run(by_member, 1, "CONFIG_A=5\n", NULL);
	ZOL_AUTO(free) char *two = run(itself, 1, "", NULL);

	assert_string_equal(one, "CONFIG_B=y\n");
	assert_string_equal(two, "CONFIG_B=y\n");
}

UNIT(values_out_of_range)
{
	const char *const files[] = { "Kconfig", "config A\n\tint \"a\"\n\trange 2 64\n\tdefault 8\n", NULL };
	ZOL_AUTO(free) char *one = run(files, 1, "CONFIG_A=99999\n", NULL);
	ZOL_AUTO(free) char *two = run(files, 2, "CONFIG_A=99999\n", NULL);

	assert_string_equal(one, "CONFIG_A=8\n");
	assert_string_equal(two, "CONFIG_A=64\n");
}

UNIT(the_two_generations_of_choices_differ)
{
	const char *const files[] = { "Kconfig", choice, NULL };
	ZOL_AUTO(free) char *one = run(files, 1, "# CONFIG_B is not set\n", NULL);
	ZOL_AUTO(free) char *two = run(files, 2, "# CONFIG_B is not set\n", NULL);

	assert_string_equal(one, "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_C is not set\n");
	assert_string_equal(two, "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n");
}

UNIT(macros)
{
	check("f = $(1)-$(2)\nv := $(f,a, b)\nconfig A\n\tstring\n\tdefault \"$(v)\"\n", "", "CONFIG_A=\"a- b\"\n");
	check("v = 1\nv += 2\nw = $(v)\nv += 3\nconfig A\n\tstring\n\tdefault \"$(w)$(nothing)\"\n", "",
	      "CONFIG_A=\"1 2 3\"\n");
	check("config A\n\tstring\n\tdefault \"$(shell,x (y) $1)$(ARCH)\"\n", "", "CONFIG_A=\"<x (y) $1>x86\"\n");
	check("d := depends\nconfig A_$(ARCH)\n\tstring\n\tdefault \"$(lineno) $(filename)\"\n", "",
	      "CONFIG_A_x86=\"4 Kconfig\"\n");
	check("$(info,hello)\n$(warning-if,n,no)\nconfig A\n\tdef_bool $(empty)y\n", "", "CONFIG_A=y\n");
}

UNIT(errors_have_their_place)
{
	assert_error("config A\n\tbool \"a\"\nnonsense\n", "Kconfig:3: unknown statement \"nonsense\"");
	assert_error("config\n", "Kconfig:1: one symbol's name");
	assert_error("source \"none\"\n", "Kconfig:1: can't open file \"none\"");
	assert_error(
		"source \"self\"\n",
		"self:1: Recursive inclusion detected.\nInclusion path:\n  current file : self\n  included from: self:1");
	assert_error("source \"open\"\nendmenu\n", "open:1: the block that begins here is not closed in this file");
	assert_error("endif\n", "Kconfig:1: unexpected \"endif\"");
	assert_error("config A\n\tdepends on (B\n", "Kconfig:2: a closing parenthesis");
	assert_error("config A\n\tdepends on B &&\n", "Kconfig:2: a symbol is missing");
	assert_error("config A\n\tdepends B\n", "Kconfig:2: \"depends\" lacks");
	assert_error("config A\n\tbool \"a\" B\n", "Kconfig:2: unexpected text");
	assert_error("config A\n\tdefault $(x\n", "Kconfig:2: a \"$\" that begins no complete");
	assert_error("x = $(y)\ny = $(x)\nz := $(x)\n",
		     "Kconfig:3: Recursive variable 'x' references itself (eventually)");
	assert_error("f = $(f,$(1)x)\nz := $(f,x)\n", "nested too deep");
	assert_error(
		"a = $(1)$(1)$(1)$(1)$(1)$(1)$(1)$(1)\nz := $(a,$(a,$(a,$(a,$(a,$(a,$(a,$(a,$(a,$(a,xxxxxxxx))))))))))\n",
		"macros expand without end");
	assert_error("$(error-if,y,no compiler)\n", "Kconfig:1: no compiler");
	assert_error("$(shell,a,b)\n", "wrong number of arguments for shell");
	assert_error("config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool\n\tselect A\n\tdefault A\n",
		     "recursive dependency detected!");
	assert_error("config A\n\tbool \"a\"\n\tdepends on A\n",
		     "Kconfig:1: recursive dependency detected!\n\tsymbol A depends on A");
}

UNIT(malformed_statements_and_options)
{
	static const char *const bad[] = {
		"config A B\n",
		"config \"A\"\n",
		"config y\n",
		"menu\n",
		"menu (\n",
		"comment\n",
		"mainmenu\n",
		"source\n",
		"if\n",
		"if A B\nendif\n",
		"endchoice\n",
		"choice\n prompt\nendchoice\n",
		"config A\n bool (\n",
		"config A\n prompt (\n",
		"config A\n bool \"a\" if\n",
		"config A\n bool \"a\" if B C\n",
		"config A\n default\n",
		"config A\n default B if\n",
		"config A\n select\n",
		"config A\n select \"B\"\n",
		"config A\n select B if\n",
		"config A\n imply\n",
		"config A\n range 1\n",
		"config A\n range 1 2 3\n",
		"config A\n depends on\n",
		"config A\n depends\n",
		"config A\n depends on B if\n",
		"config A\n depends on B C\n",
		"config A\n option\n",
		"config A\n bool\n modules x\n",
		"menu \"m\"\n visible B\nendmenu\n",
		"config A\n depends on B = \n",
		"config A\n depends on !\n",
		"config A\n depends on ()\n",
		"config A\n depends on B || \n",
		"x := $(y\n",
		"config A\n bool \"$(y\n",
		"$(warning-if,y)\n",
		"$(filename,x)\n",
		"config A\n visible if B\n",
		"choice\nconfig A\n bool \"a\"\nendmenu\n",
		"choice A B\nnonsense\nendchoice\n",
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_error(bad[i], "error: Kconfig:");
}

UNIT(what_older_and_newer_trees_write)
{
	check("config MODULES\n bool \"m\"\n option modules\n default y\nconfig Y\n bool \"y\"\n option allnoconfig_y\n option env=\"X\"\n",
	      "", "CONFIG_MODULES=y\n# CONFIG_Y is not set\n");
	check("config A\n bool \"a\"\n depends on B if C\nconfig B\n bool \"b\"\nconfig C\n bool \"c\"\n",
	      "CONFIG_A=y\n", "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n");
	check("config A\n bool \"a\"\n depends on B if C\nconfig B\n bool \"b\"\nconfig C\n bool \"c\"\n",
	      "CONFIG_A=y\nCONFIG_C=y\n", "# CONFIG_B is not set\nCONFIG_C=y\n");
	check("config OLD\n bool\n transitional\nconfig NEW\n bool \"n\"\n default OLD\n", "CONFIG_OLD=y\n",
	      "CONFIG_NEW=y\n");
	check("config A\n boolean \"a\"\n ---help---\n  text\n\n   more\nconfig $B\n bool \"b\"\n", "CONFIG_A=y\n",
	      "CONFIG_A=y\n# CONFIG_$B is not set\n");
}

UNIT(warnings_are_notes)
{
	const char *const files[] = { "Kconfig", "config A\n\tbool \"a\"\n\tint\n@\nconfig B\n\tdefault y\n", NULL };
	char *notes;
	ZOL_AUTO(free) char *text = run(files, 1, "", &notes);

	assert_non_null(strstr(notes, "Kconfig:3: ignoring type redefinition of 'A'"));
	assert_non_null(strstr(notes, "Kconfig:4: ignoring unsupported character '@'"));
	assert_non_null(strstr(notes, "Kconfig:5: config symbol 'B' defined without type"));
	free(notes);
}

UNIT(what_is_read_and_what_is_not)
{
	const char *tree =
		MODULES "config T\n\ttristate \"t\"\nconfig H\n hex \"h\"\n\tdefault 0x1\nconfig S\n\tstring \"s\"\n";

	check(tree, "CONFIG_T=yes\nCONFIG_H=ff\nCONFIG_S=\"a\\\\b\" tail\n",
	      "CONFIG_MODULES=y\nCONFIG_T=y\nCONFIG_H=ff\nCONFIG_S=\"a\\\\b\"\n");
	check(tree, "CONFIG_T=m\r\nCONFIG_H=xyz\nCONFIG_S=\"open\n CONFIG_T=y\n",
	      "CONFIG_MODULES=y\nCONFIG_T=m\nCONFIG_H=0x1\nCONFIG_S=\"\"\n");
	check(tree, "CONFIG_T=y\nCONFIG_T=n\nCONFIG_UNKNOWN=y\n# CONFIG_H is not set",
	      "CONFIG_MODULES=y\n# CONFIG_T is not set\nCONFIG_H=0x1\nCONFIG_S=\"\"\n");
}

UNIT(expressions_as_text)
{
	struct world w = { .files = (const char *const[]){
				   "Kconfig",
				   "config A\n\tbool\n\tdepends on (B || C) && !(D && E) && F!=m && G=\"x\" || !H\n",
				   NULL } };
	struct zol_kio io = kworld_io;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	io.ctx = &w;
	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kexpr_text(zol_kconfig_find(&k, "A")->dir_dep, &text);
	assert_string_equal(zol_str_c(&text), "(B || C) && !(D && E) && F!=m && G=\"x\" || !H");
}

/* Reads (or sets all to `all`), writes; reading what was written, in full and as a minimum, gives the same. */
static void round_trip(const char *tree, unsigned generation, const char *config, int all)
{
	struct world w = { .files = (const char *const[]){ "Kconfig", tree, NULL } };
	struct zol_kio io = kworld_io;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_str full[3] = { ZOL_STR_INIT, ZOL_STR_INIT, ZOL_STR_INIT };
	ZOL_AUTO(str) struct zol_str min = ZOL_STR_INIT;

	io.ctx = &w;
	assert_int_equal(zol_kconfig_init(&k, &io, generation, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	for (size_t i = 0; i < ZOL_COUNT(full); i++) {
		zol_kconfig_reset(&k);
		zol_kconfig_read(&k, i == 0 ? zol_span_c(config) :
				     i == 1 ? zol_span_str(&full[0]) :
					      zol_span_str(&min));
		zol_kconfig_settle(&k);
		if (i == 0 && all >= 0)
			zol_kconfig_set_all(&k, (enum zol_ktri)all);
		zol_kconfig_write(&k, &full[i]);
		if (i == 0)
			zol_kconfig_write_def(&k, &min);
		assert_string_equal(zol_str_c(&full[i]), zol_str_c(&full[0]));
	}
	for (size_t i = 0; i < ZOL_COUNT(full); i++)
		zol_str_free(&full[i]);
	zol_str_free(&w.notes);
}

UNIT(what_is_written_is_what_it_says)
{
	static const char tree[] = MODULES
		"config B\n bool \"b\"\n default y\nconfig T\n tristate \"t\"\n default m\n depends on B\nconfig L\n tristate\n"
		"config I\n tristate \"i\"\n imply T\n select L if T\nconfig N\n int \"n\"\n default 5\n range 1 9\n"
		"config X\n hex \"x\"\n default 0x10 if B\nconfig S\n string \"s\"\n default \"a\" if T\n"
		"choice\n prompt \"c\"\n default C2\nconfig C1\n bool \"1\"\nconfig C2\n bool \"2\"\n depends on B\nconfig C3\n bool \"3\"\nendchoice\n"
		"menu \"m\"\n depends on I\nconfig IN\n bool \"in\"\n default y if T=y\nendmenu\ncomment \"c\"\n depends on !B\n"
		"if T\nconfig UNDER\n def_tristate T\nconfig UNDER2\n bool \"u\"\n depends on UNDER\nendif\n";
	static const char *const configs[] = {
		"",
		"CONFIG_MODULES=y\nCONFIG_T=y\nCONFIG_I=m\nCONFIG_C1=y\n",
		"# CONFIG_B is not set\nCONFIG_C3=y\nCONFIG_X=0xff\n",
		"CONFIG_MODULES=n\nCONFIG_I=m\nCONFIG_N=9\nCONFIG_S=\"q\\\"\"\nCONFIG_C2=n\n",
		"CONFIG_N=77\nCONFIG_X=zz\nCONFIG_C1=n\nCONFIG_C2=n\nCONFIG_C3=n\n",
		"CONFIG_T=n\nCONFIG_I=y\nCONFIG_IN=n\nCONFIG_UNDER2=y\nCONFIG_S=\"\"\n",
		"CONFIG_C1=y\nCONFIG_C3=y\nCONFIG_C1=y\nCONFIG_L=y\n",
	};

	for (unsigned generation = 1; generation <= 2; generation++)
		for (size_t i = 0; i < ZOL_COUNT(configs); i++)
			for (int all = -1; all <= ZOL_KY; all++)
				round_trip(tree, generation, configs[i], all);
}

static bool valid(enum zol_ktype type, const char *value)
{
	const struct zol_ksym s = { .name = "A", .type = (uint8_t)type };

	return zol_kconfig_valid(&s, zol_span_c(value));
}

UNIT(values_that_a_type_can_have)
{
	static const struct {
		enum zol_ktype type;
		const char *good[8], *bad[12];
	} cases[] = {
		{ ZOL_KT_BOOL, { "y", "n" }, { "m", "", "yes", "Y", "0" } },
		{ ZOL_KT_TRISTATE, { "y", "m", "n" }, { "", "mm", "x" } },
		{ ZOL_KT_INT, { "0", "-7", "100" }, { "", "-", "-0x1", "00", "07", "a", "1a", "/", ":" } },
		{ ZOL_KT_HEX, { "0x0", "0XfF", "ff", "0", "007" }, { "", "0x", "0X", "g", "0xg", "x1", "0y" } },
		{ ZOL_KT_STRING,
		  { "\"\"", "\"a\"", "\"a\" behind", "\"\\\"\"" },
		  { "", "a", "\"", "\"a", "\"a\\", "\"\\\"" } },
		{ ZOL_KT_UNKNOWN, { NULL }, { "y", "", "1" } },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		for (const char *const *v = cases[i].good; *v; v++)
			assert_true(valid(cases[i].type, *v));
		for (const char *const *v = cases[i].bad; *v; v++)
			assert_false(valid(cases[i].type, *v));
	}
	/* Text ends at its bytes, not at a NUL among them. */
	assert_false(zol_kconfig_valid(&(struct zol_ksym){ .type = ZOL_KT_HEX }, zol_span("1\0", 2)));
}

UNIT(lines_that_say_nothing)
{
	check("config A\n\tbool \"a\"\n\tdefault y\n",
	      "CONFIG_\nCONFIG_=n\nCONFIG_A\n# CONFIG_A\n# CONFIG_ is not set\nCONFIG_A=\n#CONFIG_A is not set\n# CONFIG_A was set\nCONFIG_B=y\n",
	      "CONFIG_A=y\n");
	const char *const files[] = { "Kconfig", "config A\n\tbool \"a\"\n\tdefault y\n", NULL };
	ZOL_AUTO(free) char *one = run(files, 1, "# CONFIG_A is not set, is it\n", NULL);
	ZOL_AUTO(free) char *two = run(files, 2, "# CONFIG_A is not set, is it\n", NULL);

	assert_string_equal(one, "# CONFIG_A is not set\n");
	assert_string_equal(two, "CONFIG_A=y\n");
}

UNIT(choices_of_tristates)
{
	const char *tree =
		MODULES "choice\n\ttristate \"c\"\nconfig A\n\ttristate \"a\"\nconfig B\n\ttristate \"b\"\nendchoice\n";
	const char *const files[] = { "Kconfig", tree, NULL };
	ZOL_AUTO(free) char *both = run(files, 1, WITH_MODULES "CONFIG_A=m\nCONFIG_B=m\n", NULL);
	ZOL_AUTO(free) char *one = run(files, 1, WITH_MODULES "CONFIG_A=y\n", NULL);

	assert_string_equal(both, "CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=m\n");
	assert_string_equal(one, "CONFIG_MODULES=y\nCONFIG_A=y\n# CONFIG_B is not set\n");
}

UNIT(expressions_that_are_too_deep)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;

	zol_str_puts(&tree, "config A\n\tdepends on ");
	for (unsigned i = 0; i < 2001; i++)
		zol_str_putc(&tree, '(');
	zol_str_puts(&tree, "B\n");
	assert_error(zol_str_c(&tree), "Kconfig:2: an expression nested too deep");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_kexpr_text(NULL, &text);
	assert_string_equal(zol_str_c(&text), "y");
}

UNIT_MAIN()
