/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_bounds.h"

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
	struct zol_kbounds b;
	struct zol_kio io;
};

static void setup(struct fixture *f, const char *tree)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	f->io = (struct zol_kio){ .ctx = (char *)(uintptr_t)tree, .read = one_file };
	assert_int_equal(zol_kconfig_init(&f->k, &f->io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&f->k, "Kconfig", &err), 0);
	assert_int_equal(zol_kbounds_find(&f->k, &f->b, &err), 0);
}

static void finish(struct fixture *f)
{
	zol_kbounds_free(&f->b);
	zol_kconfig_free(&f->k);
}

/* "A:nm" for a symbol that is at least n and at most m, for each name. */
static void check(const char *tree, const char *want)
{
	static const char letters[] = "nmy";
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct fixture f = { 0 };
	struct zol_span rest = zol_span_c(want), word;

	setup(&f, tree);
	while (zol_span_field(&rest, " ", &word)) {
		ZOL_AUTO(free) char *name = zol_span_dup(zol_span(word.ptr, word.len - 3));

		assert_non_null(name);
		const struct zol_ksym *s = zol_kconfig_find(&f.k, name);

		assert_non_null(s);
		zol_str_printf(&text, "%s%s:%c%c", text.len ? " " : "", name, letters[f.b.min[s->index]],
			       letters[f.b.max[s->index]]);
	}
	assert_string_equal(zol_str_c(&text), want);
	finish(&f);
}

UNIT(what_can_be_set_is_free)
{
	check("config A\n bool \"a\"\nconfig T\n tristate \"t\"\n", "A:ny T:ny");
}

UNIT(without_a_prompt_the_defaults_and_selects_decide)
{
	check("config MMU\n def_bool y\nconfig OFF\n def_bool n\nconfig NONE\n bool\nconfig M\n def_tristate m\n",
	      "MMU:yy OFF:nn NONE:nn M:mm");
	check("config A\n bool\n default y if X\nconfig X\n bool \"x\"\n", "A:ny");
	check("config A\n bool\n default n if X\n default y\nconfig X\n bool \"x\"\n", "A:ny");
	check("config A\n bool\nconfig ON\n def_bool y\n select A\nconfig B\n bool\nconfig X\n bool \"x\"\n select B\n",
	      "A:yy B:ny");
}

UNIT(what_needs_the_impossible_is_impossible)
{
	check("config A\n bool \"a\"\n depends on ARM\nconfig B\n bool \"b\"\n depends on A || GHOST\n", "A:nn B:nn");
	check("config MMU\n def_bool y\nconfig A\n bool \"a\"\n depends on !MMU\nconfig B\n bool \"b\"\n depends on MMU=n\n"
	      "config C\n bool \"c\"\n depends on MMU!=y\nconfig D\n bool \"d\"\n depends on MMU=y && MMU!=n\n",
	      "A:nn B:nn C:nn D:ny");
	check("config M\n def_tristate m\nconfig T\n tristate \"t\"\n depends on M\nconfig B\n bool \"b\"\n depends on M\n",
	      "T:nm B:ny");
}

UNIT(versions_that_are_too_old)
{
	check("config V\n int\n default 12\nconfig A\n bool \"a\"\n depends on V >= 13\nconfig B\n bool \"b\"\n depends on V < 13\n",
	      "A:nn B:ny");
	check("config V\n int \"v\"\nconfig A\n bool \"a\"\n depends on V >= 13\n", "A:ny");
	check("config V\n int\n default W\nconfig W\n int \"w\"\nconfig A\n bool \"a\"\n depends on V >= 13\n", "A:ny");
}

UNIT(members_of_choices_are_free)
{
	check("choice\n prompt \"c\"\nconfig A\n bool \"a\"\nconfig B\n bool \"b\"\n depends on GHOST\nendchoice\n",
	      "A:ny B:nn");
}

static bool never(const char *tree, const char *raw)
{
	struct fixture f = { 0 };

	setup(&f, tree);
	bool r = zol_kbounds_never(&f.k, &f.b, zol_kconfig_find(&f.k, "N"), raw);

	finish(&f);
	return r;
}

