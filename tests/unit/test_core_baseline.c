/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/baseline.h"
#include "unit.h"

static const char sample[] = "# what is known\n"
			     "[zts/history/*]\n"
			     "expect = FAIL\n"
			     "reason = races with\n"
			     "    the daemon\n"
			     "issue = https://example.org/1\n"
			     "kernel = >=6.1 <6.12\n"
			     "\n"
			     "[zts/history/history_004]\n"
			     "expect = fail pass\n"
			     "zfs = <2.3\n"
			     "expires = 2027-06-30\n";

static void parse(const char *text, struct zol_baseline *b)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_baseline_parse(zol_span_c(text), b, &err) != 0)
		fail_msg("%s", zol_err_text(&err));
}

UNIT(entries_are_read)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };

	parse(sample, &b);
	assert_int_equal(b.n, 2);
	assert_string_equal(b.v[0].test, "zts/history/*");
	assert_true(zol_expect_allows(&b.v[0], ZOL_V_FAIL));
	assert_false(zol_expect_allows(&b.v[0], ZOL_V_PASS));
	assert_non_null(strstr(b.v[0].reason, "the daemon"));
	assert_true(zol_expect_allows(&b.v[1], ZOL_V_PASS));
	assert_string_equal(b.v[1].expires, "2027-06-30");
}

UNIT(the_last_one_that_holds_counts)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };

	parse(sample, &b);
	assert_ptr_equal(zol_baseline_find(&b, "zts/history/history_004", "6.1.3", "2.2.1"), &b.v[1]);
	assert_ptr_equal(zol_baseline_find(&b, "zts/history/history_004", "6.1.3", "2.3.0"), &b.v[0]);
	assert_ptr_equal(zol_baseline_find(&b, "zts/history/x", "6.11.99-zolkit", NULL), &b.v[0]);
	assert_null(zol_baseline_find(&b, "zts/history/x", "6.12.0", NULL));
	assert_null(zol_baseline_find(&b, "zts/history/x", "5.15", NULL));
	assert_null(zol_baseline_find(&b, "zts/history/x", NULL, NULL));
	assert_null(zol_baseline_find(&b, "zts/other", "6.1", "2.2"));
}

UNIT(entries_expire_after_their_day)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };

	parse(sample, &b);
	assert_false(zol_expect_expired(&b.v[1], "2027-06-30"));
	assert_true(zol_expect_expired(&b.v[1], "2027-07-01"));
	assert_false(zol_expect_expired(&b.v[0], "9999-01-01"));
}

UNIT(what_is_wrong_is_named)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[zts/a]\nexpect = WRONG\n", "line 2: no verdict" },
		{ "[zts/a]\nexpect =\n", "line 2: no verdict" },
		{ "[zts/a]\nexpect = abcdefghijklmnopqrstuvwxyz\n", "line 2: no verdict" },
		{ "[zts/a]\nexpect = FAIL\nkernel = 6.1\n", "line 3: no bounds" },
		{ "[zts/a]\nexpect = FAIL\nzfs = >=\n", "line 3: no bounds" },
		{ "[zts/a]\nexpect = FAIL\nzfs = >=x\n", "line 3: no bounds" },
		{ "[zts/a]\nexpect = FAIL\nexpires = soon\n", "line 3: no day" },
		{ "[zts/a]\nexpect = FAIL\nexpires = 2027-06-301\n", "line 3: no day" },
		{ "[zts/a]\nexpect = FAIL\ncolour = red\n", "line 3: unknown key" },
		{ "[zts/a]\nreason = x\n", "does not say" },
		{ "[alone]\nexpect = FAIL\n", "line 1: no suite/test" },
		{ "expect = FAIL\n", "" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_baseline_parse(zol_span_c(cases[i].text), &b, &err), -ZOL_MALFORMED);
		if (!strstr(zol_err_text(&err), cases[i].message))
			fail_msg("\"%s\" instead of \"%s\"", zol_err_text(&err), cases[i].message);
	}
}

UNIT(what_is_written_is_read_back)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(baseline) struct zol_baseline again = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str t = ZOL_STR_INIT;

	parse("[a/b]\nexpect = CRASH HANG\nreason = r\nissue = i\nkernel = <6\nzfs = !=2.2\nexpires = 2027-01-01\n"
	      "[a/c]\nexpect = FAIL\nreason = of\n expect = lines\n\t[so/many]\n",
	      &b);
	zol_expect_write(&b.v[0], &s);
	zol_expect_write(&b.v[1], &s);
	parse(zol_str_c(&s), &again);
	assert_int_equal(again.n, 2);
	assert_string_equal(again.v[1].reason, "of\nexpect = lines\n[so/many]");
	assert_int_equal(again.v[1].allowed, b.v[1].allowed);
	zol_expect_write(&again.v[0], &t);
	zol_expect_write(&again.v[1], &t);
	assert_string_equal(zol_str_c(&s), zol_str_c(&t));
	assert_int_equal(again.v[0].allowed, b.v[0].allowed);
}

