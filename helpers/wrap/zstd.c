/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/zstd.h"

#include <zstd.h>

/* About 1 GB/s a core to write and 3 GB/s to read; level 1 writes a third slower and saves a tenth. */
enum { LEVEL = -3 };

struct zol_zstd {
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
};

size_t zol_zstd_bound(size_t len)
{
	return ZSTD_compressBound(len);
}

int zol_zstd_new(struct zol_zstd **ret, struct zol_err *err)
{
	ZOL_AUTO(zstd) struct zol_zstd *z = calloc(1, sizeof(*z));

	if (z) {
		z->pack = ZSTD_createCCtx();
		z->unpack = ZSTD_createDCtx();
	}
	if (!z || !z->pack || !z->unpack)
		return zol_err_oom(err);
	*ret = zol_take_ptr(z);
	return 0;
}

void zol_zstd_free(struct zol_zstd *z)
{
	if (!z)
		return;
	ZSTD_freeCCtx(z->pack);
	ZSTD_freeDCtx(z->unpack);
	free(z);
}

int zol_zstd_pack(struct zol_zstd *z, struct zol_span src, void *dst, size_t cap, size_t *ret_len, struct zol_err *err)
{
	size_t n = ZSTD_compressCCtx(z->pack, dst, cap, src.ptr, src.len, LEVEL);

	if (ZSTD_isError(n))
		return zol_err_set(err, ZOL_SYSTEM, 0, "zstd: %s", ZSTD_getErrorName(n));
	*ret_len = n;
	return 0;
}

int zol_zstd_unpack(struct zol_zstd *z, struct zol_span frame, void *dst, size_t len, struct zol_err *err)
{
	size_t n = ZSTD_decompressDCtx(z->unpack, dst, len, frame.ptr, frame.len);

	if (ZSTD_isError(n))
		return zol_err_set(err, ZOL_MALFORMED, 0, "zstd: %s", ZSTD_getErrorName(n));
	if (n != len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "zstd: a frame of %zu bytes where %zu belong", n, len);
	return 0;
}

int zol_zstd_stream(struct zol_zstd *z, struct zol_span piece, size_t max, struct zol_str *out, struct zol_err *err)
{
	ZSTD_inBuffer in = { .src = piece.ptr, .size = piece.len };
	bool more = true;

	/* A full buffer may leave something behind in the library even when all of the input is taken. */
	while (in.pos < in.size || more) {
		size_t room = ZSTD_DStreamOutSize(), r;
		char *to = zol_str_reserve(out, room);
		ZSTD_outBuffer o = { .dst = to, .size = room };

		if (!to)
			return zol_err_oom(err);
		r = ZSTD_decompressStream(z->unpack, &o, &in);
		if (ZSTD_isError(r))
			return zol_err_set(err, ZOL_MALFORMED, 0, "zstd: %s", ZSTD_getErrorName(r));
		out->len += o.pos;
		out->ptr[out->len] = '\0';
		if (out->len > max)
			return zol_err_set(err, ZOL_MALFORMED, 0, "zstd: more than %zu bytes come out", max);
		more = o.pos == o.size;
	}
	return 0;
}
