/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/testreport.h"
#include "unit.h"

static struct zol_case *add(struct zol_case_set *s, const char *name, enum zol_verdict v, const char *reason)
{
	struct zol_case *c = zol_case_add(s);

	assert_non_null(c);
	c->suite = strdup("zts");
	c->name = strdup(name);
	c->verdict = v;
	c->reason = reason ? strdup(reason) : NULL;
	c->ms = 1234;
	c->attempts = 1;
	return c;
}

static void fill(struct zol_case_set *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	s->run = 7;
	s->started = 1700000000;
	s->name = strdup("night <1>");
	assert_int_equal(zol_case_fact(s, "kernel", "6.1 \"x\"", &err), 0);
	add(s, "good", ZOL_V_PASS, NULL)->strip = strdup(".F.");
	add(s, "bad # one\\", ZOL_V_FAIL, "a <b> & \"c\"")->output = strdup("out\x01put\n\xff\xc3\xa4");
	add(s, "away", ZOL_V_SKIP, "no # disk");
	add(s, "down", ZOL_V_CRASH, "VERIFY3(a == b) failed")->log = strdup("/x/y z.log");
	add(s, "sometimes", ZOL_V_FLAKY, "passed 1 of 2: x")->attempts = 2;
	add(s, "none", ZOL_V_NONE, NULL);
}

typedef void writer(const struct zol_case_set *set, struct zol_str *s);

static void check(writer *w, const char *const *wanted, size_t n)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	fill(&set);
	w(&set, &s);
	assert_false(s.oom);
	for (size_t i = 0; i < n; i++)
		if (!strstr(zol_str_c(&s), wanted[i]))
			fail_msg("no \"%s\" in:\n%s", wanted[i], zol_str_c(&s));
}

UNIT(tap)
{
	static const char *const wanted[] = {
		"TAP version 14\n1..6\n",
		"\nok 1 - zts/good\n",
		"\nnot ok 2 - zts/bad \\# one\\\\\n  ---\n  verdict: FAIL\n",
		"  message: \"a <b> & \\\"c\\\"\"\n",
		"\nok 3 - zts/away # SKIP no \\# disk\n",
		"  log: \"/x/y z.log\"\n  ...\n",
		"\nok 5 - zts/sometimes\n  ---\n  verdict: FLAKY\n",
		"  attempts: 2\n  passed: 0\n",
		"\nnot ok 6 - zts/none\n",
	};

	check(zol_testreport_tap, wanted, ZOL_COUNT(wanted));
}

UNIT(junit)
{
	static const char *const wanted[] = {
		"<testsuites name=\"night &lt;1&gt;\" tests=\"6\" failures=\"1\" errors=\"2\" time=\"7.404\">",
		"<testsuite name=\"zts\" tests=\"6\" failures=\"1\" errors=\"2\" skipped=\"1\" time=\"7.404\" "
		"timestamp=\"2023-11-14T22:13:20Z\">",
		"<property name=\"kernel\" value=\"6.1 &quot;x&quot;\"/>",
		"<failure type=\"FAIL\" message=\"a &lt;b&gt; &amp; &quot;c&quot;\"/>",
		"<system-out>out\xef\xbf\xbdput\n\xef\xbf\xbd\xc3\xa4</system-out>",
		"<skipped message=\"no # disk\"/>",
		"<error type=\"CRASH\" message=\"VERIFY3(a == b) failed\"/>",
		"<error type=\"MISSING\" message=\"has not run\"/>",
		"<system-err>flaky: passed 1 of 2: x</system-err>",
	};

	check(zol_testreport_junit, wanted, ZOL_COUNT(wanted));
}

UNIT(xml_has_no_characters_that_it_must_not)
{
	static const char *const odd[] = { "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80", "\xef\xbf\xbf",
					   "\xf8",         "\xe2\x82" };

	for (size_t i = 0; i < ZOL_COUNT(odd); i++) {
		ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

		add(&set, "x", ZOL_V_FAIL, odd[i]);
		zol_testreport_junit(&set, &s);
		assert_null(strstr(zol_str_c(&s), odd[i]));
		assert_non_null(strstr(zol_str_c(&s), "\xef\xbf\xbd"));
	}
}

UNIT(json)
{
	static const char *const wanted[] = {
		"{\"run\":7,\"started\":\"2023-11-14T22:13:20Z\",\"ended\":null,\"name\":\"night <1>\",\"where\":null",
		"\"environment\":{\"kernel\":\"6.1 \\\"x\\\"\"}",
		"\"name\":\"good\",\"verdict\":\"PASS\",\"reason\":null",
		"\"history\":\".F.\"",
		"\"name\":\"none\",\"verdict\":null",
	};

	check(zol_testreport_json, wanted, ZOL_COUNT(wanted));
}

UNIT(json_of_a_run_that_has_ended)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { .ended = 1700000001 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_testreport_json(&set, &s);
	assert_non_null(strstr(zol_str_c(&s), "\"ended\":\"2023-11-14T22:13:21Z\""));
	assert_non_null(strstr(zol_str_c(&s), "\"tests\":[]}"));
}

UNIT_MAIN()
