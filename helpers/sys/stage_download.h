/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The download of one file of known size, resumable: FILE.part and FILE.part.meta (where the bytes came from,
 * with which ETag, and what they shall become). Digests are computed as bytes arrive; what an earlier run left is
 * read again. After a kill at any point the next run goes on from the length of the .part.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/str.h"
#include "wrap/curl.h"
#include "wrap/hash.h"

struct zol_stage_download {
	/* set by the caller, borrowed */
	const char *part, *meta; /* paths */
	uint64_t size;
	const struct zol_digests *want; /* a .part that was begun for another file is thrown away */
	const char *ca_file;
	uint64_t stall_ms;
	const struct zol_events *ev;
	/* ours */
	int fd;           /* of the .part; -1 before zol_stage_download_open() */
	uint64_t have;    /* bytes in it, all hashed */
	uint64_t resumed; /* how many of them an earlier run left */
	bool mixed;       /* they came in more than one answer */
	struct zol_hash *hash;
	char *url, *validator; /* where they came from */
	const char *asking;    /* URL of the running transfer */
};

#define ZOL_STAGE_DOWNLOAD_INIT { .fd = -1 }

void zol_stage_download_free(struct zol_stage_download *d) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_download, struct zol_stage_download, zol_stage_download_free);

/*
 * Opens (or creates) the .part, reads and hashes what is there (from_zero: throws it away), and reserves
 * the space for the rest, so that a full disk is noticed now.
 */
int zol_stage_download_open(struct zol_stage_download *d, bool from_zero, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/*
 * Gets what is missing from this URL. With bytes that came from the same URL, If-Range makes sure that the file is
 * still the same. 0 when the .part is complete; otherwise a failure and *ret_fault. What came so far stays.
 */
int zol_stage_download_run(struct zol_stage_download *d, struct zol_curl *curl, const char *url,
			   enum zol_curl_fault *ret_fault, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* The digests of the complete .part. */
int zol_stage_download_digests(struct zol_stage_download *d, struct zol_digests *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Empties the .part. */
int zol_stage_download_reset(struct zol_stage_download *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
