/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/curl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/num.h"
#include "base/sig.h"

#define STALL_MS 30000U
#define STALL_RATE 1024U /* bytes a second */
#define POLL_MS 500
#define CONNECT_MS 15000L
#define HEADER_MAX 512U
#define REFUSED ((size_t)0) /* from on_body(): ends the transfer (it never gets 0 bytes) */

struct zol_curl {
	CURLM *multi;
	CURL *easy;
};

/* One transfer. */
struct transfer {
	const struct zol_curl_request *req;
	struct zol_curl_result *ret;
	CURL *easy;
	struct zol_err *err; /* of the sink, or of what the answer is refused for */
	bool decided;        /* the answer's headers were judged */
	bool restart;        /* to be told to the sink with the first bytes */
	uint64_t base;       /* offset of the first byte of the body */
	uint64_t max;
	struct zol_str range; /* Content-Range, ETag, Last-Modified of the last answer */
	struct zol_str etag, modified;
	char reason[CURL_ERROR_SIZE];
};

void zol_curl_result_free(struct zol_curl_result *r)
{
	free(r->url);
	free(r->validator);
	*r = (struct zol_curl_result){ .url = NULL };
}

void zol_curl_free(struct zol_curl *c)
{
	if (!c)
		return;
	if (c->easy)
		curl_easy_cleanup(c->easy);
	if (c->multi)
		curl_multi_cleanup(c->multi);
	free(c);
	curl_global_cleanup();
}

int zol_curl_new(struct zol_curl **ret, struct zol_err *err)
{
	struct zol_curl *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return zol_err_set(err, ZOL_SYSTEM, 0, "libcurl cannot be initialised");
	c = calloc(1, sizeof(*c));
	if (!c) {
		curl_global_cleanup();
		return zol_err_oom(err);
	}
	c->multi = curl_multi_init();
	c->easy = curl_easy_init();
	if (!c->multi || !c->easy) {
		zol_curl_free(c);
		return zol_err_oom(err);
	}
	*ret = c;
	return 0;
}

static int refuse(struct transfer *t, enum zol_curl_fault fault, const char *fmt, ...) ZOL_PRINTF(3, 4);

/* Records why the answer is not wanted; the callbacks then end the transfer. */
static int refuse(struct transfer *t, enum zol_curl_fault fault, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	enum zol_code code = fault == ZOL_CURL_SIZE ? ZOL_VERIFY : ZOL_NETWORK;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	t->ret->fault = fault;
	return zol_err_set(t->err, code, 0, "%s: %s", t->req->url, zol_str_c(&text));
}

static void keep(struct zol_str *to, struct zol_span line, const char *name)
{
	size_t len = strlen(name);

	if (line.len <= len || line.len > HEADER_MAX || strncasecmp(line.ptr, name, len) != 0)
		return;
	line = zol_span_trim(zol_span(line.ptr + len, line.len - len));
	zol_str_truncate(to, 0);
	zol_str_add(to, line.ptr, line.len);
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct zol_span line = zol_span(data, size * n);

	if (zol_span_starts(line, "HTTP/")) { /* a new answer, after a redirect say */
		zol_str_truncate(&t->range, 0);
		zol_str_truncate(&t->etag, 0);
		zol_str_truncate(&t->modified, 0);
	}
	keep(&t->range, line, "Content-Range:");
	keep(&t->etag, line, "ETag:");
	keep(&t->modified, line, "Last-Modified:");
	return size * n;
}

/* A weak ETag says nothing about bytes and is not allowed in If-Range (RFC 9110 13.1.5). */
static const char *validator(const struct transfer *t)
{
	if (t->etag.len && t->etag.ptr[0] == '"')
		return t->etag.ptr;
	return t->modified.len ? t->modified.ptr : NULL;
}

/* "bytes 1000-1999/2000" must be what was asked for. */
static int judge_range(struct transfer *t)
{
	struct zol_span rest = zol_span_str(&t->range), unit, first, last, total;
	uint64_t from = 0, all = 0;

	if (!zol_span_field(&rest, " ", &unit) || !zol_span_eq(unit, "bytes") || !zol_span_field(&rest, " -", &first) ||
	    !zol_span_u64(first, &from) || !zol_span_field(&rest, "-/", &last) || !zol_span_field(&rest, "/", &total))
		return refuse(t, ZOL_CURL_RANGE, "the answer to a range has no valid Content-Range");
	if (from != t->req->offset)
		return refuse(t, ZOL_CURL_RANGE,
			      "wrong Content-Range: asked for bytes from %" PRIu64 ", offered from %" PRIu64,
			      t->req->offset, from);
	if (t->req->size && !zol_span_eq(total, "*") && (!zol_span_u64(total, &all) || all != t->req->size))
		return refuse(t, ZOL_CURL_RANGE, "wrong Content-Range: a file of %.*s bytes instead of %" PRIu64,
			      (int)total.len, total.ptr, t->req->size);
	return 0;
}

