/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/* A parser of results that runs out of memory says so: it never tells half of a log as the whole. */
#include "core/baseline.h"
#include "core/suite_result.h"
#include "unit.h"

#include "base/path.h"
#include "oom.h"

struct log {
	const char *name;
	enum zol_suite_parser parser;
	int status;
};

static char *text;
static enum zol_test_status verdict; /* with enough memory */
static size_t rows;

static int parse(const void *what)
{
	const struct log *log = what;
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_test_output out = { .text = zol_span_c(text), .status = log->status, .test = "generic/001" };
	int rc = zol_results_parse(log->parser, &out, &r, &err);
	const char *reason;

	if (rc < 0)
		return rc;
	/* A reason may be lost, the verdict not. */
	if (oom_left < 0 && !oom_failed) {
		verdict = zol_results_verdict(&r, &out, &reason);
		rows = r.len;
	}
	assert_int_equal(zol_results_verdict(&r, &out, &reason), verdict);
	assert_int_equal(r.len, rows);
	return 0;
}

static char *read_log(const char *name)
{
	const char *top = getenv("ZOL_TOP");
	ZOL_AUTO(free) char *path = zol_asprintf("%s/tests/data/suite/%s", top ? top : ".", name);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_str s = ZOL_STR_INIT;

	assert_int_equal(zol_read_file(path, ZOL_READ_MAX, &s, &err), 0);
	return zol_str_take(&s);
}

UNIT(every_parser_says_that_memory_ran_out)
{
	static const struct log logs[] = {
		{ "zts-mixed.log", ZOL_PARSER_ZTS, 1 },
		{ "zts-reran.log", ZOL_PARSER_ZTS, 3 },
		{ "xfstests.log", ZOL_PARSER_XFSTESTS, 1 },
		{ "ztest-pass.log", ZOL_PARSER_ZTEST, 0 },
		{ "filebench.log", ZOL_PARSER_FILEBENCH, 0 },
		{ "fio.json", ZOL_PARSER_FIO, 0 },
		{ "splat.log", ZOL_PARSER_SPLAT, 0 },
		{ "tap.log", ZOL_PARSER_TAP, 1 },
		{ "tap.log", ZOL_PARSER_EXIT, 1 },
		{ "tap.log", ZOL_PARSER_EXIT, 139 },
	};

	for (size_t i = 0; i < ZOL_COUNT(logs); i++) {
		text = read_log(logs[i].name);
		oom_failed = false;
		assert_int_equal(parse(&logs[i]), 0);
		assert_true(oom_walk(parse, &logs[i]) > 0);
		free(text);
	}
}

static const char python[] =
	"known_reason = 'Known issue'\nother_reason = \"x\"\nopen_reason = 'no end\n"
	"known = {\n    'a/b': ['FAIL', 1234],\n    'a/c': ['FAIL', known_reason],\n"
	"    # a remark\n    'a/e': ['SKIP', 'text'],\n    'a/f': ['FAIL', ],\n}\n"
	"if sys.platform.startswith('freebsd'):\n    known.update({\n        'z/z': ['FAIL', 1],\n    })\n"
	"elif sys.platform.startswith('linux'):\n    maybe.update({\n        'm/n': ['FAIL', other_reason],\n    })\n"
	"else:\n    pass\n";
static size_t entries;

static int import(const void *what)
{
	ZOL_AUTO(baseline) struct zol_baseline b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int rc = what ? zol_baseline_import_zts(zol_span_c(python), "zts", &b, &err) :
			zol_baseline_import_xfstests(zol_span_c("generic/001 # slow\n\n# none\ngeneric/317\n"), "xfs",
						     &b, &err);

	if (rc < 0)
		return rc;
	if (!oom_failed)
		entries = b.n;
	assert_int_equal(b.n, entries);
	return 0;
}

UNIT(a_list_of_expectations_is_imported_wholly_or_not)
{
	oom_failed = false;
	assert_int_equal(import(python), 0);
	assert_true(entries >= 5);
	assert_true(oom_walk(import, python) > 10);
	oom_failed = false;
	assert_int_equal(import(NULL), 0);
	assert_int_equal(entries, 2);
	assert_true(oom_walk(import, NULL) > 4);
}

UNIT_MAIN()
