/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/testcase.h"
#include "unit.h"

static enum zol_verdict of(const char *letters, size_t *which)
{
	struct zol_attempt a[16] = { 0 };
	size_t n = strlen(letters);

	for (size_t i = 0; i < n; i++)
		for (unsigned v = 0; v < ZOL_VERDICTS; v++)
			if (zol_verdict_letter((enum zol_verdict)v) == letters[i])
				a[i].verdict = (enum zol_verdict)v;
	return zol_verdict_of(a, n, which);
}

UNIT(verdicts_have_names_and_letters)
{
	for (unsigned v = 1; v < ZOL_VERDICTS; v++) {
		enum zol_verdict back = ZOL_V_NONE;

		assert_true(zol_verdict_parse(zol_verdict_name((enum zol_verdict)v), &back));
		assert_int_equal(back, v);
		for (unsigned w = 0; w < v; w++)
			assert_int_not_equal(zol_verdict_letter((enum zol_verdict)v),
					     zol_verdict_letter((enum zol_verdict)w));
	}
	enum zol_verdict v = ZOL_V_SKIP;

	assert_true(zol_verdict_parse("crash", &v));
	assert_int_equal(v, ZOL_V_CRASH);
	assert_false(zol_verdict_parse("-", &v));
	assert_false(zol_verdict_parse("", &v));
	assert_int_equal(v, ZOL_V_CRASH);
	assert_string_equal(zol_verdict_name((enum zol_verdict)77), "-");
	assert_int_equal(zol_verdict_letter((enum zol_verdict)77), ' ');
}

UNIT(only_some_are_bad)
{
	assert_false(zol_verdict_bad(ZOL_V_PASS));
	assert_false(zol_verdict_bad(ZOL_V_SKIP));
	assert_false(zol_verdict_bad(ZOL_V_FLAKY));
	assert_false(zol_verdict_bad(ZOL_V_NONE));
	assert_true(zol_verdict_bad(ZOL_V_FAIL));
	assert_true(zol_verdict_bad(ZOL_V_LOST));
	assert_true(zol_verdict_bad(ZOL_V_TIMEOUT));
}

UNIT(attempts_make_a_verdict)
{
	size_t which;

	assert_int_equal(of("", &which), ZOL_V_NONE);
	assert_int_equal(of(".", &which), ZOL_V_PASS);
	assert_int_equal(which, 0);
	assert_int_equal(of("FFF", &which), ZOL_V_FAIL);
	assert_int_equal(which, 0);
	assert_int_equal(of("F.", &which), ZOL_V_FLAKY);
	assert_int_equal(which, 0);
	assert_int_equal(of("..C", &which), ZOL_V_FLAKY);
	assert_int_equal(which, 2);
	assert_int_equal(of("FCT", &which), ZOL_V_CRASH);
	assert_int_equal(which, 1);
	assert_int_equal(of("TF", &which), ZOL_V_TIMEOUT);
	assert_int_equal(of("s", &which), ZOL_V_SKIP);
	assert_int_equal(of("s.", &which), ZOL_V_PASS);
}

UNIT(lost_counts_only_alone)
{
	size_t which;

	assert_int_equal(of("L", &which), ZOL_V_LOST);
	assert_int_equal(which, 0);
	assert_int_equal(of("LL", &which), ZOL_V_LOST);
	assert_int_equal(which, 1);
	assert_int_equal(of("L.", &which), ZOL_V_PASS);
	assert_int_equal(which, 1);
	assert_int_equal(of("LFL", &which), ZOL_V_FAIL);
	assert_int_equal(which, 1);
}

UNIT(a_set_grows_and_counts)
{
	ZOL_AUTO(case_set) struct zol_case_set s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t count[ZOL_VERDICTS];

	for (int i = 0; i < 200; i++) {
		struct zol_case *c = zol_case_add(&s);

		assert_non_null(c);
		assert_null(c->name);
		c->name = strdup("x");
		c->verdict = i % 3 ? ZOL_V_PASS : ZOL_V_CRASH;
	}
	assert_int_equal(zol_case_fact(&s, "kernel", "6.1", &err), 0);
	assert_string_equal(s.facts[0].value, "6.1");
	zol_case_count(&s, count);
	assert_int_equal(count[ZOL_V_CRASH], 67);
	assert_int_equal(count[ZOL_V_PASS], 133);
	assert_int_equal(count[ZOL_V_FAIL], 0);
}

UNIT_MAIN()
