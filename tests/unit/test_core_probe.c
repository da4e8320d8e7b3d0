/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "core/probe.h"

#include "unit.h"

static void plan_is(const char *facts, const char *want)
{
	ZOL_AUTO(str) struct zol_str plan = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_probe_plan(zol_span_c(facts), &plan, &err), 0);
	assert_string_equal(zol_str_c(&plan), want);
}

static void refused(const char *line)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_probe_fact f;

	assert_int_equal(zol_probe_parse(zol_span_c(line), &f, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "no result of the probe"));
}

UNIT(every_row_has_a_name_and_a_consequence)
{
	size_t n;
	const struct zol_probe_row *rows = zol_probe_rows(&n);

	assert_true(n >= 49);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(rows[i].breaks);
		assert_ptr_equal(zol_probe_find(zol_span_c(rows[i].id)), &rows[i]);
	}
	assert_null(zol_probe_find(zol_span_c("no-such-check")));
}

UNIT(a_line_survives_the_round_trip)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_probe_fact f;

	zol_probe_format(&line, "/tmp", "9p", "mkfifo", ZOL_PROBE_FAIL, "ENXIO");
	assert_string_equal(zol_str_c(&line), "/tmp\t9p\tmkfifo\tfail\tENXIO\n");
	zol_str_truncate(&line, line.len - 1);
	assert_int_equal(zol_probe_parse(zol_span_str(&line), &f, &err), 0);
	assert_true(zol_span_eq(f.dir, "/tmp"));
	assert_true(zol_span_eq(f.fstype, "9p"));
	assert_string_equal(f.row->id, "mkfifo");
	assert_true(zol_span_eq(f.why, "ENXIO"));
	assert_int_equal(f.result, ZOL_PROBE_FAIL);
}

UNIT(results_have_names)
{
	assert_string_equal(zol_probe_result_name(ZOL_PROBE_OK), "ok");
	assert_string_equal(zol_probe_result_name(ZOL_PROBE_FAIL), "fail");
	assert_string_equal(zol_probe_result_name(ZOL_PROBE_SKIP), "skip");
}

UNIT(what_is_no_result_is_refused)
{
	refused("");
	refused("/tmp");
	refused("/tmp\t9p\tmkfifo\tok");
	refused("/tmp\t9p\tmkfifo\tok\t\tmore");
	refused("/tmp\t9p\tmkfifo\tmaybe\t");
	refused("/tmp\t9p\tmkfif\tok\t");
	refused("tmp\t9p\tmkfifo\tok\t");
	refused("\t9p\tmkfifo\tok\t");
}

UNIT(a_long_line_is_quoted_in_part)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_probe_fact f;
	char line[1000];

	memset(line, 'x', sizeof(line));
	assert_int_equal(zol_probe_parse(zol_span(line, sizeof(line)), &f, &err), -ZOL_MALFORMED);
	assert_true(strlen(zol_err_text(&err)) < 200);
}

UNIT(a_directory_with_a_role_that_fails_its_need_wants_a_tmpfs)
{
	plan_is("/tmp\t9p\tunlinked-ftruncate\tfail\tENOENT\n"
		"/tmp\t9p\tsocket\tfail\tENXIO\n"
		"/run\t9p\tunlinked-ftruncate\tfail\tENOENT\n"
		"/run\t9p\tmkfifo\tfail\tENXIO\n",
		"tmpfs\t/tmp\tunlinked-ftruncate socket\n"
		"tmpfs\t/run\tmkfifo\n");
}

UNIT(what_no_role_needs_gives_no_plan)
{
	/* what virtiofs fails, measured: O_TMPFILE and trusted attributes */
	plan_is("/tmp\tvirtiofs\ttmpfile\tfail\tEOPNOTSUPP\n"
		"/tmp\tvirtiofs\txattr-trusted\tfail\tEOPNOTSUPP\n",
		"");
	plan_is("/\t9p\tsocket\tfail\tENXIO\n/home\t9p\tmkfifo\tfail\tENXIO\n", "");
	plan_is("/tmp\ttmpfs\tsocket\tok\t\n/tmp\ttmpfs\tmkfifo\tskip\tneeds root\n", "");
	plan_is("", "");
}

UNIT(a_plan_of_garbage_fails)
{
	ZOL_AUTO(str) struct zol_str plan = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_probe_plan(zol_span_c("/tmp\t9p\tsocket\tfail\tENXIO\nKernel panic\n"), &plan, &err),
			 -ZOL_MALFORMED);
}

UNIT(selftest_names_are_made)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_probe_sysenv(zol_span_c("/\t9p\tunlinked-ftruncate\tfail\tENOENT\n"
						     "/var/tmp\ttmpfs\tmkfifo\tok\t\n"
						     "/var/tmp\ttmpfs\tmknod\tskip\tneeds root\n"),
					  &out, &err),
			 0);
	assert_string_equal(zol_str_c(&out), "KSFT_SYSENV_root_unlinked_ftruncate_works=0\n"
					     "KSFT_SYSENV_var_tmp_mkfifo_works=1\n");
	assert_int_equal(zol_probe_sysenv(zol_span_c("?\n"), &out, &err), -ZOL_MALFORMED);
}

UNIT_MAIN()
