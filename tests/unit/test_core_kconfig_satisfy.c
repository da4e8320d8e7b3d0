/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small trees; whole kernel trees, with answers confirmed by conf, are in kernel-oracle.t. */
#include "core/kconfig_satisfy.h"

#include "core/kconfig_dotconfig.h"
#include "unit.h"

static int one_file(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_puts(out, ctx);
	return 0;
}

struct fixture {
	struct zol_kconfig k;
	struct zol_ksat sat;
	struct zol_kio io;
	struct zol_kgoal keep;
};

static void fixture_free(struct fixture *f)
{
	zol_ksat_free(&f->sat);
	zol_kconfig_free(&f->k);
}
ZOL_CLEANUP_STRUCT(fixture, struct fixture, fixture_free);

/* keep: a symbol that must stay y, or NULL. */
static void setup(struct fixture *f, const char *tree, const char *config, const char *keep)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	f->io = (struct zol_kio){ .ctx = (char *)(uintptr_t)tree, .read = one_file };
	assert_int_equal(zol_kconfig_init(&f->k, &f->io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&f->k, "Kconfig", &err), 0);
	zol_kconfig_reset(&f->k);
	zol_kconfig_read(&f->k, zol_span_c(config));
	zol_kconfig_settle(&f->k);
	if (keep)
		f->keep = (struct zol_kgoal){ zol_kconfig_find(&f->k, keep), ZOL_KY, NULL };
	assert_int_equal(zol_ksat_init(&f->sat, &f->k, &f->keep, keep ? 1 : 0, &err), 0);
}

static enum zol_ksat_result solve(struct fixture *f, const char *name, enum zol_ktri want, struct zol_str *text)
{
	struct zol_kanswer a;
	const struct zol_kgoal goal = { zol_kconfig_find(&f->k, name), (uint8_t)want, NULL };
	enum zol_ksat_result r = zol_ksat_solve(&f->sat, goal, &a);

	for (size_t i = 0; i < a.n; i++)
		zol_str_printf(text, "%s%s=%s", i ? " " : "", a.v[i].s->name, zol_kgoal_value(&a.v[i]));
	if (r == ZOL_KSAT_FOUND)
		assert_true(zol_kgoal_met(&f->k, &goal));
	return r;
}

static void check(const char *tree, const char *config, const char *name, enum zol_ktri want, const char *answer)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, tree, config, NULL);
	assert_int_equal(solve(&f, name, want, &text), ZOL_KSAT_FOUND);
	assert_string_equal(zol_str_c(&text), answer);
}

/* The same for int, hex and string. */
static void check_text(const char *tree, const char *config, const char *name, const char *value, const char *answer)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_kanswer a;

	setup(&f, tree, config, NULL);
	const struct zol_kgoal goal = { zol_kconfig_find(&f.k, name), ZOL_KY, value };
	enum zol_ksat_result r = zol_ksat_solve(&f.sat, goal, &a);

	if (r == ZOL_KSAT_FOUND)
		assert_true(zol_kgoal_met(&f.k, &goal));
	else
		zol_str_puts(&text, r == ZOL_KSAT_NONE ? "none" : "impossible");
	for (size_t i = 0; i < a.n; i++)
		zol_str_printf(&text, "%s%s=%s", i ? " " : "", a.v[i].s->name, zol_kgoal_value(&a.v[i]));
	assert_string_equal(zol_str_c(&text), answer);
}

#define MODULES "config MODULES\n\tbool \"modules\"\n\tmodules\n"

/* n entries S0, S1, ... of a bool T, with this in each, and at the end what they say of T. */
static char *many(const char *of_t, const char *of_s, const char *sign, unsigned n)
{
	struct zol_str tree = ZOL_STR_INIT;

	zol_str_printf(&tree, "config T\n\tbool%s", of_t);
	for (unsigned i = 0; *sign && i < n; i++)
		zol_str_printf(&tree, "%sS%u", i ? sign : "\n\tdepends on ", i);
	zol_str_puts(&tree, "\n");
	for (unsigned i = 0; i < n; i++)
		zol_str_printf(&tree, "config S%u\n\tbool \"s\"\n%s", i, of_s);
	return zol_str_take(&tree);
}

