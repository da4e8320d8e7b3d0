/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/test_run.h"

#include "base/path.h"
#include "core/suite_result.h"

#define TAIL (8U << 10)
#define STATUS_SKIP 77
#define OUTPUT_MAX (64U << 20)

char *zol_test_last_line(int fd)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_span line;
	struct zol_span last = { 0 };
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;

	if (size <= 0 || lseek(fd, size > (off_t)TAIL ? size - (off_t)TAIL : 0, SEEK_SET) < 0 ||
	    zol_read_fd(fd, 2 * TAIL, &text, &err) < 0)
		return NULL;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line))
		if (zol_span_trim(line).len > 0)
			last = zol_span_trim(line);
	for (size_t i = 0; i < last.len && i < 200; i++)
		zol_str_putc(&out, (unsigned char)last.ptr[i] < ' ' ? ' ' : last.ptr[i]);
	return out.len ? zol_str_take(&out) : NULL;
}

static enum zol_verdict by_status(const struct zol_test_end *end, int fd, char **ret_reason)
{
	ZOL_AUTO(free) char *line = NULL;

	if (end->status == 0)
		return ZOL_V_PASS;
	line = zol_test_last_line(fd);
	if (end->status == STATUS_SKIP) {
		*ret_reason = line ? zol_take_ptr(line) : strdup("no reason given");
		return ZOL_V_SKIP;
	}
	*ret_reason = end->signal ?
			      zol_asprintf("killed by signal %d%s%s", end->signal, line ? ": " : "", line ? line : "") :
			      zol_asprintf("exit status %d%s%s", end->status, line ? ": " : "", line ? line : "");
	return ZOL_V_FAIL;
}

static enum zol_verdict verdict_of(enum zol_test_status status)
{
	switch (status) {
	case ZOL_TEST_PASS:
		return ZOL_V_PASS;
	case ZOL_TEST_SKIP:
	case ZOL_TEST_EXPUNGED:
		return ZOL_V_SKIP;
	case ZOL_TEST_TIMEOUT:
		return ZOL_V_TIMEOUT;
	case ZOL_TEST_FLAKY:
		return ZOL_V_FLAKY;
	case ZOL_TEST_NONE:
	case ZOL_TEST_FAIL:
	case ZOL_TEST_CRASH: /* of a program: the kernel's have another way */
		break;
	}
	return ZOL_V_FAIL;
}

/* What the suite's own program has printed decides; what says nothing is a failure. */
static enum zol_verdict by_parser(const struct zol_suite *s, const char *test, const struct zol_test_end *end, int fd,
				  char **ret_reason)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	struct zol_test_output out = { .status = end->signal ? 128 + end->signal : end->status, .test = test };
	const char *why = NULL;
	enum zol_test_status status;

	if (lseek(fd, 0, SEEK_SET) < 0 || zol_read_fd(fd, OUTPUT_MAX, &text, &err) < 0) {
		*ret_reason = strdup(err.msg ? err.msg : "the log cannot be read");
		return ZOL_V_FAIL;
	}
	out.text = zol_span_str(&text);
	if (zol_results_parse(s->parser, &out, &r, &err) < 0) {
		ZOL_AUTO(free) char *line = zol_test_last_line(fd);

		*ret_reason = zol_asprintf("%s%s%s", zol_err_text(&err), line ? "; it ends: " : "", line ? line : "");
		return ZOL_V_FAIL;
	}
	if (r.by_exit)
		return by_status(end, fd, ret_reason);
	status = zol_results_verdict(&r, &out, &why);
	if (status == ZOL_TEST_PASS && !why && r.nmetrics > 0) {
		zol_str_truncate(&text, 0); /* out has been looked at */
		zol_results_numbers(&r, &text);
		*ret_reason = zol_str_take(&text);
	}
	if (why)
		*ret_reason = strdup(why);
	else if (status == ZOL_TEST_CRASH)
		*ret_reason = strdup("a program of the suite has crashed");
	return verdict_of(status);
}

enum zol_verdict zol_test_judge(const struct zol_suite *s, const char *test, const struct zol_test_end *end, int fd,
				char **ret_reason)
{
	*ret_reason = end->why ? strdup(end->why) : NULL;
	switch (end->how) {
	case ZOL_END_EXIT:
		break;
	case ZOL_END_LIMIT:
		if (!*ret_reason)
			*ret_reason = zol_asprintf("ended at its limit of %ju s", (uintmax_t)(end->ms + 500) / 1000);
		return ZOL_V_TIMEOUT;
	case ZOL_END_HANG:
		return ZOL_V_HANG;
	case ZOL_END_CRASH:
		return ZOL_V_CRASH;
	case ZOL_END_DEFECT:
		return ZOL_V_FAIL;
	case ZOL_END_GONE:
		return ZOL_V_LOST;
	case ZOL_END_CANNOT:
		return ZOL_V_FAIL;
	}
	if (s->parser == ZOL_PARSER_EXIT)
		return by_status(end, fd, ret_reason);
	return by_parser(s, test, end, fd, ret_reason);
}
