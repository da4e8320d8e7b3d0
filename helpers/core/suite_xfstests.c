/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "core/strmap.h"
#include "core/suite_parsers.h"

struct xfs {
	struct zol_results *r;
	struct zol_span test; /* the one whose lines come */
	enum zol_test_status status;
	struct zol_span reason;
	uint64_t ms;
	size_t tried, notrun, sections, summed; /* summed: rows that a summary was about */
	uint64_t said;
	bool summary, interrupted, oom;
};

static struct zol_span skip(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

/* "generic/001" and "btrfs/012-name" at the start of a line: its length, or 0. */
static size_t name_len(struct zol_span line)
{
	size_t n = 0, digits = 0;

	while (n < line.len &&
	       ((line.ptr[n] >= 'a' && line.ptr[n] <= 'z') || (n > 0 && line.ptr[n] >= '0' && line.ptr[n] <= '9') ||
		line.ptr[n] == '-' || line.ptr[n] == '_'))
		n++;
	if (n == 0 || n >= line.len || line.ptr[n] != '/')
		return 0;
	n++;
	while (n + digits < line.len && line.ptr[n + digits] >= '0' && line.ptr[n + digits] <= '9')
		digits++;
	if (digits < 3 || digits > 5)
		return 0;
	n += digits;
	if (n < line.len && line.ptr[n] == '-')
		while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\t')
			n++;
	return n == line.len || line.ptr[n] == ' ' || line.ptr[n] == '\t' || line.ptr[n] == '\r' ? n : 0;
}

static void finish_test(struct xfs *x)
{
	if (x->test.len == 0)
		return;
	if (x->status == ZOL_TEST_NONE)
		x->reason = zol_span_c("it has not ended");
	x->oom |= zol_results_add(x->r, x->test, x->status, x->reason, x->ms) < 0;
	x->tried += x->status != ZOL_TEST_EXPUNGED;
	x->notrun += x->status == ZOL_TEST_SKIP;
	x->test = zol_span(NULL, 0);
}

static void fail(struct xfs *x, struct zol_span reason, enum zol_test_status status)
{
	if (x->status != ZOL_TEST_FAIL && x->status != ZOL_TEST_CRASH)
		x->reason = zol_span_trim(reason);
	if (x->status != ZOL_TEST_CRASH)
		x->status = status;
}

/* The last "12s" of the line, which stands there only when the test has passed. */
static bool read_seconds(struct zol_span text, uint64_t *ret_ms)
{
	struct zol_span word, last = zol_span(NULL, 0);
	uint64_t n;

	while (zol_span_field(&text, " \t\r", &word))
		last = word;
	if (last.len < 2 || last.ptr[last.len - 1] != 's' || !zol_span_u64(zol_span(last.ptr, last.len - 1), &n) ||
	    n > UINT32_MAX)
		return false;
	*ret_ms = n * 1000;
	return true;
}

/* "aggregate results across 11 runs: pass=5 (45.5%), fail=6 (54.5%)" */
static void read_aggregate(struct xfs *x, struct zol_span text)
{
	bool pass = zol_span_has(text, "pass="), bad = zol_span_has(text, "fail=");

	x->status = pass && bad ? ZOL_TEST_FLAKY : pass ? ZOL_TEST_PASS : ZOL_TEST_FAIL;
	x->reason = zol_span_trim(text);
}

/* What stands behind a test's name, or on a line below it. first: behind the name. */
static void read_outcome(struct xfs *x, struct zol_span text, bool first)
{
	static const char *const failures[] = { "[failed, exit status",    "- output mismatch",
						"_check_dmesg: something", " is inconsistent",
						"no qualified output",     "- no such test",
						"_check_kmemleak",         "something found in" };
	const char *at;

	if (zol_span_has(text, "[not run]")) {
		at = memmem(text.ptr, text.len, "[not run]", 9);
		x->status = ZOL_TEST_SKIP;
		x->reason = zol_span_trim(skip(text, (size_t)(at - text.ptr) + 9));
		return;
	}
	if (first && zol_span_has(text, "[expunged]")) {
		x->status = ZOL_TEST_EXPUNGED;
		x->reason = zol_span_c("an exclude list has it");
		return;
	}
	if (zol_span_has(text, "aggregate results across")) {
		read_aggregate(x, text);
		return;
	}
	/* Lines of a diff are indented by four. */
	if (!first && zol_span_starts(text, "    "))
		return;
	if (zol_span_has(text, "[dumped core]"))
		fail(x, text, ZOL_TEST_CRASH);
	for (size_t i = 0; i < ZOL_COUNT(failures); i++)
		if (zol_span_has(text, failures[i]))
			fail(x, text, ZOL_TEST_FAIL);
	if (x->status != ZOL_TEST_NONE)
		return;
	at = text.len ? memmem(text.ptr, text.len, " ... ", 5) : NULL;
	if (read_seconds(at ? skip(text, (size_t)(at - text.ptr) + 5) : text, &x->ms))
		x->status = ZOL_TEST_PASS;
}

/* "Failures: a b": what is named there of the section has failed whatever its lines say. */
static void take_failures(struct xfs *x, struct zol_span list)
{
	ZOL_AUTO(strmap) struct zol_strmap named = ZOL_STRMAP_INIT;
	struct zol_span name;

	while (zol_span_field(&list, " \t\r", &name)) {
		uint32_t *slot = zol_strmap_slot(&named, name);

		x->oom |= !slot;
		if (slot)
			*slot = 0;
	}
	for (; x->summed < x->r->len; x->summed++) {
		struct zol_result *row = &x->r->v[x->summed];

		if ((row->status == ZOL_TEST_PASS || row->status == ZOL_TEST_NONE) &&
		    zol_strmap_get(&named, zol_span_c(row->test)) != ZOL_STRMAP_NONE)
			row->status = ZOL_TEST_FAIL;
	}
}

/* "Passed all 12 tests", "Failed 1 of 12 tests" */
static bool take_total(struct xfs *x, struct zol_span line)
{
	struct zol_span word, text = line;
	uint64_t n;

	if (!zol_span_starts(line, "Passed all ") && !(zol_span_starts(line, "Failed ") && zol_span_has(line, " of ")))
		return false;
	if (!zol_span_has(line, " tests"))
		return false;
	x->summary = true;
	while (zol_span_field(&text, " \t\r", &word))
		if (zol_span_u64(word, &n))
			x->said = n;
	return true;
}

static void take_line(struct xfs *x, struct zol_span line)
{
	size_t n = name_len(line);

	if (n > 0) {
		struct zol_span name = zol_span(line.ptr, n);

		if (!zol_span_has(line, "aggregate results across") || x->test.len != n ||
		    memcmp(x->test.ptr, name.ptr, n) != 0)
			finish_test(x);
		if (x->test.len == 0) {
			x->test = name;
			x->status = ZOL_TEST_NONE;
			x->reason = zol_span("", 0);
			x->ms = UINT64_MAX;
		}
		read_outcome(x, skip(line, n), true);
	} else if (take_total(x, line) || zol_span_starts(line, "Ran: ") || zol_span_starts(line, "Not run: ")) {
		finish_test(x);
	} else if (zol_span_starts(line, "Failures: ")) {
		finish_test(x);
		take_failures(x, skip(line, 10));
	} else if (zol_span_starts(line, "Interrupted!")) {
		x->interrupted = true;
	} else if (zol_span_starts(line, "SECTION ")) {
		finish_test(x);
		x->sections++;
	} else if (x->test.len > 0) {
		read_outcome(x, line, false);
	}
}

static const char *missing(const struct xfs *x)
{
	if (x->r->len == 0)
		return "no results in the log";
	if (x->interrupted)
		return "check was interrupted";
	if (!x->summary)
		return "the log ends before the summary";
	if (x->sections <= 1 && x->said != x->tried && x->said != x->tried - x->notrun)
		return "the summary counts other results than the log has";
	return NULL;
}

int zol_suite_xfstests(const struct zol_test_output *out, struct zol_results *r)
{
	struct xfs x = { .r = r };
	struct zol_span rest = out->text, line;

	while (zol_span_line(&rest, &line))
		take_line(&x, line);
	finish_test(&x);
	r->named = true;
	zol_results_end(r, missing(&x));
	return x.oom ? -1 : 0;
}