UNIT(values_that_can_never_be)
{
	assert_true(never("config N\n int \"n\"\n", "a"));
	assert_true(never("config N\n int \"n\"\n", "07"));
	assert_false(never("config N\n int \"n\"\n", "-7"));
	assert_true(never("config N\n string \"n\"\n", "text"));
	assert_false(never("config N\n string \"n\"\n", "\"text\""));
	assert_true(never("config N\n int \"n\"\n range 1 10\n", "11"));
	assert_false(never("config N\n int \"n\"\n range 1 10\n", "10"));
	assert_false(never("config N\n int \"n\"\n range 1 W\nconfig W\n int \"w\"\n", "11"));
	assert_false(never("config N\n int \"n\"\n range 1 10 if W\nconfig W\n bool \"w\"\n", "11"));
	assert_true(never(
		"config N\n int \"n\"\n range 1 E\nconfig E\n int\n default 9 if W\n default 5\nconfig W\n bool \"w\"\n",
		"10"));
	assert_false(never(
		"config N\n int \"n\"\n range 1 E\nconfig E\n int\n default 9 if W\n default 5\nconfig W\n bool \"w\"\n",
		"8"));
	assert_true(never("config N\n hex \"n\"\n depends on GHOST\n", "0x1"));
	assert_true(never("config N\n hex\n default 0x2\n", "0x1"));
	assert_false(never("config N\n hex\n default 0x1\n", "0x1"));
}

UNIT(comparisons_with_what_can_never_be)
{
	static const char base[] =
		"config ON\n def_bool y\nconfig OFF\n bool\nconfig FREE\n bool \"f\"\nconfig TEXT\n string\n default \"a\"\n";
	static const struct {
		const char *cond;
		bool can;
	} cases[] = {
		{ "ON=n", false },         { "ON!=n", true },          { "ON=y", true },        { "ON!=y", false },
		{ "OFF=n", true },         { "OFF!=n", false },        { "OFF=y", false },      { "OFF!=y", true },
		{ "FREE=n", true },        { "FREE!=n", true },        { "FREE=m", true },      { "FREE!=y", true },
		{ "TEXT=\"a\"", true },    { "TEXT=\"\"", true },      { "TEXT=\"b\"", false }, { "TEXT=FREE", true },
		{ "GHOST=n", true },       { "GHOST!=n", true },       { "GHOST!=y", true },    { "!GHOST", true },
		{ "!(ON && FREE)", true }, { "!(ON || FREE)", false }, { "\"x\"", false },      { "m && OFF", false },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(free)
		char *tree = zol_asprintf("%sconfig A\n bool \"a\"\n depends on %s\n", base, cases[i].cond);

		if (!cases[i].can)
			check(tree, "A:nn");
		else
			check(tree, "A:ny");
	}
}

UNIT(numbers_without_a_value_of_their_own)
{
	check("config V\n int\nconfig A\n bool \"a\"\n depends on V = 0\nconfig B\n bool \"b\"\n depends on V = \"\"\n",
	      "A:nn B:ny");
	check("config V\n"
	      " hex\nconfig A\n bool \"a\"\n depends on V > 1\n",
	      "A:nn");
	check("config V\n int\n range 1 5\nconfig A\n bool \"a\"\n depends on V > 1\n", "A:ny");
}

UNIT(what_is_surely_on)
{
	check("config A\n bool\n imply B\n default y\nconfig B\n bool\n default y\n", "A:yy B:ny");
	check("config M\n tristate\n default y if T\n default m\nconfig T\n tristate \"t\"\n", "M:my");
	check("config A\n bool \"a\"\n default y\nconfig B\n bool\n default A\n", "A:ny B:ny");
	check("config A\n def_bool y\n select B\nconfig B\n bool \"b\"\n depends on X\nconfig X\n bool \"x\"\n",
	      "B:yy");
}

UNIT(ends_of_ranges)
{
	static const char tree[] =
		"config E\n int\n default 9 if W\n default 5\n default 7\nconfig W\n bool \"w\"\n"
		"config P\n int \"p\"\nconfig R\n int\n range 1 2\nconfig V\n int\n default P\nconfig NONE\n int\n"
		"config X\n int\n default E\n";
	struct fixture f = { 0 };
	long long v = 0;

	setup(&f, tree);
	assert_true(zol_kbounds_end(zol_kconfig_find(&f.k, "E"), 10, true, &v));
	assert_int_equal(v, 9);
	assert_true(zol_kbounds_end(zol_kconfig_find(&f.k, "E"), 10, false, &v));
	assert_int_equal(v, 5);
	for (const char *const *name = (const char *const[]){ "P", "R", "V", "NONE", "X", NULL }; *name; name++)
		assert_false(zol_kbounds_end(zol_kconfig_find(&f.k, *name), 10, true, &v));
	finish(&f);
	assert_true(never("config N\n int \"n\"\n range 5 10\n", "4"));
	assert_false(never("config N\n int \"n\"\n range 5 10 if X\n range 1 10\nconfig X\n bool \"x\"\n", "4"));
	assert_false(never("config N\n int \"n\"\n range 5 10\nconfig N\n int \"again\"\n range 1 3\n", "4"));
	assert_false(never("config N\n int\n default M\nconfig M\n int \"m\"\n", "4"));
}

UNIT_MAIN()