/* The first of thousands of selectors is y: all are looked at, and none makes the stack any deeper. */
UNIT(thousands_of_selectors)
{
	ZOL_AUTO(free) char *tree = many("", "\tselect T\n", "", 5000);

	check(tree, "CONFIG_S0=y\n", "T", ZOL_KN, "S0=n");
}

/* Neighbours of the last number there is are not looked at. */
UNIT(a_comparison_with_the_last_number)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, "config N\n\tint \"n\"\nconfig A\n\tbool \"a\"\n\tdepends on N >= 9223372036854775807\n", "", NULL);
	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_NONE);
}

/* More than an answer has room for. */
UNIT(thousands_of_conditions)
{
	ZOL_AUTO(free) char *tree = many(" \"t\"", "", " && ", 5000);
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, tree, "", NULL);
	assert_int_equal(solve(&f, "T", ZOL_KY, &text), ZOL_KSAT_NONE);
}

UNIT(what_is_there_needs_nothing)
{
	check("config A\n\tbool \"a\"\n", "CONFIG_A=y\n", "A", ZOL_KY, "");
	check("config A\n\tbool \"a\"\n", "", "A", ZOL_KN, "");
}

UNIT(dependencies_are_set_too)
{
	check("config A\n\tbool \"a\"\n\tdepends on B && (C || D)\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n\tdepends on X\n"
	      "config D\n\tbool \"d\"\n",
	      "", "A", ZOL_KY, "B=y D=y A=y");
	check("menuconfig M\n\tbool \"m\"\nif M\nconfig A\n\tbool \"a\"\n\tdepends on !B\nendif\nconfig B\n\tbool \"b\"\n",
	      "CONFIG_B=y\n", "A", ZOL_KY, "M=y B=n A=y");
}

UNIT(promptless_symbols_by_their_selector_or_default)
{
	const char *tree =
		"config LIB\n\tbool\nconfig DRIVER\n\tbool \"d\"\n\tselect LIB\n\tselect X\n\tselect Y\n\tselect Z\n"
		"config SMALL\n\tbool \"s\"\n\tselect LIB\nconfig X\n\tbool\nconfig Y\n\tbool\nconfig Z\n\tbool\n";

	check(tree, "", "LIB", ZOL_KY, "SMALL=y");
	check("config A\n\tbool\n\tdefault y if B\nconfig B\n\tbool \"b\"\n", "", "A", ZOL_KY, "B=y");
	check("config A\n\tdef_bool B\nconfig B\n\tbool \"b\"\n", "", "A", ZOL_KY, "B=y");
	check("config A\n\tbool\n\tdefault y if B\nconfig B\n\tbool \"b\"\n", "CONFIG_B=y\n", "A", ZOL_KN, "B=n");
}

UNIT(tristates_and_modules)
{
	const char *tree = MODULES "config A\n\ttristate \"a\"\n\tdepends on B\nconfig B\n\ttristate \"b\"\n";

	check(tree, "CONFIG_MODULES=y\n", "A", ZOL_KM, "B=m A=m");
	check(tree, "CONFIG_MODULES=y\nCONFIG_B=m\n", "A", ZOL_KY, "B=y A=y");
	check(tree, "", "A", ZOL_KY, "B=y A=y");
	check(MODULES "config A\n\ttristate \"a\"\n\tdepends on m\n", "", "A", ZOL_KM, "MODULES=y A=m");
}

UNIT(choices_and_selected_symbols)
{
	const char *choice =
		"choice\n\tprompt \"c\"\n\tdepends on X\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n"
		"config X\n\tbool \"x\"\n";

	check(choice, "", "B", ZOL_KY, "X=y B=y");
	check(choice, "CONFIG_X=y\n", "A", ZOL_KN, "B=y");
	check("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tselect A\n", "CONFIG_B=y\n", "A", ZOL_KN, "B=n");
	check("config A\n\tbool \"a\"\n\tdepends on B=n\nconfig B\n\tbool \"b\"\n", "CONFIG_B=y\n", "A", ZOL_KY,
	      "B=n A=y");
	check("config A\n\tbool \"a\"\n\tdepends on B!=n\nconfig B\n\tbool \"b\"\n", "", "A", ZOL_KY, "B=y A=y");
}

