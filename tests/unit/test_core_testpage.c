/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/testreport.h"
#include "unit.h"

/* What a browser does with the page, tests/cli/test-page.t sees. */
static void page(const char *name, const char *reason, const char *log, struct zol_str *s)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { .run = 3 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_case *c = zol_case_add(&set);

	assert_non_null(c);
	assert_int_equal(zol_case_fact(&set, "host", "<h>", &err), 0);
	c->suite = strdup("zts");
	c->name = strdup(name);
	c->reason = strdup(reason);
	c->log = strdup(log);
	c->strip = strdup(".FsCHfTL");
	c->output = strdup("line one\n\tline <two>\n");
	c->verdict = ZOL_V_CRASH;
	c->ms = 90500;
	c->attempts = 3;
	c->passed = 1;
	c->before = (struct zol_rate){ 18, 20 };
	zol_testpage(&set, s);
	assert_false(s->oom);
}

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(a_row_says_all)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	page("a/B", "VERIFY failed", "/var/x.log", &s);
	has(&s,
	    "data-verdict=CRASH data-ms=90500 data-tries=3 data-rate=82.6 data-name=\"zts/a/B\" data-text=\"zts/a/b crash verify failed\"");
	has(&s, "<td class=t>zts/a/B</td><td class=\"v bad\">CRASH</td><td class=n>90.5 s</td><td class=n>1 of 3</td>");
	has(&s, "<a href=\"file:///var/x.log\">log</a>");
	has(&s, "<i class=good title=PASS></i><i class=bad title=FAIL></i><i class=skip title=SKIP></i>");
	has(&s, "<i class=odd title=FLAKY></i>");
	has(&s, "<pre>line one\n&#9;line &lt;two&gt;\n</pre>");
	has(&s, "<button type=button data-v=CRASH><span class=bad>CRASH</span> 1</button>");
	has(&s, "host <b>&lt;h&gt;</b>");
	has(&s, "run 3");
	has(&s, "title=\"passed 19 of 23 attempts; the true rate is 63 to 93 %, with a confidence of 95 % (Wilson)\"");
	assert_null(strstr(zol_str_c(&s), "class=\"change"));
}

/* A rate of 20 of 20 that becomes passed of n; the text of the change, or none. */
static void changed(uint64_t passed, uint64_t n, enum zol_verdict verdict, const char *text)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(case_set) struct zol_case_set set = { .run = 3 };
	struct zol_case *c = zol_case_add(&set);

	assert_non_null(c);
	c->suite = strdup("s");
	c->name = strdup("t");
	c->verdict = verdict;
	c->attempts = n;
	c->passed = passed;
	c->before = (struct zol_rate){ 20, 20 };
	zol_testpage(&set, &s);
	if (text)
		has(&s, text);
	assert_int_equal(strstr(zol_str_c(&s), "class=\"change") != NULL, text != NULL);
	assert_int_equal(strstr(zol_str_c(&s), " data-changed data-name") != NULL, text != NULL);
	assert_int_equal(strstr(zol_str_c(&s), "rate has changed 1") != NULL, text != NULL);
}

UNIT(only_a_significant_change_of_the_rate_is_told)
{
	changed(0, 4, ZOL_V_FAIL, "100 &#8594; 0 %");
	changed(0, 1, ZOL_V_FAIL, "before 20 of 20, now 0 of 1: chance alone gives this in 4.8 of 100 cases");
	changed(4, 4, ZOL_V_PASS, NULL);
	changed(3, 4, ZOL_V_FLAKY, NULL);
	/* skipped and lost attempts say nothing about the rate */
	changed(0, 4, ZOL_V_SKIP, NULL);
	changed(0, 4, ZOL_V_LOST, NULL);
}

UNIT(nothing_of_a_test_becomes_markup)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	page("<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "/a b\"<c>?#.log", &s);
	assert_null(strstr(zol_str_c(&s), "<script>alert"));
	assert_null(strstr(zol_str_c(&s), "<img"));
	has(&s, "&lt;script&gt;alert(1)&lt;/script&gt;");
	has(&s, "href=\"file:///a%20b%22%3Cc%3E%3F%23.log\"");
}

UNIT(the_page_needs_nothing_else)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	page("a", "b", "rel/c.log", &s);
	has(&s, "<!doctype html>");
	has(&s, "prefers-color-scheme:dark");
	has(&s, "<a href=\"rel/c.log\">");
	assert_null(strstr(zol_str_c(&s), "http:"));
	assert_null(strstr(zol_str_c(&s), "https:"));
}

UNIT(a_test_without_a_result_is_missing)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_case *c = zol_case_add(&set);

	c->suite = strdup("s");
	c->name = strdup("n");
	set.name = strdup("R & D");
	zol_testpage(&set, &s);
	has(&s, "data-verdict=MISSING");
	has(&s, "<title>R &amp; D</title>");
	has(&s, "<button type=button data-v=MISSING>");
}

UNIT_MAIN()
