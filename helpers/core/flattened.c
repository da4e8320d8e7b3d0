/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flattened.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

#define SIGNATURE "makedumpfile"

/* The signature is padded to 16 bytes; type and version are 1, both big-endian. */
bool zol_flattened_is(struct zol_span head)
{
	static const char signature[16] = SIGNATURE;

	return head.len >= 32 && memcmp(head.ptr, signature, sizeof(signature)) == 0 && zol_be64(head.ptr + 16) == 1 &&
	       zol_be64(head.ptr + 24) == 1;
}

int zol_flattened_piece(const unsigned char *bytes, uint64_t left, uint64_t limit, struct zol_flattened_piece *ret,
			struct zol_err *err)
{
	uint64_t offset = zol_be64(bytes);
	uint64_t len = zol_be64(bytes + 8);

	*ret = (struct zol_flattened_piece){ .offset = offset, .len = len };
	if (offset == UINT64_MAX && len == UINT64_MAX) {
		ret->end = true;
		return 0;
	}
	if (len > left)
		return zol_err_set(err, ZOL_MALFORMED, 0,
				   "a piece of the dump has %" PRIu64 " bytes, of which %" PRIu64 " are there", len,
				   left);
	if (len > limit || offset > limit - len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "a piece of the dump lies at %" PRIu64, offset);
	return 0;
}
