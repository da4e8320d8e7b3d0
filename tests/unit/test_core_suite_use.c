/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite.h"

#include "unit.h"

static void split(const char *line, struct zol_strv *ret)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_suite_words(zol_span_c(line), ret, &err), 0);
}

UNIT(words_are_split_as_the_grammar_says)
{
	static const struct {
		const char *line, *want[4];
	} t[] = {
		{ "a b\tc\nd", { "a", "b", "c", "d" } },
		{ "  'a b'  \"c d\"", { "a b", "c d" } },
		{ "a'b c'd", { "ab cd" } },
		{ "a\\ b 'c\\d' \"e\\\"f\"", { "a b", "c\\d", "e\"f" } },
		{ "'' x", { "", "x" } },
		{ "\"it's\"", { "it's" } },
		{ "end\\", { "end\\" } },
		{ "   ", { NULL } },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(strv) struct zol_strv got = ZOL_STRV_INIT;

		split(t[i].line, &got);
		for (size_t k = 0; k < got.len; k++)
			assert_string_equal(got.v[k], t[i].want[k]);
		assert_true(got.len == 4 || !t[i].want[got.len]);
	}
}

UNIT(a_quote_must_be_closed)
{
	static const char *const bad[] = { "'", "a \"b", "\"\\\"" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(strv) struct zol_strv got = ZOL_STRV_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_suite_words(zol_span_c(bad[i]), &got, &err), -ZOL_MALFORMED);
	}
}

static const char suite_text[] = "[suite]\nname = a\ntitle = A\nwhere = vm\nparser = exit\ncommand = run\n"
				 "timeout = 100s\nfloor = 10s\nceiling = 200s\nfactor = 10\n"
				 "[vars]\ndir = /usr\nsub = ${dir}/sub\nself = x${self}\ndir = /opt\n"
				 "[group g]\ntests = acl/* exact\n"
				 "[test slow*]\ntimeout = 600s\n[test slower]\nskip = too slow\ncommand = other\n";

static void load(struct zol_suite *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_suite_parse(zol_span_c(suite_text), s, &err), 0);
}

UNIT(names_are_replaced)
{
	static const char *const names[] = { "test", "dir" }, *const values[] = { "t 1", "/given" };
	static const char *const args[] = { "x", "y z", NULL };
	const struct zol_suite_vars vars = { .names = names, .values = values, .len = 1, .args = args };
	const struct zol_suite_vars more = { .names = names, .values = values, .len = 2 };
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(strv) struct zol_strv in = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv out = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv given = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	load(&s);
	split("a-${test}-b ${sub}/${dir} ${args} ${open $x ${", &in);
	assert_int_equal(zol_suite_expand(&s, &in, &vars, &out, &err), 0);
	assert_int_equal(out.len, 7);
	assert_string_equal(out.v[0], "a-t 1-b");
	assert_string_equal(out.v[1], "/opt/sub//opt");
	assert_string_equal(out.v[2], "x");
	assert_string_equal(out.v[3], "y z");
	assert_string_equal(out.v[4], "${open");
	assert_string_equal(out.v[5], "$x");
	assert_string_equal(out.v[6], "${");
	assert_int_equal(zol_suite_expand(&s, &in, &more, &given, &err), 0);
	assert_string_equal(given.v[1], "/given/sub//given");
	assert_int_equal(given.len, 5); /* no operands */
}

UNIT(a_name_without_value_or_end_is_refused)
{
	static const struct {
		const char *word, *want;
	} t[] = {
		{ "${what}", "suite a: nothing sets ${what}" },
		{ "${self}", "suite a: ${self} names itself" },
		{ "x${args}", "suite a: nothing sets ${args}" },
	};
	const struct zol_suite_vars vars = { 0 };
	ZOL_AUTO(suite) struct zol_suite s = { 0 };

	load(&s);
	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(strv) struct zol_strv in = ZOL_STRV_INIT;
		ZOL_AUTO(strv) struct zol_strv out = ZOL_STRV_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		zol_strv_add(&in, t[i].word);
		assert_int_equal(zol_suite_expand(&s, &in, &vars, &out, &err), -ZOL_USAGE);
		assert_string_equal(zol_err_text(&err), t[i].want);
	}
}

UNIT(groups_have_names_and_globs)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	const struct zol_suite_group *g;

	load(&s);
	assert_null(zol_suite_group(&s, "none"));
	g = zol_suite_group(&s, "g");
	assert_non_null(g);
	assert_true(zol_suite_group_has(g, "acl/posix/one"));
	assert_true(zol_suite_group_has(g, "exact"));
	assert_false(zol_suite_group_has(g, "exactly"));
}

UNIT(rules_hold_for_what_they_match)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	struct zol_suite_test t;

	load(&s);
	zol_suite_test(&s, "any", &t);
	assert_int_equal(t.timeout, 100000);
	assert_int_equal(t.ceiling, 200000);
	assert_null(t.skip);
	assert_string_equal(t.command->v[0], "run");
	zol_suite_test(&s, "slower", &t);
	assert_int_equal(t.timeout, 600000);
	assert_int_equal(t.ceiling, 600000);
	assert_string_equal(t.skip, "too slow");
	assert_string_equal(t.command->v[0], "other");
}

UNIT(the_limit_follows_history_between_floor_and_ceiling)
{
	ZOL_AUTO(suite) struct zol_suite s = { 0 };

	load(&s);
	assert_int_equal(zol_suite_limit(&s, "any", 0), 100000);
	assert_int_equal(zol_suite_limit(&s, "any", 500), 10000);
	assert_int_equal(zol_suite_limit(&s, "any", 5000), 50000);
	assert_int_equal(zol_suite_limit(&s, "any", 50000), 200000);
	assert_int_equal(zol_suite_limit(&s, "any", UINT64_MAX / 2), 200000);
	assert_int_equal(zol_suite_limit(&s, "slow", 500), 600000);
}

UNIT_MAIN()
