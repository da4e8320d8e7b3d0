/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DIGESTS text: digests that are found stand in it, in hex, in the line of that name. */
#include <ctype.h>
#include <stdlib.h>

#include "core/digests.h"

#define NAME "stage3-amd64-openrc-20260811T083102Z.tar.xz"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void stands_there(struct zol_span text, const uint8_t *digest)
{
	ZOL_AUTO(str) struct zol_str hex = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str lower = ZOL_STR_INIT;

	zol_str_hex(&hex, digest, ZOL_DIGEST_SIZE);
	for (size_t i = 0; i < text.len; i++)
		zol_str_putc(&lower, (char)tolower((unsigned char)text.ptr[i]));
	must(memmem(lower.ptr, lower.len, hex.ptr, hex.len) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	uint8_t sha512[ZOL_DIGEST_SIZE], blake2b[ZOL_DIGEST_SIZE];
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_digests_find(text, NAME, sha512, blake2b, &err) == 0) {
		stands_there(text, sha512);
		stands_there(text, blake2b);
		must(zol_digests_has(text, NAME));
	} else {
		must(err.code == ZOL_MALFORMED);
	}
	return 0;
}