UNIT(impossible_is_proved)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f,
	      "config A\n\tbool \"a\"\n\tdepends on ARM\nconfig B\n\tbool\n\tdefault y if A\nconfig C\n\tbool\nconfig D\n\tbool \"d\"\n"
	      "\tdepends on A=y || C\n",
	      "", NULL);
	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_IMPOSSIBLE);
	assert_int_equal(solve(&f, "B", ZOL_KY, &text), ZOL_KSAT_IMPOSSIBLE);
	assert_int_equal(solve(&f, "C", ZOL_KY, &text), ZOL_KSAT_IMPOSSIBLE);
	assert_int_equal(solve(&f, "D", ZOL_KY, &text), ZOL_KSAT_IMPOSSIBLE);
	assert_int_equal(text.len, 0);
}

UNIT(what_was_asked_for_is_kept)
{
	const char *tree = "config A\n\tbool \"a\"\n\tdepends on !B\nconfig B\n\tbool \"b\"\n";
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, tree, "CONFIG_B=y\n", "B");
	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_NONE);
	zol_ksym_calc(&f.k, f.keep.s);
	assert_int_equal(f.keep.s->val, ZOL_KY);
	assert_true(f.sat.tried > 0);
}

UNIT(a_dry_run_changes_nothing)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	struct zol_kanswer a;

	setup(&f, "config A\n\tbool \"a\"\n", "", NULL);
	f.sat.dry = true;
	const struct zol_kgoal goal = { zol_kconfig_find(&f.k, "A"), ZOL_KY, NULL };

	assert_int_equal(zol_ksat_solve(&f.sat, goal, &a), ZOL_KSAT_FOUND);
	assert_int_equal(a.n, 1);
	assert_false(zol_kgoal_met(&f.k, &goal));
}

UNIT(numbers_and_their_ranges)
{
	const char *tree = "config BIG\n\tbool \"b\"\nconfig SMP\n\tbool \"s\"\n"
			   "config N\n\tint \"n\"\n\tdepends on SMP\n\trange 2 4096 if BIG\n\trange 2 64\n\tdefault 8\n"
			   "config H\n hex \"h\"\n default 0x1\n";

	check_text(tree, "CONFIG_SMP=y\n", "N", "16", "N=16");
	check_text(tree, "CONFIG_SMP=y\n", "N", "8", "");
	check_text(tree, "", "N", "16", "SMP=y N=16");
	check_text(tree, "", "N", "300", "SMP=y BIG=y N=300");
	check_text(tree, "", "N", "5000", "impossible");
	check_text(tree, "", "N", "x", "impossible");
	check_text(tree, "", "H", "0x10", "H=0x10");
	check_text(tree, "", "H", "0X1", "");
}

UNIT(text_and_what_depends_on_it)
{
	const char *tree = "config S\n\tstring \"s\"\n\tdepends on X\nconfig X\n\tbool \"x\"\n"
			   "config FIXED\n\tstring\n\tdefault \"a\" if X\n\tdefault \"b\"\n"
			   "config ON_TEXT\n\tbool \"o\"\n\tdepends on S != \"\"\n"
			   "config ON_FIXED\n\tbool \"f\"\n\tdepends on FIXED = \"a\"\n"
			   "config NEVER\n\tbool \"f\"\n\tdepends on FIXED = \"c\"\n";

	check_text(tree, "", "S", "\"q\\\"\"", "X=y S=\"q\\\"\"");
	check_text(tree, "", "S", "unquoted", "impossible");
	check_text(tree, "", "FIXED", "\"a\"", "X=y");
	check_text(tree, "CONFIG_X=y\n", "FIXED", "\"b\"", "X=n");
	check(tree, "", "ON_TEXT", ZOL_KY, "X=y S=\"" ZOL_KSAT_ANY_TEXT "\" ON_TEXT=y");
	check(tree, "", "ON_FIXED", ZOL_KY, "X=y ON_FIXED=y");
}

UNIT(numbers_that_conditions_compare_with)
{
	const char *tree =
		"config N\n\tint \"n\"\n\tdefault 8\n\trange 1 100\n"
		"config LE\n\tbool \"a\"\n\tdepends on N <= 4\nconfig GT\n\tbool \"b\"\n\tdepends on N > 64\n"
		"config NOT\n\tbool \"c\"\n\tdepends on !(N = 8)\n"
		"config V\n\tint\n\tdefault 12\nconfig NEW\n\tbool \"d\"\n\tdepends on V >= 13\n";

	check(tree, "", "LE", ZOL_KY, "N=3 LE=y");
	check(tree, "", "GT", ZOL_KY, "N=65 GT=y");
	check(tree, "", "NOT", ZOL_KY, "N=7 NOT=y");
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, tree, "", NULL);
	assert_int_equal(solve(&f, "NEW", ZOL_KY, &text), ZOL_KSAT_IMPOSSIBLE);
}

