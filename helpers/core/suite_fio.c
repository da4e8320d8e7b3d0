/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "core/suite_parsers.h"

#define DEPTH 32U
#define PATH_MAX_LEN 512U

/* A reader of JSON that tells each scalar with the names above it; nothing is kept. */
struct json {
	struct zol_span rest;
	struct zol_str path;
	void (*scalar)(struct json *j, struct zol_span value, bool text);
	struct zol_results *r;
	struct zol_str job;     /* name of the job that is being read */
	struct zol_str pending; /* metrics of a job stand before or behind its name: "name value" lines */
	long error;
	bool has_job, oom;
};

static void skip_blank(struct json *j)
{
	while (j->rest.len > 0 && strchr(" \t\r\n", j->rest.ptr[0]) && j->rest.ptr[0] != '\0')
		j->rest = zol_span(j->rest.ptr + 1, j->rest.len - 1);
}

static bool take(struct json *j, char c)
{
	skip_blank(j);
	if (j->rest.len == 0 || j->rest.ptr[0] != c)
		return false;
	j->rest = zol_span(j->rest.ptr + 1, j->rest.len - 1);
	return true;
}

/* A string's bytes between its quotes, escapes as they stand. */
static bool take_string(struct json *j, struct zol_span *ret)
{
	if (!take(j, '"'))
		return false;
	for (size_t i = 0; i < j->rest.len; i++) {
		if (j->rest.ptr[i] == '\\') {
			i++;
			continue;
		}
		if (j->rest.ptr[i] != '"')
			continue;
		*ret = zol_span(j->rest.ptr, i);
		j->rest = zol_span(j->rest.ptr + i + 1, j->rest.len - i - 1);
		return true;
	}
	return false;
}

static bool take_value(struct json *j, unsigned depth);

static bool take_member(struct json *j, unsigned depth)
{
	struct zol_span key;
	size_t len = j->path.len;
	bool ok;

	if (!take_string(j, &key) || !take(j, ':') || len + key.len > PATH_MAX_LEN)
		return false;
	if (len > 0)
		zol_str_putc(&j->path, '.');
	zol_str_add(&j->path, key.len ? key.ptr : "", key.len);
	ok = take_value(j, depth + 1);
	zol_str_truncate(&j->path, len);
	return ok;
}

static bool take_many(struct json *j, unsigned depth, char close, bool object)
{
	if (take(j, close))
		return true;
	do {
		if (!(object ? take_member(j, depth) : take_value(j, depth + 1)))
			return false;
	} while (take(j, ','));
	return take(j, close);
}

static void end_job(struct json *j);

static bool take_value(struct json *j, unsigned depth)
{
	struct zol_span text;
	size_t n = 0;

	skip_blank(j);
	if (depth > DEPTH || j->rest.len == 0)
		return false;
	if (take(j, '{')) {
		bool ok = take_many(j, depth, '}', true);

		if (ok && strcmp(zol_str_c(&j->path), "jobs") == 0)
			end_job(j);
		return ok;
	}
	if (take(j, '['))
		return take_many(j, depth, ']', false);
	if (j->rest.ptr[0] == '"') {
		if (!take_string(j, &text))
			return false;
		j->scalar(j, text, true);
		return true;
	}
	while (n < j->rest.len && !strchr(",]} \t\r\n", j->rest.ptr[n]))
		n++;
	if (n == 0)
		return false;
	text = zol_span(j->rest.ptr, n);
	j->rest = zol_span(j->rest.ptr + n, j->rest.len - n);
	j->scalar(j, text, false);
	return true;
}

struct wanted {
	const char *path, *name, *unit;
	double scale;
};

static const struct wanted wanted[] = {
	{ "read.iops", "read.iops", "ops/s", 1 },
	{ "write.iops", "write.iops", "ops/s", 1 },
	{ "trim.iops", "trim.iops", "ops/s", 1 },
	{ "read.bw_bytes", "read.bandwidth", "B/s", 1 },
	{ "write.bw_bytes", "write.bandwidth", "B/s", 1 },
	{ "read.clat_ns.mean", "read.latency", "us", 0.001 },
	{ "write.clat_ns.mean", "write.latency", "us", 0.001 },
	{ "read.clat_ns.percentile.99.000000", "read.latency.p99", "us", 0.001 },
	{ "write.clat_ns.percentile.99.000000", "write.latency.p99", "us", 0.001 },
};

static void on_scalar(struct json *j, struct zol_span value, bool text)
{
	const char *path = zol_str_c(&j->path);
	char number[64];

	if (strncmp(path, "jobs.", 5) != 0)
		return;
	path += 5;
	if (text && strcmp(path, "jobname") == 0) {
		zol_str_truncate(&j->job, 0);
		zol_str_add(&j->job, value.ptr, value.len < ZOL_SUITE_NAME_MAX ? value.len : ZOL_SUITE_NAME_MAX);
		j->has_job = true;
		return;
	}
	if (text || value.len >= sizeof(number))
		return;
	memcpy(number, value.ptr, value.len);
	number[value.len] = '\0';
	if (strcmp(path, "error") == 0)
		j->error = strtol(number, NULL, 10);
	for (size_t i = 0; i < ZOL_COUNT(wanted); i++)
		if (strcmp(path, wanted[i].path) == 0 && strtod(number, NULL) > 0)
			zol_str_printf(&j->pending, "%zu %s\n", i, number);
}

/* A job is complete: its row, and its metrics under its name. */
static void end_job(struct json *j)
{
	struct zol_span rest = zol_span_str(&j->pending), line;
	ZOL_AUTO(free) char *why = j->error ? zol_asprintf("error %ld", j->error) : NULL;

	if (!j->has_job)
		return;
	j->oom |= zol_results_add(j->r, zol_span_str(&j->job), j->error ? ZOL_TEST_FAIL : ZOL_TEST_PASS,
				  zol_span_c(why ? why : ""), UINT64_MAX) < 0;
	while (zol_span_line(&rest, &line)) {
		char *end;
		size_t i = strtoul(line.ptr, &end, 10);
		ZOL_AUTO(free) char *name = zol_asprintf("%s.%s", zol_str_c(&j->job), wanted[i].name);

		j->oom |= !name ||
			  zol_results_metric(j->r, name, strtod(end, NULL) * wanted[i].scale, wanted[i].unit) < 0;
	}
	zol_str_truncate(&j->pending, 0);
	j->error = 0;
	j->has_job = false;
}

/* Where the document begins: the first "{" that stands alone at the start of a line. */
static struct zol_span document(struct zol_span text)
{
	struct zol_span rest = text, line;

	while (zol_span_line(&rest, &line))
		if (line.len > 0 && line.ptr[0] == '{')
			return zol_span(line.ptr, text.len - (size_t)(line.ptr - text.ptr));
	return zol_span(text.ptr, 0);
}

int zol_suite_fio(const struct zol_test_output *out, struct zol_results *r)
{
	struct json j = { .rest = document(out->text), .scalar = on_scalar, .r = r };
	bool whole = j.rest.len > 0 && take_value(&j, 0);
	int rc = j.oom || j.path.oom || j.job.oom || j.pending.oom ? -1 : 0;

	zol_results_end(r, !whole      ? "the JSON document is not complete" :
			   r->len == 0 ? "no job in the JSON document" :
					 NULL);
	zol_str_free(&j.path);
	zol_str_free(&j.job);
	zol_str_free(&j.pending);
	return rc;
}
