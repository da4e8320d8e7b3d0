/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "core/suite_parsers.h"

enum { PASS, FAIL, SKIP, KILLED, RERAN, STATES };
static const char *const states[STATES] = { "PASS", "FAIL", "SKIP", "KILLED", "RERAN" };
static const enum zol_test_status statuses[STATES] = { ZOL_TEST_PASS, ZOL_TEST_FAIL, ZOL_TEST_SKIP, ZOL_TEST_TIMEOUT,
						       ZOL_TEST_FLAKY };

struct zts {
	struct zol_results *r;
	uint64_t seen[STATES], said[STATES];
	bool summary, reran, oom;
};

static struct zol_span skip(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

/* What stands behind the mark; false when it is not there. */
static bool behind(struct zol_span *text, const char *mark)
{
	const char *at = text->len > 0 ? memmem(text->ptr, text->len, mark, strlen(mark)) : NULL;

	if (!at)
		return false;
	*text = skip(*text, (size_t)(at - text->ptr) + strlen(mark));
	return true;
}

struct zol_span zol_suite_zts_name(struct zol_span path)
{
	struct zol_span name = path;

	if (!behind(&name, "/functional/") && !behind(&name, "/perf/regression/") &&
	    zol_span_starts(name, "tests/functional/"))
		name = skip(name, strlen("tests/functional/"));
	if (zol_span_ends(name, ".ksh"))
		name.len -= 4;
	return name;
}

static int state_of(struct zol_span text)
{
	for (int i = 0; i < STATES; i++)
		if (zol_span_eq(text, states[i]))
			return i;
	return -1;
}

/* "[mm:ss]" or "[hh:mm:ss]" */
static uint64_t time_of(struct zol_span text)
{
	uint64_t total = 0, n;
	struct zol_span part;

	while (zol_span_field(&text, ":", &part)) {
		if (!zol_span_u64(part, &n) || n > 1000000)
			return UINT64_MAX;
		total = total * 60 + n;
	}
	return total * 1000;
}

/* "Test: PATH (run as USER) [mm:ss] [STATE]"; false for another line. */
static bool take_test(struct zts *z, struct zol_span line)
{
	struct zol_span path, time, state, rest = line;
	size_t n = 0;
	int s;

	if (rest.len > 2 && rest.ptr[0] == '[' && !behind(&rest, "] "))
		return false;
	if (!zol_span_starts(rest, "Test: ") && !zol_span_starts(rest, "Test ("))
		return false;
	if (!behind(&rest, ": "))
		return false;
	path = rest;
	if (!behind(&rest, " (run as "))
		return false;
	path.len = (size_t)(rest.ptr - path.ptr) - strlen(" (run as ");
	if (!behind(&rest, "[") || !(time = rest, behind(&rest, "]")))
		return false;
	time.len = (size_t)(rest.ptr - time.ptr) - 1;
	if (!behind(&rest, "["))
		return false;
	for (state = rest; n < rest.len && rest.ptr[n] != ']'; n++)
		;
	state.len = n;
	s = state_of(state);
	if (s < 0 || n == rest.len)
		return false;
	if (zol_span_has(rest, "(RERAN)")) {
		z->reran = true;
		s = s == PASS ? RERAN : s;
	}
	z->seen[s]++;
	z->oom |= zol_results_add(z->r, zol_suite_zts_name(zol_span_trim(path)), statuses[s], zol_span("", 0),
				  time_of(time)) < 0;
	return true;
}

/* "PASS	   3" below "Results Summary". */
static void take_count(struct zts *z, struct zol_span line)
{
	struct zol_span word, number;
	uint64_t n;
	int s;

	if (!zol_span_field(&line, " \t", &word) || !zol_span_field(&line, " \t\r", &number))
		return;
	s = state_of(word);
	if (s >= 0 && zol_span_u64(number, &n))
		z->said[s] = n;
}

/* What a test printed, below its line in the log file: the first error, or why it is not supported. */
static void take_output(struct zts *z, struct zol_span line)
{
	static const char *const marks[] = { "ERROR: ", "UNSUPPORTED: ", "NOTE: " };
	struct zol_result *last = z->r->len > 0 ? &z->r->v[z->r->len - 1] : NULL;

	if (!last || last->reason || last->status == ZOL_TEST_PASS)
		return;
	for (size_t i = 0; i < ZOL_COUNT(marks); i++) {
		struct zol_span text = line;

		if (!behind(&text, marks[i]))
			continue;
		last->reason = zol_span_dup_line(zol_span(text.ptr, text.len < 300 ? text.len : 300));
		return;
	}
}

/* A group whose setup failed has its tests skipped: that is no reason to be content with them. */
static void judge_setups(struct zol_results *r)
{
	for (size_t i = 0; i < r->len; i++) {
		const char *slash = strrchr(r->v[i].test, '/');
		size_t n = slash ? (size_t)(slash - r->v[i].test) + 1 : 0, k;
		bool bad = r->v[i].status == ZOL_TEST_FAIL || r->v[i].status == ZOL_TEST_TIMEOUT;

		if (!bad || strcmp(r->v[i].test + n, "setup") != 0)
			continue;
		for (k = i + 1; k < r->len && strncmp(r->v[k].test, r->v[i].test, n) == 0; k++)
			if (r->v[k].status == ZOL_TEST_SKIP) {
				r->v[k].status = ZOL_TEST_FAIL;
				if (!r->v[k].reason)
					r->v[k].reason = strdup("the setup of its group failed");
			}
		i = k - 1;
	}
}

static const char *missing(const struct zts *z)
{
	if (z->r->len == 0)
		return "no results in the log";
	if (!z->summary)
		return "the log ends before the summary";
	for (int i = 0; i < STATES && !z->reran; i++)
		if (i == PASS ? z->said[i] < z->seen[i] : z->said[i] != z->seen[i])
			return "the summary counts other results than the log has";
	return NULL;
}

int zol_suite_zts(const struct zol_test_output *out, struct zol_results *r)
{
	struct zts z = { .r = r };
	struct zol_span rest = out->text, line;

	while (zol_span_line(&rest, &line)) {
		struct zol_span text = line;

		if (take_test(&z, line))
			continue;
		if (zol_span_starts(line, "Results Summary"))
			z.summary = true;
		else if (z.summary)
			take_count(&z, line);
		else
			take_output(&z, line);
		if (z.summary && !r->logdir && behind(&text, "Log directory:"))
			r->logdir = zol_span_dup(zol_span_trim(text));
	}
	judge_setups(r);
	r->named = true;
	zol_results_end(r, missing(&z));
	return z.oom ? -1 : 0;
}
