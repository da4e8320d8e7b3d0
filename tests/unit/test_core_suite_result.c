/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/path.h"
#include "core/suite_parsers.h"

#include "unit.h"

static void read_data(const char *name, const char *suffix, struct zol_str *text)
{
	const char *top = getenv("ZOL_TOP");
	ZOL_AUTO(free) char *path = zol_asprintf("%s/tests/data/suite/%s%s", top ? top : ".", name, suffix);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_read_file(path, ZOL_READ_MAX, text, &err), 0);
}

/* All that a log gave, as text. */
static void tell(const struct zol_results *r, struct zol_str *text)
{
	for (size_t i = 0; i < r->len; i++) {
		zol_str_printf(text, "%s\t%s\t", zol_test_status_name(r->v[i].status), r->v[i].test);
		if (r->v[i].ms != UINT64_MAX)
			zol_str_printf(text, "%" PRIu64, r->v[i].ms);
		zol_str_printf(text, "\t%s\n", r->v[i].reason ? r->v[i].reason : "");
	}
	for (size_t i = 0; i < r->nmetrics; i++)
		zol_str_printf(text, "metric\t%s\t%.3f\t%s\n", r->metrics[i].name, r->metrics[i].value,
			       r->metrics[i].unit);
	if (r->logdir)
		zol_str_printf(text, "logdir\t%s\n", r->logdir);
	zol_str_printf(text, "%s\n", r->complete ? "complete" : r->missing);
}

struct log {
	const char *name;
	enum zol_suite_parser parser;
	int status;
	const char *test;
	enum zol_test_status verdict;
};

static const struct log logs[] = {
	{ "zts-pass.log", ZOL_PARSER_ZTS, 0, "cli_user/zpool_list/zpool_list_001_pos", ZOL_TEST_PASS },
	{ "zts-pass.log", ZOL_PARSER_ZTS, 0, "cli_user/zpool_list/another", ZOL_TEST_FAIL },
	{ "zts-mixed.log", ZOL_PARSER_ZTS, 1, "acl/off/dosmode", ZOL_TEST_FAIL },
	{ "zts-mixed.log", ZOL_PARSER_ZTS, 1, "acl/off/skipped", ZOL_TEST_SKIP },
	{ "zts-mixed.log", ZOL_PARSER_ZTS, 1, "acl/off/slow", ZOL_TEST_TIMEOUT },
	{ "zts-mixed.log", ZOL_PARSER_ZTS, 1, "acl/posix/one", ZOL_TEST_FAIL },
	{ "zts-mixed.log", ZOL_PARSER_ZTS, 1, "acl/off/setup", ZOL_TEST_FAIL }, /* the status says 1 */
	{ "zts-cut.log", ZOL_PARSER_ZTS, 0, "acl/off/setup", ZOL_TEST_FAIL },
	{ "zts-miscounted.log", ZOL_PARSER_ZTS, 0, "acl/off/setup", ZOL_TEST_FAIL },
	{ "zts-reran.log", ZOL_PARSER_ZTS, 3, "demo/b_flaky", ZOL_TEST_FLAKY },
	{ "xfstests.log", ZOL_PARSER_XFSTESTS, 0, "generic/001", ZOL_TEST_PASS },
	{ "xfstests.log", ZOL_PARSER_XFSTESTS, 1, "generic/003", ZOL_TEST_FAIL },
	{ "xfstests.log", ZOL_PARSER_XFSTESTS, 0, "generic/004", ZOL_TEST_SKIP },
	{ "xfstests.log", ZOL_PARSER_XFSTESTS, 0, "generic/005", ZOL_TEST_EXPUNGED },
	{ "xfstests.log", ZOL_PARSER_XFSTESTS, 1, "generic/008", ZOL_TEST_CRASH },
	{ "xfstests-pass.log", ZOL_PARSER_XFSTESTS, 0, "generic/001", ZOL_TEST_PASS },
	{ "xfstests-pass.log", ZOL_PARSER_XFSTESTS, 1, "generic/001", ZOL_TEST_FAIL },
	{ "xfstests-cut.log", ZOL_PARSER_XFSTESTS, 0, "generic/001", ZOL_TEST_FAIL },
	{ "xfstests-flaky.log", ZOL_PARSER_XFSTESTS, 1, "selftest/007", ZOL_TEST_FLAKY },
	{ "ztest-pass.log", ZOL_PARSER_ZTEST, 0, "guide", ZOL_TEST_PASS },
	{ "ztest-pass.log", ZOL_PARSER_ZTEST, 1, "guide", ZOL_TEST_FAIL },
	{ "ztest-assert.log", ZOL_PARSER_ZTEST, 1, "raidz1", ZOL_TEST_CRASH },
	{ "ztest-cut.log", ZOL_PARSER_ZTEST, 0, "guide", ZOL_TEST_FAIL },
	{ "ztest-cut.log", ZOL_PARSER_ZTEST, 139, "guide", ZOL_TEST_CRASH },
	{ "zloop.log", ZOL_PARSER_ZTEST, 1, "zloop", ZOL_TEST_CRASH },
	{ "filebench.log", ZOL_PARSER_FILEBENCH, 0, "randomwrite", ZOL_TEST_PASS },
	{ "filebench-bad.log", ZOL_PARSER_FILEBENCH, 0, "randomwrite", ZOL_TEST_FAIL },
	{ "filebench-nothing.log", ZOL_PARSER_FILEBENCH, 0, "randomwrite", ZOL_TEST_FAIL },
	{ "fio.json", ZOL_PARSER_FIO, 0, "randomwrite", ZOL_TEST_PASS },
	{ "fio-cut.json", ZOL_PARSER_FIO, 0, "randomwrite", ZOL_TEST_FAIL },
	{ "splat.log", ZOL_PARSER_SPLAT, 0, "all", ZOL_TEST_FAIL },
	{ "tap.log", ZOL_PARSER_TAP, 1, "cmd", ZOL_TEST_FAIL },
	{ "ktap.log", ZOL_PARSER_TAP, 0, "cmd", ZOL_TEST_TIMEOUT },
	{ "tap-no-plan.log", ZOL_PARSER_TAP, 0, "cmd", ZOL_TEST_FAIL },
	{ "tap-cut.log", ZOL_PARSER_TAP, 0, "cmd", ZOL_TEST_FAIL },
	{ "tap-skip.log", ZOL_PARSER_TAP, 0, "cmd", ZOL_TEST_SKIP },
	{ "tap-bail.log", ZOL_PARSER_TAP, 0, "cmd", ZOL_TEST_FAIL },
};

