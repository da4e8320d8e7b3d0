/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/bz2.h"

#include <bzlib.h>
#include <limits.h>

#define PIECE 65536U

/* One stream; what follows it stays in z. */
static int one_stream(bz_stream *z, size_t max, struct zol_str *out, struct zol_err *err)
{
	for (;;) {
		char *room = zol_str_reserve(out, PIECE);
		unsigned left = z->avail_in;
		int rc;

		if (!room)
			return zol_err_oom(err);
		z->next_out = room;
		z->avail_out = PIECE;
		rc = BZ2_bzDecompress(z);
		if (rc == BZ_MEM_ERROR)
			return zol_err_oom(err);
		if (rc != BZ_OK && rc != BZ_STREAM_END)
			return zol_err_set(err, ZOL_MALFORMED, 0, "not bzip2 data, or damaged");
		out->len += PIECE - z->avail_out;
		out->ptr[out->len] = '\0';
		if (out->len > max)
			return zol_err_set(err, ZOL_MALFORMED, 0, "unpacks to more than %zu bytes", max);
		if (rc == BZ_STREAM_END)
			return 0;
		if (z->avail_in == left && z->avail_out == PIECE)
			return zol_err_set(err, ZOL_MALFORMED, 0, "ends too early");
	}
}

int zol_bz2_unpack(struct zol_span data, size_t max, struct zol_str *out, struct zol_err *err)
{
	union {
		const char *in;
		char *lib; /* which only reads it */
	} bytes = { .in = data.ptr };
	int r = 0;

	if (data.len > UINT_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "too large");
	if (!data.len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "ends too early");
	while (r == 0 && data.len) {
		bz_stream z = { .next_in = bytes.lib, .avail_in = (unsigned)data.len };

		if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
			return zol_err_oom(err);
		r = one_stream(&z, max, out, err);
		bytes.lib = z.next_in;
		data.len = z.avail_in;
		(void)BZ2_bzDecompressEnd(&z);
	}
	return r;
}
