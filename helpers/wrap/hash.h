/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* SHA512 and BLAKE2b-512 of the same bytes in one pass (libcrypto), as DIGESTS files give them. */

#include <stdint.h>

#include "base/str.h"

#define ZOL_HASH_SIZE 64U

struct zol_digests {
	uint8_t sha512[ZOL_HASH_SIZE];
	uint8_t blake2b[ZOL_HASH_SIZE];
};

struct zol_hash;

/* Begins; ZOL_SYSTEM when the library lacks an algorithm or memory is short. */
int zol_hash_new(struct zol_hash **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_hash_free(struct zol_hash *h);
ZOL_CLEANUP_PTR(hash, struct zol_hash *, zol_hash_free);

/* Starts over. */
int zol_hash_reset(struct zol_hash *h, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
int zol_hash_update(struct zol_hash *h, const void *data, size_t len, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);
/* The digests of all that was added; h can then only be reset or freed. */
int zol_hash_final(struct zol_hash *h, struct zol_digests *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Compares in time that does not depend on the contents: 0 equal, 1 SHA512 differs, 2 BLAKE2B differs, 3 both. */
int zol_hash_compare(const struct zol_digests *a, const struct zol_digests *b) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

#define ZOL_SHA256_SIZE 32U

/* SHA256 of bytes that are at hand: for data of our own, where it is by far the fastest of the three. */
int zol_hash_sha256(const void *data, size_t len, uint8_t ret[static ZOL_SHA256_SIZE], struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4);
