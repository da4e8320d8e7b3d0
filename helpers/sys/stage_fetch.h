/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The newest stage3 of a variant, from a mirror into the verified cache. */

#include <stdint.h>

#include "sys/stage_cache.h"
#include "sys/stage_mirror.h"

struct zol_stage_fetch {
	struct zol_stage_net net;
	const char *cache, *state; /* paths.cache, paths.state */
	const char *sub;           /* amd64-openrc */
	bool allow_older;          /* accept a build or an index older than one seen before */
	bool restart;              /* throw a partial download away */
	bool plan_only;            /* stop before anything is written */
	uint64_t wait_ms;          /* for another process that works on the same entry */
};

enum zol_stage_how {
	ZOL_STAGE_CACHED,    /* it was there, verified; nothing to do */
	ZOL_STAGE_RECHECKED, /* it was there and has been verified (again) */
	ZOL_STAGE_DOWNLOADED,
	ZOL_STAGE_PLANNED, /* plan_only: it would have to be downloaded */
};

struct zol_stage_fetched {
	enum zol_stage_how how;
	struct zol_stage_entry entry; /* open and verified, but with ZOL_STAGE_PLANNED only .dir, .path and .build */
	int64_t ts;                   /* of the index */
	char *mirror;                 /* that the bytes came from, or the index when none did */
	uint64_t resumed;             /* bytes that an earlier run had left */
};

void zol_stage_fetched_free(struct zol_stage_fetched *f) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_fetched, struct zol_stage_fetched, zol_stage_fetched_free);

/*
 * Finds the newest build in the signed index, refuses what is stale or older than before, and makes sure that
 * its tarball is in the cache, checked against SHA512 and BLAKE2B of the signed DIGESTS, its size in the signed index, and
 * its detached signature. Failures: ZOL_NETWORK when no mirror delivers, ZOL_VERIFY, ZOL_MALFORMED,
 * ZOL_SYSTEM (a full disk, a signal); a partial download stays and is resumed by the next call.
 */
int zol_stage_fetch(const struct zol_stage_fetch *f, struct zol_stage_fetched *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
