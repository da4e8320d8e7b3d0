/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One transfer at a time by libcurl's multi interface: http, https and file, ranges with If-Range, an own byte
 * counter and an own stall timer, and signals that end it at once. The proxy environment is
 * libcurl's own (http_proxy, https_proxy, no_proxy). Digests need the bytes as they are on the mirror, so no
 * content encoding is asked for or undone.
 */

#include <stdint.h>

#include "base/str.h"

/* Why a transfer failed, for who has to decide what to try next. */
enum zol_curl_fault {
	ZOL_CURL_OK,
	ZOL_CURL_NETWORK, /* no connection, cut, reset, TLS, redirect refused */
	ZOL_CURL_STATUS,  /* an HTTP status that is no success; see .status */
	ZOL_CURL_MISSING, /* 404 or 410, or no such file */
	ZOL_CURL_STALLED, /* too little came in too long a time */
	ZOL_CURL_RANGE,   /* the answer to a range is another one than was asked for, or 416 */
	ZOL_CURL_SIZE,    /* longer or shorter than it can be */
	ZOL_CURL_SINK,    /* the receiver failed (its error is passed on) */
	ZOL_CURL_SIGNAL,  /* a signal arrived */
};

/* Takes bytes; restart is set when they begin at offset 0 although a later offset was asked for. */
typedef int zol_curl_sink(void *ctx, bool restart, const void *data, size_t len, struct zol_err *err);

/* Told once, before the first byte: the strong ETag or Last-Modified of what follows (NULL: neither). */
typedef int zol_curl_answer(void *ctx, const char *validator, struct zol_err *err);

struct zol_curl_request {
	const char *url;
	uint64_t offset;      /* where to go on; 0: from the beginning */
	const char *if_range; /* strong ETag or Last-Modified that the bytes before offset came with, or NULL */
	uint64_t size;        /* of the whole file when it is known, else 0 */
	uint64_t max;         /* no more bytes than this in all (size is used when 0) */
	uint64_t stall_ms;    /* ends when fewer than 1 KiB/s came in for so long; 0: 30 s */
	uint64_t total_ms;    /* limit for all of it; 0: none */
	const char *ca_file;  /* instead of the system's, or NULL */
	zol_curl_sink *sink;
	zol_curl_answer *answer; /* or NULL */
	void *ctx;
};

struct zol_curl_result {
	enum zol_curl_fault fault;
	long status;       /* HTTP status, 0 when there was none */
	char *url;         /* after redirects */
	char *validator;   /* strong ETag, else Last-Modified; NULL: none */
	uint64_t received; /* bytes of body */
	bool resumed;      /* the body began at .offset */
};

void zol_curl_result_free(struct zol_curl_result *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(curl_result, struct zol_curl_result, zol_curl_result_free);

struct zol_curl;

/* A handle keeps connections between transfers. Call once a program before other threads start. */
int zol_curl_new(struct zol_curl **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_curl_free(struct zol_curl *c);
ZOL_CLEANUP_PTR(curl, struct zol_curl *, zol_curl_free);

/*
 * Runs the transfer. *ret is filled in any case (initialise it to zero; free it). Failures are ZOL_NETWORK with the
 * URL and the reason, or what the sink said, or ZOL_SYSTEM/EINTR for a signal.
 */
int zol_curl_run(struct zol_curl *c, const struct zol_curl_request *req, struct zol_curl_result *ret,
		 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* A whole small file (at most max bytes), appended. */
int zol_curl_get(struct zol_curl *c, const struct zol_curl_request *req, struct zol_str *out,
		 struct zol_curl_result *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