/* Looks at the answer once, before its first byte is taken. */
static int judge_answer(struct transfer *t)
{
	const struct zol_curl_request *req = t->req;
	curl_off_t length = -1;
	long status = 0;

	t->decided = true;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (status == 206 && !req->offset)
		return refuse(t, ZOL_CURL_RANGE, "a part of the file, although all of it was asked for");
	if (status == 206 && judge_range(t))
		return -1;
	t->ret->resumed = req->offset && (status == 206 || status == 0);
	t->restart = req->offset && !t->ret->resumed;
	t->base = t->ret->resumed ? req->offset : 0;
	if (req->size && length >= 0 && t->base + (uint64_t)length != req->size)
		return refuse(t, ZOL_CURL_SIZE, "it has %" PRIu64 " bytes instead of %" PRIu64,
			      t->base + (uint64_t)length, req->size);
	if (req->answer && req->answer(req->ctx, validator(t), t->err)) {
		t->ret->fault = ZOL_CURL_SINK;
		return -1;
	}
	return 0;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t len = size * n;
	bool restart;

	if (!t->decided && judge_answer(t))
		return REFUSED;
	if (t->base + t->ret->received + len > t->max) {
		refuse(t, ZOL_CURL_SIZE, "it sends more than %" PRIu64 " bytes", t->max);
		return REFUSED;
	}
	restart = t->restart;
	t->restart = false;
	if (t->req->sink(t->req->ctx, restart, data, len, t->err)) {
		t->ret->fault = ZOL_CURL_SINK;
		return REFUSED;
	}
	t->ret->received += len;
	return len;
}

