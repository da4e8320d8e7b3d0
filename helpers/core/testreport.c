/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/testreport.h"

#include <time.h>

#include "base/rows.h"

static void add_time(struct zol_str *s, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[32];

	if (gmtime_r(&t, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		zol_str_puts(s, buf);
}

/* --- TAP ----------------------------------------------------------------------------------------- */

/* A description: "#" and backslash mean something there. */
static void tap_text(struct zol_str *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			zol_str_putc(s, '\\');
		zol_str_putc(s, (unsigned char)*text < ' ' ? ' ' : *text);
	}
}

static void tap_yaml(const struct zol_case *c, struct zol_str *s)
{
	zol_str_printf(s, "  ---\n  verdict: %s\n  duration_ms: %ju\n", zol_verdict_name(c->verdict), (uintmax_t)c->ms);
	if (c->attempts > 1)
		zol_str_printf(s, "  attempts: %ju\n  passed: %ju\n", (uintmax_t)c->attempts, (uintmax_t)c->passed);
	if (c->reason) {
		zol_str_puts(s, "  message: ");
		zol_json_string(s, c->reason);
		zol_str_putc(s, '\n');
	}
	if (c->log) {
		zol_str_puts(s, "  log: ");
		zol_json_string(s, c->log);
		zol_str_putc(s, '\n');
	}
	zol_str_puts(s, "  ...\n");
}

void zol_testreport_tap(const struct zol_case_set *set, struct zol_str *s)
{
	zol_str_printf(s, "TAP version 14\n1..%zu\n", set->n);
	for (size_t i = 0; i < set->n; i++) {
		const struct zol_case *c = &set->v[i];
		bool bad = zol_verdict_bad(c->verdict) || c->verdict == ZOL_V_NONE;

		zol_str_printf(s, "%s %zu - ", bad ? "not ok" : "ok", i + 1);
		tap_text(s, c->suite);
		zol_str_putc(s, '/');
		tap_text(s, c->name);
		if (c->verdict == ZOL_V_SKIP) {
			zol_str_puts(s, " # SKIP ");
			tap_text(s, c->reason ? c->reason : "");
		}
		zol_str_putc(s, '\n');
		if (bad || c->verdict == ZOL_V_FLAKY)
			tap_yaml(c, s);
	}
}

/* --- JUnit --------------------------------------------------------------------------------------- */

static void xml_attr(struct zol_str *s, const char *name, const char *value)
{
	zol_str_printf(s, " %s=\"", name);
	zol_xml_text(s, zol_span_c(value ? value : ""));
	zol_str_putc(s, '"');
}

static void xml_seconds(struct zol_str *s, uint64_t ms)
{
	zol_str_printf(s, " time=\"%ju.%03ju\"", (uintmax_t)(ms / 1000), (uintmax_t)(ms % 1000));
}

static void junit_case(const struct zol_case *c, struct zol_str *s)
{
	const char *tag = c->verdict == ZOL_V_FAIL ? "failure" : "error";

	zol_str_puts(s, "    <testcase");
	xml_attr(s, "classname", c->suite);
	xml_attr(s, "name", c->name);
	xml_seconds(s, c->ms);
	zol_str_puts(s, ">\n");
	if (c->verdict == ZOL_V_SKIP) {
		zol_str_puts(s, "      <skipped");
		xml_attr(s, "message", c->reason);
		zol_str_puts(s, "/>\n");
	} else if (zol_verdict_bad(c->verdict) || c->verdict == ZOL_V_NONE) {
		zol_str_printf(s, "      <%s", tag);
		xml_attr(s, "type", c->verdict == ZOL_V_NONE ? "MISSING" : zol_verdict_name(c->verdict));
		xml_attr(s, "message", c->reason ? c->reason : "has not run");
		zol_str_puts(s, "/>\n");
	}
	if (c->output) {
		zol_str_puts(s, "      <system-out>");
		zol_xml_text(s, zol_span_c(c->output));
		zol_str_puts(s, "</system-out>\n");
	}
	if (c->verdict == ZOL_V_FLAKY) {
		zol_str_puts(s, "      <system-err>flaky: ");
		zol_xml_text(s, zol_span_c(c->reason ? c->reason : ""));
		zol_str_puts(s, "</system-err>\n");
	}
	zol_str_puts(s, "    </testcase>\n");
}

static void junit_counts(const struct zol_case_set *set, const char *suite, struct zol_str *s)
{
	size_t tests = 0, failures = 0, errors = 0, skipped = 0;
	uint64_t ms = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct zol_case *c = &set->v[i];

		if (suite && strcmp(c->suite, suite) != 0)
			continue;
		tests++;
		ms += c->ms;
		if (c->verdict == ZOL_V_FAIL)
			failures++;
		else if (c->verdict == ZOL_V_SKIP)
			skipped++;
		else if (zol_verdict_bad(c->verdict) || c->verdict == ZOL_V_NONE)
			errors++;
	}
	zol_str_printf(s, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests, failures, errors);
	if (suite)
		zol_str_printf(s, " skipped=\"%zu\"", skipped);
	xml_seconds(s, ms);
}