UNIT(other_ways_are_told)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_kanswer alts[2];

	setup(&f,
	      "config A\n\tbool \"a\"\n\tdepends on B || C || D || E\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n"
	      "config D\n\tbool \"d\"\nconfig E\n\tbool \"e\"\n",
	      "", NULL);
	f.sat.alts = alts;
	f.sat.max_alts = 2;
	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_FOUND);
	assert_int_equal(f.sat.nalts, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(alts[i].n, 2);
		assert_true(alts[i].v[0].s != alts[1 - i].v[0].s);
	}
}

UNIT(what_stands_in_the_way)
{
	const char *tree =
		"config A\n\tbool \"a\"\n\tdepends on !B\nconfig B\n\tbool \"b\"\nconfig NO\n\tbool \"n\"\n\tdepends on A && B\n";
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f, tree, "CONFIG_B=y\n", "B");
	const struct zol_kgoal a = { zol_kconfig_find(&f.k, "A"), ZOL_KY, NULL };
	const struct zol_kgoal no = { zol_kconfig_find(&f.k, "NO"), ZOL_KY, NULL };

	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_NONE);
	assert_ptr_equal(zol_ksat_blocker(&f.sat, a), &f.keep);
	assert_true(zol_kgoal_met(&f.k, &f.keep));
	assert_false(zol_kgoal_met(&f.k, &a));
	/* Nobody's fault but its own. */
	assert_int_equal(solve(&f, "NO", ZOL_KY, &text), ZOL_KSAT_NONE);
	assert_null(zol_ksat_blocker(&f.sat, no));
}

UNIT(implied_and_given_symbols)
{
	check("config A\n\tbool\nconfig B\n\tbool \"b\"\n\timply A\n", "", "A", ZOL_KY, "B=y");
	check("config A\n\tbool\n\tdefault y if B && C=y\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n", "", "A",
	      ZOL_KY, "B=y C=y");
	check("config A\n\tdef_bool y\n\tdepends on B\nconfig B\n\tbool \"b\"\n\tdefault y\n", "CONFIG_B=y\n", "A",
	      ZOL_KN, "B=n");
	check("config A\n\tbool\nconfig B\n\tbool \"b\"\n\tselect A\nconfig C\n\tbool \"c\"\n\tselect A\n",
	      "CONFIG_B=y\nCONFIG_C=y\n", "A", ZOL_KN, "B=n C=n");
	check("config A\n\tbool \"a\"\n\tdepends on !(B || C)\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n",
	      "CONFIG_B=y\nCONFIG_C=y\n", "A", ZOL_KY, "B=n C=n A=y");
	check("config A\n\tbool \"a\"\n\tdepends on !(B && C)\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n",
	      "CONFIG_B=y\nCONFIG_C=y\n", "A", ZOL_KY, "C=n A=y");
}

UNIT(comparisons_of_tristates)
{
	const char *tree = MODULES
		"config T\n\ttristate \"t\"\nconfig EQ_M\n\tbool \"a\"\n\tdepends on T=m\nconfig NE_Y\n\tbool \"b\"\n"
		"\tdepends on T!=y\nconfig NE_N\n\tbool \"c\"\n\tdepends on T!=n\nconfig EQ_N\n\tbool \"d\"\n\tdepends on T=n\n"
		"config NOT_EQ\n\tbool \"e\"\n\tdepends on !(T=y)\nconfig LT\n\tbool \"f\"\n\tdepends on T < y\n";

	check(tree, "CONFIG_MODULES=y\n", "EQ_M", ZOL_KY, "T=m EQ_M=y");
	check(tree, "CONFIG_MODULES=y\nCONFIG_T=y\n", "EQ_M", ZOL_KY, "T=m EQ_M=y");
	check(tree, "CONFIG_MODULES=y\nCONFIG_T=y\n", "NE_Y", ZOL_KY, "T=m NE_Y=y");
	check(tree, "CONFIG_MODULES=y\n", "NE_N", ZOL_KY, "T=m NE_N=y");
	check(tree, "CONFIG_MODULES=y\nCONFIG_T=m\n", "EQ_N", ZOL_KY, "T=n EQ_N=y");
	check(tree, "CONFIG_MODULES=y\nCONFIG_T=y\n", "NOT_EQ", ZOL_KY, "T=m NOT_EQ=y");
}

