/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Little-endian numbers that need not be aligned, and growing arrays, for the readers of perf.data. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

static inline uint16_t zol_perf_u16(const char *p)
{
	uint16_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint32_t zol_perf_u32(const char *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint64_t zol_perf_u64(const char *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

/*
 * Room for need entries of size bytes: p itself, or where it was moved to; NULL when there is no memory
 * (p stays as it is then). need is at least 1.
 */
static inline void *zol_perf_room(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap ? *cap : 64;
	void *q;

	if (p && need <= *cap)
		return p;
	while (n < need)
		n *= 2;
	q = reallocarray(p, n, size);
	if (q)
		*cap = n;
	return q;
}