UNIT(versions_compare_by_numbers)
{
	assert_int_equal(zol_version_compare("6.1", "6.1.0"), 0);
	assert_int_equal(zol_version_compare("6.1.0-49-amd64", "6.1"), 0);
	assert_int_equal(zol_version_compare("6.9", "6.12"), -1);
	assert_int_equal(zol_version_compare("2.2.10-1_g1234", "2.2.9"), 1);
	assert_int_equal(zol_version_compare("6.13-rc3", "6.13"), 0);
	assert_int_equal(zol_version_compare("99999999999999999999.1", "2"), 1);
	assert_int_equal(zol_version_compare("", ""), 0);
}

UNIT(all_bounds_hold)
{
	assert_int_equal(zol_version_fits(">=6.1 <6.12", "6.1"), 1);
	assert_int_equal(zol_version_fits(">=6.1, <6.12", "6.12"), 0);
	assert_int_equal(zol_version_fits("=6.5", "6.5.0"), 1);
	assert_int_equal(zol_version_fits("!=6.5", "6.5"), 0);
	assert_int_equal(zol_version_fits(">6.5", "6.5"), 0);
	assert_int_equal(zol_version_fits("<=6.5", "6.5"), 1);
	assert_int_equal(zol_version_fits("", "6.5"), 1);
	assert_int_equal(zol_version_fits("~6.5", "6.5"), -1);
	assert_int_equal(zol_version_fits(">=123456789012345678901234567890123456789012345678901234567890.12345", "1"),
			 -1);
}

static const char python[] = "known_reason = 'Known issue'\n"
			     "na_reason = \"Not applicable\"\n"
			     "if sys.platform.startswith('freebsd'):\n"
			     "    cross_reason = 'needs FreeBSD'\n"
			     "else:\n"
			     "    cross_reason = 'needs kernel 5.3+'\n"
			     "# Format: { 'test-name': ['expected result', 'issue'] }\n"
			     "known = {\n"
			     "    'casenorm/mixed': ['FAIL', 7633],\n"
			     "    'cli_root/rewind_replaced':\n"
			     "        ['FAIL', known_reason],\n"
			     "}\n"
			     "if sys.platform.startswith('freebsd'):\n"
			     "    known.update({\n"
			     "        'link_count/link': ['SKIP', na_reason],\n"
			     "    })\n"
			     "elif sys.platform.startswith('linux'):\n"
			     "    known.update({\n"
			     "        'removal/zdb': ['SKIP', na_reason],\n"
			     "    })\n"
			     "maybe = {\n"
			     "    'pam/setup': ['SKIP', \"pamtester might be missing\"],\n"
			     "    'cross': ['SKIP', cross_reason],\n"
			     "}\n"
			     "def usage(s):\n"
			     "    print('x', ['FAIL', 1])\n";

UNIT(the_lists_of_openzfs_are_imported)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_baseline_import_zts(zol_span_c(python), "zts", &b, &err), 0);
	assert_int_equal(b.n, 5);
	assert_string_equal(b.v[0].test, "zts/casenorm/mixed");
	assert_string_equal(b.v[0].issue, "https://github.com/openzfs/zfs/issues/7633");
	assert_false(zol_expect_allows(&b.v[0], ZOL_V_PASS));
	assert_string_equal(b.v[1].test, "zts/cli_root/rewind_replaced");
	assert_string_equal(b.v[1].reason, "Known issue");
	assert_string_equal(b.v[2].test, "zts/removal/zdb");
	assert_string_equal(b.v[3].reason, "pamtester might be missing");
	assert_true(zol_expect_allows(&b.v[3], ZOL_V_PASS));
	assert_string_equal(b.v[4].reason, "needs kernel 5.3+");
}

UNIT(what_is_no_such_list_is_refused)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_baseline_import_zts(zol_span_c("print(1)\n"), "zts", &b, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_baseline_import_zts(zol_span_c("known = {\n'a': ['MAYBE', 1],\n}\n"), "zts", &b, &err),
			 -ZOL_MALFORMED);
}

UNIT(exclude_files_of_xfstests_are_imported)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_baseline_import_xfstests(zol_span_c("generic/001 # slow\n\n# none\ngeneric/317\n"),
						      "xfstests", &b, &err),
			 0);
	assert_int_equal(b.n, 2);
	assert_string_equal(b.v[0].test, "xfstests/generic/001");
	assert_string_equal(b.v[0].reason, "slow");
	assert_null(b.v[1].reason);
	assert_true(zol_expect_allows(&b.v[1], ZOL_V_HANG));
}

UNIT_MAIN()
