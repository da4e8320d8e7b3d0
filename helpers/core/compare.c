/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/compare.h"

const char *zol_change_name(enum zol_change c)
{
	static const char *const names[ZOL_CHANGES] = { "same",  "regression", "fix",      "new",      "gone",
							"stale", "expired",    "expected", "still bad" };

	return (unsigned)c < ZOL_CHANGES ? names[c] : names[0];
}

/* A test that was planned and has no result is as bad as one that has failed. */
static bool bad(enum zol_verdict v)
{
	return zol_verdict_bad(v) || v == ZOL_V_NONE;
}

static enum zol_change of_bad(const struct zol_compare *c)
{
	if (c->have_base && !c->in_base)
		return ZOL_CHANGE_NEW;
	return c->in_base && bad(c->base) ? ZOL_CHANGE_STILL : ZOL_CHANGE_REGRESSION;
}

static enum zol_change of_flaky(const struct zol_compare *c, bool significant)
{
	bool worse = c->before.total > 0 && c->after.passed * c->before.total < c->before.passed * c->after.total;

	if (c->have_base && !c->in_base)
		return ZOL_CHANGE_NEW;
	return significant && worse ? ZOL_CHANGE_REGRESSION : ZOL_CHANGE_NONE;
}

static enum zol_change of_good(const struct zol_compare *c)
{
	if (c->have_base && !c->in_base)
		return ZOL_CHANGE_NEW;
	return c->in_base && bad(c->base) && c->now == ZOL_V_PASS ? ZOL_CHANGE_FIX : ZOL_CHANGE_NONE;
}

static enum zol_change change_of(const struct zol_compare *c, bool significant)
{
	const struct zol_expect *e = c->expect;

	if (!c->in_run)
		return ZOL_CHANGE_GONE;
	if (e && c->now == ZOL_V_PASS && !zol_expect_allows(e, ZOL_V_PASS))
		return ZOL_CHANGE_STALE;
	if (e && c->now != ZOL_V_PASS &&
	    (zol_expect_allows(e, c->now) || (c->now == ZOL_V_FLAKY && zol_expect_allows(e, ZOL_V_PASS))))
		return zol_expect_expired(e, c->today) ? ZOL_CHANGE_EXPIRED : ZOL_CHANGE_EXPECTED;
	if (bad(c->now))
		return of_bad(c);
	return c->now == ZOL_V_FLAKY ? of_flaky(c, significant) : of_good(c);
}

struct zol_compare_result zol_compare(const struct zol_compare *c)
{
	struct zol_compare_result r = { .p = zol_stats_fisher(c->before, c->after) };

	r.significant = c->before.total > 0 && c->after.total > 0 && r.p < ZOL_STATS_SIGNIFICANT;
	r.change = change_of(c, r.significant);
	return r;
}
