/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/num.h"
#include "core/suite_parsers.h"

/* A decimal fraction at the start; *ret_len: how long. */
static bool read_number(struct zol_span text, double *ret, size_t *ret_len)
{
	double value = 0, unit = 1;
	size_t n = 0;
	bool dot = false;

	for (; n < text.len && n < 40; n++) {
		char c = text.ptr[n];

		if (c == '.' && !dot) {
			dot = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		value = value * 10 + (c - '0');
		unit = dot ? unit * 10 : unit;
	}
	*ret = value / unit;
	*ret_len = n;
	return n > 0 && text.ptr[0] != '.';
}

/* --- filebench ----------------------------------------------------------------------------------- */

/* "61234 ops 1020.5 ops/s 510/510 rd/wr 3.9mb/s 0.9ms/op" */
static int read_summary(struct zol_span text, struct zol_results *r, double *ret_ops)
{
	struct zol_span word, number = zol_span(NULL, 0);
	double value;
	size_t n;
	int rc = 0;

	while (zol_span_field(&text, " \t\r,", &word)) {
		if (!read_number(word, &value, &n)) {
			double amount;

			if (!read_number(number, &amount, &n) || n != number.len)
				continue;
			if (zol_span_eq(word, "ops")) {
				*ret_ops = amount;
				rc |= zol_results_metric(r, "operations", amount, "ops");
			} else if (zol_span_eq(word, "ops/s")) {
				rc |= zol_results_metric(r, "rate", amount, "ops/s");
			}
		} else if (zol_span_ends(word, "mb/s")) {
			rc |= zol_results_metric(r, "bandwidth", value, "MiB/s");
		} else if (zol_span_ends(word, "ms/op")) {
			rc |= zol_results_metric(r, "latency", value, "ms");
		}
		number = word;
	}
	return rc;
}

int zol_suite_filebench(const struct zol_test_output *out, struct zol_results *r)
{
	static const char mark[] = "IO Summary:";
	struct zol_span rest = out->text, line, error = zol_span("", 0);
	bool summary = false;
	double ops = 0;
	int rc = 0;

	while (zol_span_line(&rest, &line)) {
		const char *at = line.len ? memmem(line.ptr, line.len, mark, sizeof(mark) - 1) : NULL;

		if (at) {
			size_t n = (size_t)(at - line.ptr) + sizeof(mark) - 1;

			summary = true;
			rc |= read_summary(zol_span(line.ptr + n, line.len - n), r, &ops);
		} else if (error.len == 0 && (zol_span_has(line, "rror") || zol_span_has(line, "Failed") ||
					      zol_span_has(line, "Unexpected"))) {
			error = zol_span_trim(line);
		}
	}
	if (summary && ops <= 0)
		error = zol_span_c("no operation was done");
	if (summary)
		rc |= zol_results_add(r, zol_span_c(out->test),
				      ops > 0 && out->status == 0 ? ZOL_TEST_PASS : ZOL_TEST_FAIL, error, UINT64_MAX);
	else if (error.len > 0)
		rc |= zol_results_add(r, zol_span_c(out->test), ZOL_TEST_FAIL, error, UINT64_MAX);
	zol_results_end(r, summary ? NULL : "no \"IO Summary\" in the log");
	return rc < 0 ? -1 : 0;
}

/* --- ztest and zloop ----------------------------------------------------------------------------- */

struct ztest {
	struct zol_span cause, place;
	uint64_t killed, completed, crashes;
	bool ended, zloop;
};

/* "12 killed, 3 completed, 80% kill rate" */
static bool read_rate(struct zol_span line, struct ztest *z)
{
	struct zol_span word, killed, done;

	line = zol_span_trim(line);
	if (!zol_span_ends(line, "% kill rate") || !zol_span_field(&line, " ", &killed) ||
	    !zol_span_field(&line, " ", &word) || !zol_span_eq(word, "killed,") || !zol_span_field(&line, " ", &done))
		return false;
	return zol_span_u64(killed, &z->killed) && zol_span_u64(done, &z->completed);
}

/* "zloop finished, 2 crashes found" */
static bool read_zloop(struct zol_span line, struct ztest *z)
{
	struct zol_span word;

	if (!zol_span_starts(line, "zloop finished, "))
		return false;
	line = zol_span(line.ptr + 16, line.len - 16);
	z->zloop = zol_span_field(&line, " ", &word) && zol_span_u64(word, &z->crashes);
	return z->zloop;
}

static void read_ztest(struct zol_span line, struct ztest *z)
{
	static const char *const marks[] = { "child died with signal",
					     "child exited with code",
					     "Assertion ",
					     "VERIFY",
					     "ASSERT",
					     "died with signal",
					     "ztest: " };

	/* Lines of progress are very long and without an end. */
	if (line.len > 2000)
		line = zol_span(line.ptr + line.len - 200, 200);
	if (read_rate(line, z) || read_zloop(line, z)) {
		z->ended = true;
		return;
	}
	if (zol_span_has(line, "ASSERT at ") || zol_span_has(line, "PANIC at "))
		z->place = z->place.len ? z->place : zol_span_trim(line);
	for (size_t i = 0; i < ZOL_COUNT(marks) && z->cause.len == 0; i++)
		if (zol_span_starts(line, marks[i]) && (marks[i][0] != 'V' || zol_span_has(line, "failed")) &&
		    !zol_span_has(line, "ASSERT at "))
			z->cause = zol_span_trim(line);
}

int zol_suite_ztest(const struct zol_test_output *out, struct zol_results *r)
{
	struct zol_span rest = out->text, line;
	struct ztest z = { 0 };
	enum zol_test_status status;
	ZOL_AUTO(str) struct zol_str why = ZOL_STR_INIT;
	int rc = 0;

	while (zol_span_line(&rest, &line))
		read_ztest(line, &z);
	if (z.cause.len > 0)
		zol_str_add(&why, z.cause.ptr, z.cause.len < 300 ? z.cause.len : 300);
	if (z.place.len > 0) {
		zol_str_puts(&why, why.len ? " (" : "(");
		zol_str_add(&why, z.place.ptr, z.place.len < 300 ? z.place.len : 300);
		zol_str_puts(&why, ")");
	}
	if (z.crashes > 0 && why.len == 0)
		zol_str_printf(&why, "zloop has found %" PRIu64 " crashes", z.crashes);
	status = why.len > 0 || z.crashes > 0 ? ZOL_TEST_CRASH :
		 z.ended && out->status == 0  ? ZOL_TEST_PASS :
						ZOL_TEST_FAIL;
	if (z.ended || why.len > 0)
		rc |= zol_results_add(r, zol_span_c(out->test), status, zol_span_str(&why), UINT64_MAX);
	if (z.ended && !z.zloop) {
		rc |= zol_results_metric(r, "killed", (double)z.killed, "runs");
		rc |= zol_results_metric(r, "completed", (double)z.completed, "runs");
	}
	zol_results_end(r, z.ended ? NULL : "ztest has not come to its end");
	return rc < 0 || why.oom ? -1 : 0;
}

/* --- splat --------------------------------------------------------------------------------------- */

int zol_suite_splat(const struct zol_test_output *out, struct zol_results *r)
{
	struct zol_span rest = out->text, line;

	while (zol_span_line(&rest, &line)) {
		struct zol_span name, word, text = line;
		enum zol_test_status status;

		if (!zol_span_field(&text, " \t\r", &name) || !memchr(name.ptr, ':', name.len) ||
		    zol_span_ends(name, ":") || name.ptr[0] == ':' || !zol_span_field(&text, " \t\r", &word))
			continue;
		status = zol_span_eq(word, "Pass") ? ZOL_TEST_PASS :
			 zol_span_eq(word, "Fail") ? ZOL_TEST_FAIL :
						     ZOL_TEST_NONE;
		if (status == ZOL_TEST_NONE)
			continue;
		if (zol_results_add(r, name, status, zol_span_trim(text), UINT64_MAX) < 0)
			return -1;
	}
	zol_results_end(r, r->len > 0 ? NULL : "no results in the log");
	return 0;
}
