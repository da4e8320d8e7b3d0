/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/curl.h"

#include <errno.h>

#include "scratch.h"
#include "unit.h"

/* Without a network: file URLs. Servers and their faults are in tests/cli/stage-faults.t. */
struct sink {
	struct zol_str got;
	bool restarted;
	bool fail;
	unsigned answers;
};

static int take(void *ctx, bool restart, const void *data, size_t len, struct zol_err *err)
{
	struct sink *s = ctx;

	s->restarted = s->restarted || restart;
	if (s->fail)
		return zol_err_set(err, ZOL_SYSTEM, ENOSPC, "the sink");
	zol_str_add(&s->got, data, len);
	return 0;
}

static int answer(void *ctx, const char *validator, struct zol_err *err)
{
	struct sink *s = ctx;

	(void)validator;
	(void)err;
	s->answers++;
	return 0;
}

struct run {
	int rc;
	struct zol_curl_result result;
	struct zol_err err;
	struct sink sink;
};

static struct run transfer(const struct scratch *s, const char *name, struct zol_curl_request req, bool fail)
{
	struct run r = { .err = ZOL_ERR_INIT, .sink = { .fail = fail } };
	struct zol_curl *c = NULL;
	char *url = zol_asprintf("file://%s/%s", s->path, name);

	assert_non_null(url);
	assert_int_equal(zol_curl_new(&c, &r.err), 0);
	req.url = url;
	req.sink = take;
	req.answer = answer;
	req.ctx = &r.sink;
	r.rc = zol_curl_run(c, &req, &r.result, &r.err);
	zol_curl_free(c);
	free(url);
	return r;
}

static void drop(struct run *r)
{
	zol_curl_result_free(&r->result);
	zol_err_clear(&r->err);
	zol_str_free(&r->sink.got);
}

UNIT(gets_a_whole_file)
{
	SCRATCH(s);
	struct run r;

	scratch_put(&s, "f", "0123456789");
	r = transfer(&s, "f", (struct zol_curl_request){ .size = 10 }, false);
	assert_int_equal(r.rc, 0);
	assert_string_equal(zol_str_c(&r.sink.got), "0123456789");
	assert_int_equal(r.result.received, 10);
	assert_int_equal(r.sink.answers, 1);
	assert_false(r.result.resumed);
	assert_non_null(strstr(r.result.url, s.path));
	drop(&r);
}

UNIT(goes_on_from_an_offset)
{
	SCRATCH(s);
	struct run r;

	scratch_put(&s, "f", "0123456789");
	r = transfer(&s, "f", (struct zol_curl_request){ .size = 10, .offset = 7 }, false);
	assert_int_equal(r.rc, 0);
	assert_string_equal(zol_str_c(&r.sink.got), "789");
	assert_true(r.result.resumed);
	assert_false(r.sink.restarted);
	drop(&r);
}

UNIT(a_missing_file_is_its_own_fault)
{
	SCRATCH(s);
	struct run r = transfer(&s, "none", (struct zol_curl_request){ .size = 10 }, false);

	assert_int_equal(r.rc, -ZOL_NETWORK);
	assert_int_equal(r.result.fault, ZOL_CURL_MISSING);
	assert_non_null(strstr(zol_err_text(&r.err), "no such file"));
	drop(&r);
}

UNIT(refuses_a_file_of_another_size)
{
	SCRATCH(s);
	struct run r;

	scratch_put(&s, "f", "0123456789");
	r = transfer(&s, "f", (struct zol_curl_request){ .size = 9 }, false);
	assert_int_equal(r.rc, -ZOL_VERIFY);
	assert_int_equal(r.result.fault, ZOL_CURL_SIZE);
	assert_int_equal(r.sink.got.len, 0);
	drop(&r);
	r = transfer(&s, "f", (struct zol_curl_request){ .size = 11 }, false);
	assert_true(r.rc < 0);
	drop(&r);
	r = transfer(&s, "f", (struct zol_curl_request){ .max = 4 }, false);
	assert_int_equal(r.rc, -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&r.err), "more than 4 bytes"));
	drop(&r);
}

UNIT(passes_the_failure_of_the_sink_on)
{
	SCRATCH(s);
	struct run r;

	scratch_put(&s, "f", "0123456789");
	r = transfer(&s, "f", (struct zol_curl_request){ .size = 10 }, true);
	assert_int_equal(r.rc, -ZOL_SYSTEM);
	assert_int_equal(r.result.fault, ZOL_CURL_SINK);
	assert_int_equal(r.err.errnum, ENOSPC);
	drop(&r);
}

UNIT(other_protocols_are_refused)
{
	struct zol_curl *c = NULL;
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_str out = ZOL_STR_INIT;
	struct zol_curl_result r;

	assert_int_equal(zol_curl_new(&c, &err), 0);
	assert_int_equal(zol_curl_get(c, &(struct zol_curl_request){ .url = "gopher://localhost/" }, &out, &r, &err),
			 -ZOL_NETWORK);
	assert_int_equal(r.fault, ZOL_CURL_NETWORK);
	zol_curl_result_free(&r);
	zol_err_clear(&err);
	zol_curl_free(c);
	zol_curl_free(NULL);
}

UNIT(reads_small_files_into_a_string)
{
	SCRATCH(s);
	struct zol_curl *c = NULL;
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_str out = ZOL_STR_INIT;
	struct zol_curl_result r;
	char *url = zol_asprintf("file://%s/f", s.path);

	scratch_put(&s, "f", "text");
	assert_int_equal(zol_curl_new(&c, &err), 0);
	assert_int_equal(zol_curl_get(c, &(struct zol_curl_request){ .url = url, .max = 4 }, &out, &r, &err), 0);
	assert_string_equal(zol_str_c(&out), "text");
	zol_curl_result_free(&r);
	zol_curl_free(c);
	zol_str_free(&out);
	free(url);
}

UNIT_MAIN()