static bool first_of_suite(const struct zol_case_set *set, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(set->v[i].suite, set->v[at].suite) == 0)
			return false;
	return true;
}

static void junit_suite(const struct zol_case_set *set, const char *suite, struct zol_str *s)
{
	zol_str_puts(s, "  <testsuite");
	xml_attr(s, "name", suite);
	junit_counts(set, suite, s);
	zol_str_puts(s, " timestamp=\"");
	add_time(s, set->started);
	zol_str_puts(s, "\">\n    <properties>\n");
	for (size_t i = 0; i < set->nfacts; i++) {
		zol_str_puts(s, "      <property");
		xml_attr(s, "name", set->facts[i].key);
		xml_attr(s, "value", set->facts[i].value);
		zol_str_puts(s, "/>\n");
	}
	zol_str_puts(s, "    </properties>\n");
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->v[i].suite, suite) == 0)
			junit_case(&set->v[i], s);
	zol_str_puts(s, "  </testsuite>\n");
}

void zol_testreport_junit(const struct zol_case_set *set, struct zol_str *s)
{
	zol_str_puts(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	xml_attr(s, "name", set->name ? set->name : "zolkit");
	junit_counts(set, NULL, s);
	zol_str_puts(s, ">\n");
	for (size_t i = 0; i < set->n; i++)
		if (first_of_suite(set, i))
			junit_suite(set, set->v[i].suite, s);
	zol_str_puts(s, "</testsuites>\n");
}

/* --- JSON ---------------------------------------------------------------------------------------- */

static void json_member(struct zol_str *s, const char *key, const char *value)
{
	zol_str_printf(s, ",\"%s\":", key);
	if (value)
		zol_json_string(s, value);
	else
		zol_str_puts(s, "null");
}

static void json_case(const struct zol_case *c, struct zol_str *s)
{
	zol_str_printf(s, "{\"ms\":%ju,\"attempts\":%ju,\"passed\":%ju", (uintmax_t)c->ms, (uintmax_t)c->attempts,
		       (uintmax_t)c->passed);
	json_member(s, "suite", c->suite);
	json_member(s, "name", c->name);
	json_member(s, "verdict", c->verdict == ZOL_V_NONE ? NULL : zol_verdict_name(c->verdict));
	json_member(s, "reason", c->reason);
	json_member(s, "log", c->log);
	json_member(s, "console", c->console);
	json_member(s, "stacks", c->stacks);
	json_member(s, "history", c->strip);
	zol_str_putc(s, '}');
}

void zol_testreport_json(const struct zol_case_set *set, struct zol_str *s)
{
	zol_str_printf(s, "{\"run\":%jd,\"started\":\"", (intmax_t)set->run);
	add_time(s, set->started);
	zol_str_puts(s, "\",\"ended\":");
	if (set->ended) {
		zol_str_putc(s, '"');
		add_time(s, set->ended);
		zol_str_putc(s, '"');
	} else {
		zol_str_puts(s, "null");
	}
	json_member(s, "name", set->name);
	json_member(s, "where", set->where);
	zol_str_puts(s, ",\"environment\":{");
	for (size_t i = 0; i < set->nfacts; i++) {
		if (i > 0)
			zol_str_putc(s, ',');
		zol_json_string(s, set->facts[i].key);
		zol_str_putc(s, ':');
		zol_json_string(s, set->facts[i].value);
	}
	zol_str_puts(s, "},\"tests\":[");
	for (size_t i = 0; i < set->n; i++) {
		if (i > 0)
			zol_str_putc(s, ',');
		zol_str_putc(s, '\n');
		json_case(&set->v[i], s);
	}
	zol_str_puts(s, "]}\n");
}