UNIT(members_that_are_left)
{
	check("choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n\tdepends on X\nendchoice\n"
	      "config X\n\tbool \"x\"\n",
	      "CONFIG_A=y\n", "A", ZOL_KN, "B=y");
	check("choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\nconfig N\n\tbool \"n\"\n\tdepends on !A\n",
	      "CONFIG_A=y\n", "N", ZOL_KY, "B=y N=y");
	/* Both of two members: a contradiction. */
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f,
	      "choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\nconfig N\n\tbool \"n\"\n\tdepends on A && B\n",
	      "", NULL);
	assert_int_equal(solve(&f, "N", ZOL_KY, &text), ZOL_KSAT_NONE);
	assert_int_equal(text.len, 0);
}

UNIT(numbers_in_hexadecimal_and_second_ranges)
{
	const char *tree =
		"config H\n"
		"\t"
		"hex \"h\"\n\trange 0x10 0x20 if X\n\trange 0x100 0x200\n\tdefault 0x100\nconfig X\n\tbool \"x\"\n"
		"config ON_H\n\tbool \"o\"\n\tdepends on H = 0x18\n"
		"config D\n\tint\n\tdefault 4 if X\n\tdefault 8\n";

	check_text(tree, "", "H", "0x18", "X=y H=0x18");
	check_text(tree, "CONFIG_X=y\n", "H", "0x180", "X=n H=0x180");
	check_text(tree, "", "H", "0x99", "impossible");
	check_text(tree, "", "D", "4", "X=y");
	check_text(tree, "CONFIG_X=y\n", "D", "8", "X=n");
	check_text(tree, "", "D", "5", "impossible");
	check(tree, "", "ON_H", ZOL_KY, "X=y H=0x18 ON_H=y");
}

UNIT(one_of_very_many)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;

	/* What costs least is found behind all that selects much. */
	zol_str_puts(&tree, "config A\n\tbool\nconfig J\n\tbool\n");
	for (unsigned i = 0; i < 60; i++) {
		zol_str_printf(&tree, "config S%u\n\tbool \"s\"\n\tselect A\n", i);
		for (unsigned n = 0; i != 30 && n < 8; n++)
			zol_str_printf(&tree, "\tselect J%u\n", n);
	}
	for (unsigned n = 0; n < 8; n++)
		zol_str_printf(&tree, "config J%u\n\tbool\n", n);
	check(zol_str_c(&tree), "", "A", ZOL_KY, "S30=y");
}

UNIT(settings_that_contradict)
{
	ZOL_AUTO(fixture) struct fixture f = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	setup(&f,
	      "config A\n\tbool \"a\"\n\tdepends on B && C\nconfig B\n\tbool \"b\"\n\tdepends on X\nconfig C\n\tbool \"c\"\n\tdepends on !X\n"
	      "config X\n\tbool \"x\"\nconfig S\n\tstring \"s\"\nconfig T\n\tbool \"t\"\n\tdepends on S = \"a\" && S = \"b\"\n",
	      "", NULL);
	assert_int_equal(solve(&f, "A", ZOL_KY, &text), ZOL_KSAT_NONE);
	assert_int_equal(solve(&f, "T", ZOL_KY, &text), ZOL_KSAT_NONE);
	assert_int_equal(text.len, 0);
}

/* m is enough for one part and not for the other. */
UNIT(the_higher_of_two_needs)
{
	check(MODULES "config T\n\ttristate \"t\"\nconfig A\n\tbool \"a\"\n\tdepends on T && T=y\n",
	      "CONFIG_MODULES=y\n", "A", ZOL_KY, "T=y A=y");
	check("config S\n\tstring \"s\"\nconfig A\n\tbool \"a\"\n\tdepends on S != \"\" && S != \"b\"\n",
	      "CONFIG_S=\"b\"\n", "A", ZOL_KY, "S=\"" ZOL_KSAT_ANY_TEXT "\" A=y");
}

UNIT_MAIN()