static bool is_https(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

static int set_options(CURL *e, const struct zol_curl_request *req, struct transfer *t, struct curl_slist **headers)
{
	ZOL_AUTO(free) char *range = req->offset ? zol_asprintf("%" PRIu64 "-", req->offset) : NULL;
	CURLcode rc = CURLE_OK;

#define SET(option, value) (rc = rc != CURLE_OK ? rc : curl_easy_setopt(e, option, value))
	SET(CURLOPT_URL, req->url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https,file");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, is_https(req->url) ? "https" : "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, 5L);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(CURLOPT_USERAGENT, "zolkit");
	SET(CURLOPT_ERRORBUFFER, t->reason);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(CURLOPT_QUICK_EXIT, 1L); /* does not wait for a name server after a signal */
#endif
	if (req->ca_file)
		SET(CURLOPT_CAINFO, req->ca_file);
	if (req->offset) {
		SET(CURLOPT_RANGE, range ? range : "");
		if (req->if_range) {
			ZOL_AUTO(free) char *line = zol_asprintf("If-Range: %s", req->if_range);

			*headers = line ? curl_slist_append(NULL, line) : NULL;
			SET(CURLOPT_HTTPHEADER, *headers);
		}
	}
#undef SET
	return rc == CURLE_OK && (range || !req->offset) && (*headers || !req->offset || !req->if_range) ? 0 : -1;
}

/* Has too little come in since the window began? Opens the next window when it is over. */
static bool stalled(const struct transfer *t, uint64_t *window, uint64_t *mark)
{
	uint64_t limit = t->req->stall_ms ? t->req->stall_ms : STALL_MS, now = zol_now_ms();
	bool slow;

	if (now - *window < limit)
		return false;
	slow = t->ret->received - *mark < limit * STALL_RATE / 1000;
	*window = now;
	*mark = t->ret->received;
	return slow;
}

/* Drives the transfer; returns 0 when libcurl has an outcome for it in *ret_rc. */
static int drive(struct zol_curl *c, struct transfer *t, CURLcode *ret_rc)
{
	uint64_t begun = zol_now_ms(), window = begun, mark = 0;

	for (;;) {
		int running = 0, queued = 0;
		const CURLMsg *m;

		if (curl_multi_perform(c->multi, &running) != CURLM_OK)
			return refuse(t, ZOL_CURL_NETWORK, "libcurl failed");
		while ((m = curl_multi_info_read(c->multi, &queued))) {
			if (m->msg == CURLMSG_DONE) {
				*ret_rc = m->data.result;
				return 0;
			}
		}
		if (zol_sig_check(t->err)) {
			t->ret->fault = ZOL_CURL_SIGNAL;
			return -1;
		}
		if (stalled(t, &window, &mark))
			return refuse(t, ZOL_CURL_STALLED, "stalled: less than %u bytes a second for %" PRIu64 " s",
				      STALL_RATE, (t->req->stall_ms ? t->req->stall_ms : STALL_MS) / 1000);
		if (t->req->total_ms && zol_now_ms() - begun > t->req->total_ms)
			return refuse(t, ZOL_CURL_STALLED, "no answer in time");
		if (curl_multi_poll(c->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
			return refuse(t, ZOL_CURL_NETWORK, "libcurl failed");
	}
}

/* What libcurl's result means to us. */
static int judge_result(struct transfer *t, CURLcode rc)
{
	const char *why = *t->reason ? t->reason : curl_easy_strerror(rc);
	uint64_t have = t->base + t->ret->received;
	long redirects = 0;

	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_COUNT, &redirects);
	if (rc == CURLE_OK) {
		if (!t->decided && judge_answer(t))
			return -1;
		if (t->req->size && have != t->req->size)
			return refuse(t, ZOL_CURL_NETWORK, "ended after %" PRIu64 " of %" PRIu64 " bytes", have,
				      t->req->size);
		return 0;
	}
	if (rc == CURLE_HTTP_RETURNED_ERROR) {
		long s = t->ret->status;

		return refuse(t,
			      s == 404 || s == 410 ? ZOL_CURL_MISSING :
			      s == 416             ? ZOL_CURL_RANGE :
						     ZOL_CURL_STATUS,
			      "the server answered %ld%s", s,
			      s == 404 ? " (not found)" :
			      s == 403 ? " (forbidden)" :
			      s == 416 ? " (range not satisfiable)" :
					 "");
	}
	if (rc == CURLE_FILE_COULDNT_READ_FILE || rc == CURLE_REMOTE_FILE_NOT_FOUND)
		return refuse(t, ZOL_CURL_MISSING, "no such file");
	if (rc == CURLE_UNSUPPORTED_PROTOCOL && redirects > 0)
		return refuse(t, ZOL_CURL_NETWORK, "a redirect %s is refused",
			      is_https(t->req->url) ? "from https to something else" :
						      "to something other than http(s)");
	if (rc == CURLE_PARTIAL_FILE)
		return refuse(t, ZOL_CURL_NETWORK, "the connection was cut after %" PRIu64 " bytes", have);
	return refuse(t, ZOL_CURL_NETWORK, "%s", why);
}

static void note_answer(struct transfer *t)
{
	const char *url = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->ret->status);
	curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
	if (url)
		t->ret->url = strdup(url);
	if (validator(t))
		t->ret->validator = strdup(validator(t));
}

int zol_curl_run(struct zol_curl *c, const struct zol_curl_request *req, struct zol_curl_result *ret,
		 struct zol_err *err)
{
	struct transfer t = { .req = req, .ret = ret, .easy = c->easy, .err = err };
	struct curl_slist *headers = NULL;
	CURLcode outcome = CURLE_OK;
	int rc = -1;

	*ret = (struct zol_curl_result){ .fault = ZOL_CURL_OK };
	t.max = req->max ? req->max : req->size ? req->size : UINT64_MAX;
	if (set_options(c->easy, req, &t, &headers)) {
		refuse(&t, ZOL_CURL_NETWORK, "not understood");
	} else if (curl_multi_add_handle(c->multi, c->easy) != CURLM_OK) {
		refuse(&t, ZOL_CURL_NETWORK, "libcurl failed");
	} else {
		rc = drive(c, &t, &outcome);
		note_answer(&t);
		curl_multi_remove_handle(c->multi, c->easy);
		if (!rc && ret->fault == ZOL_CURL_OK)
			rc = judge_result(&t, outcome);
	}
	/* The handle outlives t, whose buffer for errors it has. */
	curl_easy_reset(c->easy);
	curl_slist_free_all(headers);
	zol_str_free(&t.range);
	zol_str_free(&t.etag);
	zol_str_free(&t.modified);
	return rc || ret->fault != ZOL_CURL_OK ? -(int)err->code : 0;
}

static int to_string(void *ctx, bool restart, const void *data, size_t len, struct zol_err *err)
{
	struct zol_str *out = ctx;

	(void)restart;
	zol_str_add(out, data, len);
	return zol_str_check(out, err);
}

int zol_curl_get(struct zol_curl *c, const struct zol_curl_request *req, struct zol_str *out,
		 struct zol_curl_result *ret, struct zol_err *err)
{
	struct zol_curl_request r = *req;

	r.sink = to_string;
	r.answer = NULL;
	r.ctx = out;
	return zol_curl_run(c, &r, ret, err);
}
