/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions as conf has them: each row was seen in what the conf of 6.1 and 6.12 prints (conf --helpnewconfig). */
#include "core/kconfig_priv.h"

#include "kworld.h"

#define SYMBOLS                                                                             \
	MODULES "config A\n bool \"a\"\nconfig B\n bool \"b\"\nconfig S\n tristate \"s\"\n" \
		"config T\n tristate \"t\"\nconfig I\n int \"i\"\n"

/* The dependency of R, made simpler; y when nothing is left. */
static char *simpler(unsigned generation, const char *condition)
{
	ZOL_AUTO(free) char *tree = zol_asprintf(SYMBOLS "config R\n tristate \"r\"\n depends on %s\n", condition);
	const char *const files[] = { "Kconfig", tree, NULL };
	struct world w = { .files = files };
	struct zol_kio io = kworld_io;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kterms) struct zol_kterms terms = { .k = &k };
	struct zol_str out = ZOL_STR_INIT;

	io.ctx = &w;
	assert_int_equal(zol_kconfig_init(&k, &io, generation, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kexpr_text(zol_kterms_join(&terms, zol_kconfig_find(&k, "R")->dir_dep, NULL), &out);
	assert_false(terms.failed);
	zol_str_free(&w.notes);
	return zol_str_take(&out);
}

struct row {
	const char *condition, *one, *two; /* two: NULL when it is the same */
};

static void rows(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++, row++) {
		ZOL_AUTO(free) char *one = simpler(1, row->condition);
		ZOL_AUTO(free) char *two = simpler(2, row->condition);

		assert_string_equal(one, row->one);
		assert_string_equal(two, row->two ? row->two : row->one);
	}
}

UNIT(bools_are_compared_with_nothing)
{
	static const struct row v[] = {
		{ "A=y", "A", NULL },
		{ "A=n", "!A", NULL },
		{ "A!=y", "!A", NULL },
		{ "A!=n", "A", NULL },
		{ "A!=m", "y", NULL },
		{ "A=m", "n", NULL },
		{ "S=y", "S=y", NULL },
		{ "A=B", "A=B", NULL },
		{ "I=y", "I=y", NULL },
		/* What is known so stays, up to 6.10, as long as there is nothing else to do. */
		{ "A=m || B", "n || B", "B" },
		{ "A=m || B || B", "B", NULL },
		{ "A=m && B", "n && B", "n" },
		{ "(A!=m || B) && S && S", "S", NULL },
		{ "m", "m && MODULES", NULL },
	};

	rows(v, ZOL_COUNT(v));
}

UNIT(not_stands_before_symbols)
{
	static const struct row v[] = {
		{ "!!A", "A", NULL },
		{ "!(A && S)", "!A || !S", NULL },
		{ "!(A || !S)", "!A && S", NULL },
		{ "!(S=y)", "S!=y", NULL },
		{ "!(S!=m && T)", "S=m || !T", NULL },
		{ "!(I<3)", "I>=3", NULL },
		{ "!(I<=3)", "I>3", NULL },
		{ "!(I>3)", "I<=3", NULL },
		{ "!(I>=3)", "I<3", NULL },
		{ "!(A=y)", "!A", NULL },
		{ "!y", "n", NULL },
		{ "!n", "y", NULL },
		{ "!m", "!(m && MODULES)", NULL },
	};

	/* The last one is a conjunction when it is read. */
	rows(v, ZOL_COUNT(v) - 1);
	ZOL_AUTO(free) char *text = simpler(1, v[ZOL_COUNT(v) - 1].condition);

	assert_string_equal(text, "m || !MODULES");
}

UNIT(one_symbol_twice)
{
	static const struct row v[] = {
		{ "A && A", "A", NULL },
		{ "A || A", "A", NULL },
		{ "A || !A", "y", NULL },
		{ "!A || A", "y", NULL },
		{ "A && !A", "A && !A", NULL },
		{ "S || !S", "S || !S", NULL },
		{ "S=y || S=m", "S!=n", NULL },
		{ "S=n || S=y", "S!=m", NULL },
		{ "S=m || S=n", "S!=y", NULL },
		{ "S=m || S!=n", "S=m || S!=n", NULL },
		{ "S && S=y", "S=y", NULL },
		{ "S=y && S", "S=y", NULL },
		{ "S && S!=n", "S", NULL },
		{ "S!=m && S", "S=y", NULL },
		{ "S && S=m", "S && S=m", NULL },
		{ "S=m && S!=n", "S=m", NULL },
		{ "S!=m && S=y", "S=y", NULL },
		{ "S=m && S!=m", "n", NULL },
		{ "S!=y && S=y", "n", NULL },
		{ "S!=y && S!=n", "S=m", NULL },
		{ "S!=y && S!=m", "S=n", NULL },
		{ "S!=n && S!=m", "S=y", NULL },
		{ "S!=T && S=y", "S!=T && S=y", NULL },
		{ "S=T && S!=y", "S=T && S!=y", NULL },
		{ "S!=T && S!=y", "S!=T && S!=y", NULL },
		{ "I=y || I=m", "I=y || I=m", NULL },
		{ "S<y || S=y", "S<y || S=y", NULL },
	};

	rows(v, ZOL_COUNT(v));
}

UNIT(lists_that_say_the_same)
{
	static const struct row v[] = {
		{ "(A || B) && (B || A)", "B || A", NULL },
		{ "(A && S) || (S && A) || T", "S && A || T", NULL },
		{ "(A || B) && (A || S)", "(A || B) && (A || S)", NULL },
		/* Both are never n: so they are the same. */
		{ "(n && A || n && B) || S", "n && A || n && B || S", "S" },
		{ "!(A && I) || (!S && n) || (I && n)", "!A || !I", NULL },
		{ "(y || A) && (y || B)", "y", NULL },
		{ "S && (A || !A) && (T || T)", "S && T", NULL },
		{ "(A || (B && (A || B))) && (A || B) && (B || A)", NULL, NULL },
	};

	rows(v, 3);
	ZOL_AUTO(free) char *folded = simpler(2, v[3].condition);

	assert_string_equal(folded, v[3].two);
	rows(v + 4, 3);
	ZOL_AUTO(free) char *nested = simpler(1, v[7].condition);

	assert_string_equal(nested, "(A || B && (A || B)) && (B || A)");
}

UNIT(what_is_too_large_is_told)
{
	ZOL_AUTO(str) struct zol_str condition = ZOL_STR_INIT;
	const char *files[] = { "Kconfig", NULL, NULL };
	struct world w = { .files = files };
	struct zol_kio io = kworld_io;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kterms) struct zol_kterms terms = { .k = &k };

	zol_str_puts(&condition, "config R\n bool \"r\"\n depends on X0");
	for (unsigned i = 1; i < 7000; i++)
		zol_str_printf(&condition, " || X%u", i);
	zol_str_puts(&condition, "\n");
	files[1] = zol_str_c(&condition);
	io.ctx = &w;
	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	(void)zol_kterms_join(&terms, zol_kconfig_find(&k, "R")->dir_dep, NULL);
	assert_true(terms.failed);
}

UNIT_MAIN()
