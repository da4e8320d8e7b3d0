/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/test.h"
#include "core/testreport.h"

#define TAIL (16U << 10) /* of a log that reports carry */

struct case_row {
	const char *suite, *name, *verdict, *reason, *history;
	uint64_t ms, attempts, passed;
};

static const struct zol_col case_cols[] = {
	ZOL_COL("suite", "SUITE", STR, struct case_row, suite),
	ZOL_COL("name", "TEST", STR, struct case_row, name),
	ZOL_COL("verdict", "VERDICT", STR, struct case_row, verdict),
	ZOL_COL("ms", "TIME", DURATION, struct case_row, ms),
	ZOL_COL("attempts", "TRIES", U64, struct case_row, attempts),
	ZOL_COL("passed", NULL, U64, struct case_row, passed),
	ZOL_COL("history", "BEFORE", STR, struct case_row, history),
	ZOL_COL("reason", "REASON", STR, struct case_row, reason),
};

static int print_table(const struct zol_out *out, const struct zol_case_set *set, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };

	zol_rows_begin(&rows, out, case_cols, ZOL_COUNT(case_cols));
	for (size_t i = 0; i < set->n; i++) {
		const struct zol_case *c = &set->v[i];
		struct case_row row = { .suite = c->suite,
					.name = c->name,
					.verdict = c->verdict ? zol_verdict_name(c->verdict) : NULL,
					.reason = c->reason,
					.history = c->strip,
					.ms = c->ms,
					.attempts = c->attempts,
					.passed = c->passed };

		zol_rows_add(&rows, &row);
	}
	return zol_rows_end(&rows, err);
}

/* A line a test, as in a pipe. */
static int write_table(const struct zol_cli *cli, const struct zol_case_set *set, const char *output,
		       struct zol_err *err)
{
	struct zol_out out = cli->out;
	char *text = NULL;
	size_t len = 0;
	int r;

	out.out = open_memstream(&text, &len);
	if (!out.out)
		return zol_err_oom(err);
	out.color_out = false;
	out.width_out = 0;
	r = print_table(&out, set, err);
	if (fclose(out.out) != 0 && r == 0)
		r = zol_err_oom(err);
	if (r == 0)
		r = zol_write_file(output, text, len, 0644, err);
	free(text);
	return r;
}

/* The end of the log of what has not passed. */
static void load_output(struct zol_case *c)
{
	ZOL_AUTO(fd) int fd = -1;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	off_t size;

	if (!c->log || c->verdict == ZOL_V_PASS)
		return;
	fd = open(c->log, O_RDONLY | O_CLOEXEC);
	size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	if (size <= 0 || lseek(fd, size > (off_t)TAIL ? size - (off_t)TAIL : 0, SEEK_SET) < 0 ||
	    zol_read_fd(fd, (size_t)2 * TAIL, &text, &err) < 0)
		return;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0')
			text.ptr[i] = '?';
	c->output = zol_str_take(&text);
}

int zol_test_check_format(const struct zol_cli *cli, const char *format, struct zol_err *err)
{
	if (!cli->out.json || !format || strcmp(format, "json") == 0)
		return 0;
	return zol_err_set(err, ZOL_USAGE, 0, "--json and --format %s exclude each other", format);
}

int zol_test_report_set(struct zol_cli *cli, struct zol_case_set *set, const char *format, const char *output,
			struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	bool to_file = output && strcmp(output, "-") != 0;

	if (!format)
		format = cli->out.json ? "json" : "table";
	for (size_t i = 0; i < set->n && strcmp(format, "table") != 0; i++)
		load_output(&set->v[i]);
	if (strcmp(format, "tap") == 0)
		zol_testreport_tap(set, &s);
	else if (strcmp(format, "junit") == 0)
		zol_testreport_junit(set, &s);
	else if (strcmp(format, "json") == 0)
		zol_testreport_json(set, &s);
	else if (strcmp(format, "html") == 0)
		zol_testpage(set, &s);
	else
		return to_file ? write_table(cli, set, output, err) : print_table(&cli->out, set, err);
	if (zol_str_check(&s, err) < 0)
		return -(int)err->code;
	if (to_file)
		return zol_write_file(output, s.ptr, s.len, 0644, err);
	if (fwrite(s.ptr, 1, s.len, cli->out.out) != s.len)
		return zol_err_sys(err, "stdout");
	return 0;
}

int zol_cmd_test_report(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_report_args *a = args;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	int64_t run;

	if (zol_test_check_format(cli, a->format, err) < 0)
		return -(int)err->code;
	if (zol_test_db_of(cli, a->db, false, &db, err) < 0 ||
	    zol_db_find(db, a->run.len ? a->run.v[0] : NULL, &run, err) < 0 ||
	    zol_db_load(db, run, true, &set, err) < 0)
		return -(int)err->code;
	return zol_test_report_set(cli, &set, a->format, a->output, err);
}