UNIT(every_log_gives_what_stands_beside_it)
{
	for (size_t i = 0; i < ZOL_COUNT(logs); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str want = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;
		ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_test_output out = { .status = logs[i].status, .test = logs[i].test };

		if (i > 0 && strcmp(logs[i].name, logs[i - 1].name) == 0)
			continue;
		read_data(logs[i].name, "", &text);
		read_data(logs[i].name, ".want", &want);
		out.text = zol_span_str(&text);
		assert_int_equal(zol_results_parse(logs[i].parser, &out, &r, &err), 0);
		tell(&r, &got);
		assert_string_equal(zol_str_c(&got), zol_str_c(&want));
	}
}

UNIT(every_log_gives_its_verdict)
{
	for (size_t i = 0; i < ZOL_COUNT(logs); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_test_output out = { .status = logs[i].status, .test = logs[i].test };
		const char *reason;
		enum zol_test_status got;

		read_data(logs[i].name, "", &text);
		out.text = zol_span_str(&text);
		assert_int_equal(zol_results_parse(logs[i].parser, &out, &r, &err), 0);
		got = zol_results_verdict(&r, &out, &reason);
		if (got != logs[i].verdict)
			fail_msg("%s, %s: %s (%s)", logs[i].name, logs[i].test, zol_test_status_name(got),
				 reason ? reason : "-");
		assert_true(got == ZOL_TEST_PASS || got == ZOL_TEST_TIMEOUT || reason != NULL || got == ZOL_TEST_FLAKY);
	}
}

