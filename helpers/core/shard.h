/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Divides tests of known durations among machines that work at the same time, so that the last one is
 * ready as early as possible: longest first (LPT), then moves and exchanges between the machine that is
 * ready last and the others, then, for as long as the limit of steps allows, a search for the optimum.
 * The same input always gives the same division, on every machine.
 */

#include "base/err.h"

#include <stdint.h>

struct zol_shard_result {
	uint64_t span;  /* when the last machine is ready */
	uint64_t bound; /* no division is ready sooner */
};

/* ms: n durations; parts: machines (at least 1). ret_part[i] becomes 0 .. parts - 1. Only ENOMEM fails. */
int zol_shard_split(const uint64_t *ms, size_t n, unsigned parts, unsigned *ret_part, struct zol_shard_result *ret,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4, 5, 6);

/* "2/5": 1-based part and number of parts. ZOL_USAGE. */
int zol_shard_parse(const char *text, unsigned *ret_part, unsigned *ret_parts, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

#define ZOL_SHARDS_MAX 4096U
