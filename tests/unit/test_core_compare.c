/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/compare.h"
#include "unit.h"

#define NOBODY ZOL_VERDICTS /* not in this run */

static enum zol_change change(unsigned base, unsigned now, const struct zol_expect *e)
{
	struct zol_compare c = {
		.have_base = true, .in_base = base != NOBODY, .in_run = now != NOBODY, .today = "2026-11-22"
	};

	c.expect = e;
	c.base = c.in_base ? (enum zol_verdict)base : ZOL_V_NONE;
	c.now = c.in_run ? (enum zol_verdict)now : ZOL_V_NONE;
	return zol_compare(&c).change;
}

UNIT(without_a_baseline)
{
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_PASS, NULL), ZOL_CHANGE_NONE);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_FAIL, NULL), ZOL_CHANGE_REGRESSION);
	assert_int_equal(change(ZOL_V_SKIP, ZOL_V_CRASH, NULL), ZOL_CHANGE_REGRESSION);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_LOST, NULL), ZOL_CHANGE_REGRESSION);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_NONE, NULL), ZOL_CHANGE_REGRESSION);
	assert_int_equal(change(ZOL_V_FAIL, ZOL_V_PASS, NULL), ZOL_CHANGE_FIX);
	assert_int_equal(change(ZOL_V_FAIL, ZOL_V_HANG, NULL), ZOL_CHANGE_STILL);
	assert_int_equal(change(ZOL_V_FAIL, ZOL_V_SKIP, NULL), ZOL_CHANGE_NONE);
	assert_int_equal(change(NOBODY, ZOL_V_PASS, NULL), ZOL_CHANGE_NEW);
	assert_int_equal(change(NOBODY, ZOL_V_FAIL, NULL), ZOL_CHANGE_NEW);
	assert_int_equal(change(NOBODY, ZOL_V_FLAKY, NULL), ZOL_CHANGE_NEW);
	assert_int_equal(change(ZOL_V_PASS, NOBODY, NULL), ZOL_CHANGE_GONE);
}

UNIT(without_a_run_to_compare_with)
{
	struct zol_compare c = { .in_run = true, .now = ZOL_V_FAIL, .today = "2026-11-22" };

	assert_int_equal(zol_compare(&c).change, ZOL_CHANGE_REGRESSION);
	c.now = ZOL_V_PASS;
	assert_int_equal(zol_compare(&c).change, ZOL_CHANGE_NONE);
}

UNIT(with_a_baseline)
{
	char day[] = "2026-11-21";
	struct zol_expect must = { .allowed = 1U << ZOL_V_FAIL };
	struct zol_expect may = { .allowed = 1U << ZOL_V_FAIL | 1U << ZOL_V_PASS };
	struct zol_expect old = { .allowed = 1U << ZOL_V_FAIL, .expires = day };

	assert_int_equal(change(ZOL_V_PASS, ZOL_V_FAIL, &must), ZOL_CHANGE_EXPECTED);
	assert_int_equal(change(NOBODY, ZOL_V_FAIL, &must), ZOL_CHANGE_EXPECTED);
	assert_int_equal(change(ZOL_V_FAIL, ZOL_V_PASS, &must), ZOL_CHANGE_STALE);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_CRASH, &must), ZOL_CHANGE_REGRESSION);
	assert_int_equal(change(ZOL_V_FAIL, ZOL_V_PASS, &may), ZOL_CHANGE_FIX);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_FLAKY, &may), ZOL_CHANGE_EXPECTED);
	assert_int_equal(change(ZOL_V_PASS, ZOL_V_FAIL, &old), ZOL_CHANGE_EXPIRED);
	assert_int_equal(change(ZOL_V_PASS, NOBODY, &must), ZOL_CHANGE_GONE);
}

UNIT(a_rate_that_falls_is_told)
{
	struct zol_compare c = { .have_base = true,
				 .in_base = true,
				 .in_run = true,
				 .base = ZOL_V_PASS,
				 .now = ZOL_V_FLAKY,
				 .today = "2026-11-22",
				 .before = { 40, 40 },
				 .after = { 1, 2 } };
	struct zol_compare_result r = zol_compare(&c);

	assert_true(r.significant);
	assert_true(r.p < 0.05);
	assert_int_equal(r.change, ZOL_CHANGE_REGRESSION);
	c.before = (struct zol_rate){ 20, 40 };
	r = zol_compare(&c);
	assert_false(r.significant);
	assert_int_equal(r.change, ZOL_CHANGE_NONE);
	c.before = (struct zol_rate){ 1, 40 };
	c.after = (struct zol_rate){ 30, 40 };
	r = zol_compare(&c);
	assert_true(r.significant);
	assert_int_equal(r.change, ZOL_CHANGE_NONE);
	c.after = (struct zol_rate){ 0, 0 };
	assert_false(zol_compare(&c).significant);
}

UNIT(changes_have_names)
{
	for (unsigned i = 0; i < ZOL_CHANGES; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(zol_change_name((enum zol_change)i),
						zol_change_name((enum zol_change)k));
	assert_string_equal(zol_change_name((enum zol_change)99), "same");
}

UNIT_MAIN()
