/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite_result.h"

#include "base/room.h"
#include "core/suite_parsers.h"

#define NUMBERS 4U /* that a line has room for */

const char *zol_test_status_name(enum zol_test_status status)
{
	static const char *const names[ZOL_TEST_STATUSES] = { "none",    "pass",  "fail",  "skip",
							      "timeout", "crash", "flaky", "expunged" };

	return (size_t)status < ZOL_COUNT(names) ? names[status] : "unknown";
}

void zol_results_free(struct zol_results *r)
{
	for (size_t i = 0; i < r->len; i++) {
		free(r->v[i].test);
		free(r->v[i].reason);
	}
	for (size_t i = 0; i < r->nmetrics; i++) {
		free(r->metrics[i].name);
		free(r->metrics[i].unit);
	}
	free(r->v);
	free(r->metrics);
	free(r->missing);
	free(r->logdir);
	*r = (struct zol_results)ZOL_RESULTS_INIT;
}

int zol_results_add(struct zol_results *r, struct zol_span test, enum zol_test_status status, struct zol_span reason,
		    uint64_t ms)
{
	struct zol_result *v = zol_room(r->v, &r->cap, r->len + 1, sizeof(*v));
	ZOL_AUTO(free) char *name = zol_span_dup_line(test);
	ZOL_AUTO(free) char *why = reason.len ? zol_span_dup_line(reason) : NULL;

	if (v)
		r->v = v;
	if (!v || !name || (reason.len && !why))
		return -1;
	v[r->len++] = (struct zol_result){
		.test = zol_take_ptr(name), .status = status, .reason = zol_take_ptr(why), .ms = ms
	};
	return 0;
}

int zol_results_metric(struct zol_results *r, const char *name, double value, const char *unit)
{
	struct zol_metric *m = zol_room(r->metrics, &r->metrics_cap, r->nmetrics + 1, sizeof(*m));
	ZOL_AUTO(free) char *n = zol_span_dup_line(zol_span_c(name));
	ZOL_AUTO(free) char *u = zol_span_dup_line(zol_span_c(unit));

	if (m)
		r->metrics = m;
	if (!m || !n || !u)
		return -1;
	m[r->nmetrics++] = (struct zol_metric){ .name = zol_take_ptr(n), .value = value, .unit = zol_take_ptr(u) };
	return 0;
}

void zol_results_numbers(const struct zol_results *r, struct zol_str *text)
{
	for (size_t i = 0; i < r->nmetrics && i < NUMBERS; i++) {
		const struct zol_metric *m = &r->metrics[i];
		bool whole = m->value >= 100 || m->value == (double)(int)m->value;

		zol_str_printf(text, "%s%s %.*f %s", i ? ", " : "", m->name, whole ? 0 : 2, m->value, m->unit);
	}
}

void zol_results_end(struct zol_results *r, const char *missing)
{
	if (r->missing)
		return;
	r->complete = missing == NULL;
	if (missing)
		r->missing = strdup(missing);
}

int zol_suite_exit(const struct zol_test_output *out, struct zol_results *r)
{
	enum zol_test_status status = out->status == 0  ? ZOL_TEST_PASS :
				      out->status == 77 ? ZOL_TEST_SKIP :
							  ZOL_TEST_FAIL;
	ZOL_AUTO(free) char *why = NULL;

	if (out->status > 128)
		why = zol_asprintf("ended by signal %d", out->status - 128);
	else if (status == ZOL_TEST_FAIL)
		why = zol_asprintf("exit status %d", out->status);
	if (out->status > 128 && out->status != 128 + 9 && out->status != 128 + 15)
		status = ZOL_TEST_CRASH;
	r->by_exit = true;
	zol_results_end(r, NULL);
	return zol_results_add(r, zol_span_c(out->test), status, zol_span_c(why ? why : ""), UINT64_MAX);
}

int zol_results_parse(enum zol_suite_parser parser, const struct zol_test_output *out, struct zol_results *ret,
		      struct zol_err *err)
{
	static int (*const parsers[])(const struct zol_test_output *, struct zol_results *) = {
		[ZOL_PARSER_EXIT] = zol_suite_exit,           [ZOL_PARSER_ZTS] = zol_suite_zts,
		[ZOL_PARSER_XFSTESTS] = zol_suite_xfstests,   [ZOL_PARSER_ZTEST] = zol_suite_ztest,
		[ZOL_PARSER_FILEBENCH] = zol_suite_filebench, [ZOL_PARSER_FIO] = zol_suite_fio,
		[ZOL_PARSER_SPLAT] = zol_suite_splat,         [ZOL_PARSER_TAP] = zol_suite_tap,
	};
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;

	if ((size_t)parser >= ZOL_COUNT(parsers) || parsers[parser](out, &r) < 0 || (!r.complete && !r.missing))
		return zol_err_oom(err);
	*ret = r;
	r = (struct zol_results)ZOL_RESULTS_INIT;
	return 0;
}

/* What counts more when sub-tests differ. */
static int weight(enum zol_test_status status)
{
	static const int weights[ZOL_TEST_STATUSES] = {
		[ZOL_TEST_EXPUNGED] = 1, [ZOL_TEST_SKIP] = 2, [ZOL_TEST_PASS] = 3,    [ZOL_TEST_FLAKY] = 4,
		[ZOL_TEST_NONE] = 5,     [ZOL_TEST_FAIL] = 6, [ZOL_TEST_TIMEOUT] = 7, [ZOL_TEST_CRASH] = 8,
	};

	return weights[status];
}

static bool is_bad(enum zol_test_status status)
{
	return weight(status) > weight(ZOL_TEST_FLAKY);
}

static const struct zol_result *pick(const struct zol_results *r, const char *test)
{
	const struct zol_result *worst = NULL;

	for (size_t i = r->len; i > 0; i--)
		if (strcmp(r->v[i - 1].test, test) == 0)
			return &r->v[i - 1];
	for (size_t i = 0; i < r->len && !r->named; i++)
		if (!worst || weight(r->v[i].status) > weight(worst->status))
			worst = &r->v[i];
	return worst;
}

enum zol_test_status zol_results_verdict(const struct zol_results *r, const struct zol_test_output *out,
					 const char **ret_reason)
{
	const struct zol_result *got = pick(r, out->test);

	*ret_reason = got ? got->reason : NULL;
	if (got && is_bad(got->status) && got->status != ZOL_TEST_NONE) {
		if (!*ret_reason)
			*ret_reason = "the suite says so";
		return got->status;
	}
	if (!r->complete) {
		*ret_reason = r->missing ? r->missing : "the log is not complete";
		return out->status > 128 && out->status != 128 + 9 && out->status != 128 + 15 ? ZOL_TEST_CRASH :
												ZOL_TEST_FAIL;
	}
	if (!got || got->status == ZOL_TEST_NONE) {
		*ret_reason = "the log has no result for this test";
		return ZOL_TEST_FAIL;
	}
	if (got->status == ZOL_TEST_PASS && out->status != 0) {
		*ret_reason = "all passed, but the exit status says failure";
		return ZOL_TEST_FAIL;
	}
	return got->status;
}
