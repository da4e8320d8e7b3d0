/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flattened dumps: pieces lie inside the file and below the limit, and each takes the reader on. */
#include "core/flattened.h"
#include "fuzz.h"

#define LIMIT (1ULL << 40)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_flattened_piece p;
	size_t at = 32;

	if (!zol_flattened_is(zol_span((const char *)data, size)))
		return 0;
	while (size - at >= ZOL_FLATTENED_PIECE) {
		at += ZOL_FLATTENED_PIECE;
		if (zol_flattened_piece(data + at - ZOL_FLATTENED_PIECE, size - at, LIMIT, &p, &err) < 0 || p.end)
			return 0;
		FUZZ_CHECK(p.len <= size - at && p.offset <= LIMIT && p.offset + p.len <= LIMIT);
		at += (size_t)p.len;
	}
	return 0;
}
