/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A map from strings to small numbers (indices of the caller's arrays). Open addressing, grows by
 * doubling, nothing is ever removed. Keys are borrowed: they must outlive the map.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_strmap_slot {
	const char *key;
	uint32_t len;
	uint32_t hash;
	uint32_t value;
};

/* Zero-initialise. */
struct zol_strmap {
	struct zol_strmap_slot *slots;
	size_t cap; /* power of two */
	size_t len;
};

#define ZOL_STRMAP_INIT { .slots = NULL, .cap = 0, .len = 0 }
#define ZOL_STRMAP_NONE UINT32_MAX

void zol_strmap_free(struct zol_strmap *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(strmap, struct zol_strmap, zol_strmap_free);

/* The value of a key, or ZOL_STRMAP_NONE. */
uint32_t zol_strmap_get(const struct zol_strmap *m, struct zol_span key) ZOL_NONNULL(1);

/*
 * Where the key's value stands, which is ZOL_STRMAP_NONE for a key that was not there; valid until
 * the next call. key must be shorter than 4 GiB. NULL when out of memory.
 */
uint32_t *zol_strmap_slot(struct zol_strmap *m, struct zol_span key) ZOL_NONNULL(1);

/* FNV-1a of bytes, continued from seed (start with ZOL_FNV_SEED): for fingerprints that need no secrecy. */
#define ZOL_FNV_SEED 0xcbf29ce484222325ULL
uint64_t zol_fnv64(uint64_t seed, const void *data, size_t len);