/* Nothing, blanks, and each log cut at every line: never a pass that the whole log does not have. */
UNIT(an_empty_or_cut_log_never_passes)
{
	for (size_t i = 0; i < ZOL_COUNT(logs); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		size_t end = 0;

		read_data(logs[i].name, "", &text);
		end = text.len;
		while (end > 0) {
			ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			struct zol_test_output out = { .text = zol_span(text.ptr, end - 1), .test = logs[i].test };
			const char *reason;

			assert_int_equal(zol_results_parse(logs[i].parser, &out, &r, &err), 0);
			if (zol_results_verdict(&r, &out, &reason) == ZOL_TEST_PASS)
				assert_true(r.complete && r.len > 0);
			for (end--; end > 0 && text.ptr[end - 1] != '\n'; end--)
				;
		}
	}
	for (int p = ZOL_PARSER_ZTS; p <= ZOL_PARSER_SPLAT; p++) {
		static const char *const nothing[] = { "", "\n", "   \n\n", "{", "no results at all\n" };

		for (size_t i = 0; i < ZOL_COUNT(nothing); i++) {
			ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			struct zol_test_output out = { .text = zol_span_c(nothing[i]), .test = "t" };
			const char *reason;

			assert_int_equal(zol_results_parse((enum zol_suite_parser)p, &out, &r, &err), 0);
			assert_false(r.complete);
			assert_int_equal(zol_results_verdict(&r, &out, &reason), ZOL_TEST_FAIL);
			assert_non_null(reason);
		}
	}
}

/* Every parser on every log, whole and with single bytes changed: a pass always has a complete log behind it. */
UNIT(damaged_logs_never_pass_unseen)
{
	static const char bytes[] = { ' ', '\n', '\0', '[', '9', ':', '{', '-' };

	for (size_t i = 0; i < ZOL_COUNT(logs); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		read_data(logs[i].name, "", &text);
		for (size_t at = 0; at < text.len; at += 5)
			for (int p = ZOL_PARSER_EXIT; p <= ZOL_PARSER_TAP; p++) {
				ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
				ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
				struct zol_test_output out = { .test = logs[i].test };
				char kept = text.ptr[at];
				const char *reason;

				if (at > 0 && p != (int)logs[i].parser)
					continue;
				text.ptr[at] = bytes[(at / 5) % sizeof(bytes)];
				out.text = zol_span_str(&text);
				assert_int_equal(zol_results_parse((enum zol_suite_parser)p, &out, &r, &err), 0);
				assert_true(r.complete == (r.missing == NULL));
				if (zol_results_verdict(&r, &out, &reason) == ZOL_TEST_PASS)
					assert_true(r.complete && r.len > 0);
				text.ptr[at] = kept;
			}
	}
}

struct odd {
	enum zol_suite_parser parser;
	const char *text;
	enum zol_test_status want;
};

static void take_odd(const struct odd *t)
{
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_test_output out = { .text = zol_span_c(t->text), .test = "t/002" };
	const char *reason;
	enum zol_test_status got;

	assert_int_equal(zol_results_parse(t->parser, &out, &r, &err), 0);
	got = zol_results_verdict(&r, &out, &reason);
	if (got != t->want)
		fail_msg("%s: %s", t->text, zol_test_status_name(got));
}

