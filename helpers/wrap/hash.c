/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/hash.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { SHA, BLAKE, NALGS };
static const char *const names[NALGS] = { "SHA512", "BLAKE2B-512" };

struct zol_hash {
	EVP_MD *md[NALGS];
	EVP_MD_CTX *ctx[NALGS];
};

void zol_hash_free(struct zol_hash *h)
{
	if (!h)
		return;
	for (int i = 0; i < NALGS; i++) {
		EVP_MD_CTX_free(h->ctx[i]);
		EVP_MD_free(h->md[i]);
	}
	free(h);
}

int zol_hash_reset(struct zol_hash *h, struct zol_err *err)
{
	for (int i = 0; i < NALGS; i++) {
		if (EVP_DigestInit_ex2(h->ctx[i], h->md[i], NULL) != 1)
			return zol_err_set(err, ZOL_SYSTEM, 0, "libcrypto cannot begin %s", names[i]);
	}
	return 0;
}

int zol_hash_new(struct zol_hash **ret, struct zol_err *err)
{
	ZOL_AUTO(hash) struct zol_hash *h = calloc(1, sizeof(*h));

	if (!h)
		return zol_err_oom(err);
	for (int i = 0; i < NALGS; i++) {
		h->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
		h->ctx[i] = EVP_MD_CTX_new();
		if (!h->md[i] || !h->ctx[i])
			return zol_err_set(err, ZOL_SYSTEM, 0, "libcrypto does not provide %s", names[i]);
	}
	if (zol_hash_reset(h, err))
		return -(int)err->code;
	*ret = zol_take_ptr(h);
	return 0;
}

int zol_hash_update(struct zol_hash *h, const void *data, size_t len, struct zol_err *err)
{
	for (int i = 0; i < NALGS; i++) {
		if (EVP_DigestUpdate(h->ctx[i], data, len) != 1)
			return zol_err_set(err, ZOL_SYSTEM, 0, "libcrypto failed in %s", names[i]);
	}
	return 0;
}

int zol_hash_final(struct zol_hash *h, struct zol_digests *ret, struct zol_err *err)
{
	struct zol_digests d = { 0 };
	uint8_t *out[NALGS] = { d.sha512, d.blake2b };

	for (int i = 0; i < NALGS; i++) {
		unsigned len = 0;

		if (EVP_DigestFinal_ex(h->ctx[i], out[i], &len) != 1 || len != ZOL_HASH_SIZE)
			return zol_err_set(err, ZOL_SYSTEM, 0, "libcrypto cannot finish %s", names[i]);
	}
	*ret = d;
	return 0;
}

int zol_hash_compare(const struct zol_digests *a, const struct zol_digests *b)
{
	return (CRYPTO_memcmp(a->sha512, b->sha512, ZOL_HASH_SIZE) != 0 ? 1 : 0) |
	       (CRYPTO_memcmp(a->blake2b, b->blake2b, ZOL_HASH_SIZE) != 0 ? 2 : 0);
}

int zol_hash_sha256(const void *data, size_t len, uint8_t ret[static ZOL_SHA256_SIZE], struct zol_err *err)
{
	size_t got = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, data, len, ret, &got) != 1 || got != ZOL_SHA256_SIZE)
		return zol_err_set(err, ZOL_SYSTEM, 0, "libcrypto failed in SHA256");
	return 0;
}