UNIT(odd_lines_of_check_are_taken_for_what_they_are)
{
	static const struct odd t[] = {
		{ ZOL_PARSER_XFSTESTS, "a/001 1s\nb/0001-name 2s\nt/002 3s\nPassed all 3 tests\nInterrupted!\n",
		  ZOL_TEST_FAIL },
		{ ZOL_PARSER_XFSTESTS,
		  "SECTION       -- a\nt/002 3s\nPassed all 1 tests\nSECTION -- b\nt/002 [not run] no\n"
		  "Not run: t/002\nPassed all 0 tests\n",
		  ZOL_TEST_SKIP },
		{ ZOL_PARSER_XFSTESTS, "t/002 3s\nFailures: t/002\nFailed 1 of 1 tests\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_XFSTESTS, "t/002 no qualified output\n[dumped core]\nFailed 1 of 1 tests\n",
		  ZOL_TEST_CRASH },
		{ ZOL_PARSER_XFSTESTS, "t/002 aggregate results across 2 runs: pass=2 (100%)\nPassed all 1 tests\n",
		  ZOL_TEST_PASS },
		{ ZOL_PARSER_XFSTESTS, "t/002 aggregate results across 2 runs: fail=2 (100%)\nPassed all 1 tests\n",
		  ZOL_TEST_FAIL },
		{ ZOL_PARSER_XFSTESTS, "t/002 99999999999s\nPassed all 1 tests\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_XFSTESTS, "t/002 3s\nPassed all 7 tests\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_XFSTESTS, "t/02 3s\nt/0022222 3s\nt/002x 3s\nT/002 3s\n/002\nt/002\r\n", ZOL_TEST_FAIL },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		take_odd(&t[i]);
	assert_true(ZOL_COUNT(t) > 0);
}

UNIT(odd_lines_of_the_others_too)
{
	static const struct odd t[] = {
		{ ZOL_PARSER_ZTEST, "zloop finished, 0 crashes found\n", ZOL_TEST_PASS },
		{ ZOL_PARSER_ZTEST, "zloop finished, many crashes found\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_ZTEST, "x killed, y completed, 0% kill rate\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_ZTEST, "PANIC at a.c:1:f()\n1 killed, 2 completed, 33% kill rate\n", ZOL_TEST_CRASH },
		{ ZOL_PARSER_ZTEST, "ztest: cannot open\n1 killed, 2 completed, 33% kill rate\n", ZOL_TEST_CRASH },
		{ ZOL_PARSER_FILEBENCH, "IO Summary: 5 ops . x 1.2.3mb/s\n", ZOL_TEST_PASS },
		{ ZOL_PARSER_FILEBENCH, "IO Summary: ops ops/s\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"jobs\" : [] }", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"jobs\" : [ { \"jobname\" : \"t/002\" } ] }", ZOL_TEST_PASS },
		{ ZOL_PARSER_FIO, "{ \"jobs\" : [ { \"error\" : 1 } ], \"\" : {}, \"x\" : [ 1, [ 2 ] ] }",
		  ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"jobs\" : [ { \"jobname\" : \"a\" ", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"a\" 1 }", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"a : 1 }", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ a : 1 }", ZOL_TEST_FAIL },
		{ ZOL_PARSER_FIO, "{ \"a\" : , }", ZOL_TEST_FAIL },
		{ ZOL_PARSER_SPLAT, "a: Pass\n:b Pass\nc:d Maybe\ne:f\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_TAP, "1..2\nok\nok 2\n", ZOL_TEST_PASS },
		{ ZOL_PARSER_TAP, "1..1\nok 1 x\nok 2 y\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_TAP, "1..1\nnot ok\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_TAP, "1..1\nok 1 - a # TIMEOUT\n", ZOL_TEST_TIMEOUT },
		{ ZOL_PARSER_TAP, "1..1\nok 1 - a # ERROR\n", ZOL_TEST_FAIL },
		{ ZOL_PARSER_TAP, "1..1\nnot ok 1 - a # XFAIL known\n", ZOL_TEST_SKIP },
		{ ZOL_PARSER_TAP, "1..0\n", ZOL_TEST_SKIP },
		{ ZOL_PARSER_TAP, "1..x\nokay\nnot okay\n", ZOL_TEST_PASS }, /* no TAP: the status counts */
		{ ZOL_PARSER_ZTS,
		  "Test: /x/functional/t/002 (run as root) [00:01] [WHAT]\nTest: a\nTest (b) c\n"
		  "Test: /x (run as r)\nTest: /x (run as r) [1\nTest: /x (run as r) [1]\n[x Test: /y\n",
		  ZOL_TEST_FAIL },
		{ ZOL_PARSER_ZTS,
		  "Test: /x/functional/t/002 (run as root) [aa:01] [PASS]\nResults Summary\nPASS x\nWHAT 2\n"
		  "PASS\nPASS 1\n",
		  ZOL_TEST_PASS },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		take_odd(&t[i]);
	assert_true(ZOL_COUNT(t) > 0);
}

/* A name that stands before thousands of others must not be as long as the log. */
UNIT(names_that_are_put_before_others_have_an_end)
{
	static const struct {
		enum zol_suite_parser parser;
		const char *head, *tail;
	} cases[] = {
		{ ZOL_PARSER_TAP, "# Subtest: ", "\n    ok a\nok b\n1..1\n" },
		{ ZOL_PARSER_FIO, "{\"jobs\":[{\"jobname\":\"", "\",\"read\":{\"iops\":1}}]}" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		zol_str_puts(&text, cases[i].head);
		for (unsigned n = 0; n < 1000; n++)
			zol_str_putc(&text, 'n');
		zol_str_puts(&text, cases[i].tail);
		const struct zol_test_output out = { .text = zol_span_str(&text), .test = "x" };

		assert_int_equal(zol_results_parse(cases[i].parser, &out, &r, &err), 0);
		assert_true(r.complete && r.len >= 1);
		assert_in_range(strlen(r.v[0].test), 200, 300);
		assert_true(r.v[0].test[0] == 'n');
	}
}

/* Each section ends with its own list. */
UNIT(failures_are_those_of_the_section)
{
	static const char log[] = "SECTION a\ngeneric/001 1s\nFailures: generic/002\nFailed 1 of 1 tests\n"
				  "SECTION b\ngeneric/001 1s\nFailures: generic/001\nFailed 1 of 1 tests\n";
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_test_output out = { .text = zol_span_c(log), .test = "generic/001" };

	assert_int_equal(zol_results_parse(ZOL_PARSER_XFSTESTS, &out, &r, &err), 0);
	assert_int_equal(r.len, 2);
	assert_int_equal(r.v[0].status, ZOL_TEST_PASS);
	assert_int_equal(r.v[1].status, ZOL_TEST_FAIL);
}

UNIT(without_tap_the_exit_status_counts)
{
	static const struct {
		int status;
		enum zol_test_status want;
		const char *reason;
	} t[] = {
		{ 0, ZOL_TEST_PASS, NULL },
		{ 77, ZOL_TEST_SKIP, NULL },
		{ 1, ZOL_TEST_FAIL, "exit status 1" },
		{ 128 + 9, ZOL_TEST_FAIL, "ended by signal 9" },
		{ 128 + 11, ZOL_TEST_CRASH, "ended by signal 11" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		for (int p = 0; p < 2; p++) {
			ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			struct zol_test_output out = { .text = zol_span_c("hello\n"),
						       .status = t[i].status,
						       .test = "t" };
			const char *reason;

			assert_int_equal(zol_results_parse(p ? ZOL_PARSER_TAP : ZOL_PARSER_EXIT, &out, &r, &err), 0);
			assert_int_equal(zol_results_verdict(&r, &out, &reason), t[i].want);
			if (t[i].reason)
				assert_string_equal(reason, t[i].reason);
			else
				assert_null(reason);
		}
}

UNIT(a_parser_that_there_is_none_of_is_refused)
{
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_test_output out = { .text = zol_span_c(""), .test = "t" };

	assert_true(zol_results_parse((enum zol_suite_parser)99, &out, &r, &err) < 0);
	assert_string_equal(zol_test_status_name((enum zol_test_status)99), "unknown");
}

UNIT(runfiles_are_listed)
{
	static const char text[] =
		"[DEFAULT]\npre = setup\ntests = ['no']\n\n[tests/functional/acl/off]\n"
		"tests = ['dosmode',\n    'posixmode']\ntags = ['functional', 'acl']\n"
		"[tests/functional/x:Linux]\ntests = [\"a\", 'open]\n[tests/perf/regression]\ntests = ['p']\n";
	ZOL_AUTO(strv) struct zol_strv got = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_suite_runfile(zol_span_c(text), &got, &err), 0);
	assert_int_equal(got.len, 4);
	assert_string_equal(got.v[0], "acl/off/dosmode");
	assert_string_equal(got.v[1], "acl/off/posixmode");
	assert_string_equal(got.v[2], "x/a");
	assert_string_equal(got.v[3], "tests/perf/regression/p");
	assert_int_equal(zol_suite_runfile(zol_span_c("[a]\nx = y\n"), &got, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_suite_runfile(zol_span_c("what\n"), &got, &err), -ZOL_MALFORMED);
}

UNIT(names_are_those_of_the_report)
{
	static const struct {
		const char *path, *want;
	} t[] = {
		{ "/usr/share/zfs/zfs-tests/tests/functional/acl/off/dosmode.ksh", "acl/off/dosmode" },
		{ "tests/functional/acl/off", "acl/off" },
		{ "/x/tests/perf/regression/random_reads", "random_reads" },
		{ "elsewhere", "elsewhere" },
		{ "", "" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		assert_true(zol_span_eq(zol_suite_zts_name(zol_span_c(t[i].path)), t[i].want));
}

UNIT(the_first_numbers_make_a_line)
{
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	static const double values[] = { 1234.56, 7, 0.875, -1.5, 4 };

	zol_results_numbers(&r, &text);
	assert_string_equal(zol_str_c(&text), "");
	for (size_t i = 0; i < ZOL_COUNT(values); i++)
		assert_int_equal(zol_results_metric(&r, "n", values[i], "ops/s"), 0);
	zol_results_numbers(&r, &text);
	assert_string_equal(zol_str_c(&text), "n 1235 ops/s, n 7 ops/s, n 0.88 ops/s, n -1.50 ops/s");
}

UNIT_MAIN()
