/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a gdbserver sends, in pieces of any size; and packets of ours, which come back as they were. */
#include "base/num.h"
#include "core/rsp.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	ZOL_AUTO(rsp) struct zol_rsp own = { 0 };
	ZOL_AUTO(str) struct zol_str packet = ZOL_STR_INIT;
	struct zol_span got = { 0 };
	size_t piece = size ? data[0] % 64 + 1 : 1;
	char bytes[16];

	for (size_t at = 0; at < size; at += piece) {
		enum zol_rsp_kind kind;

		zol_rsp_feed(&r, data + at, size - at < piece ? size - at : piece);
		while ((kind = zol_rsp_next(&r, &got)) != ZOL_RSP_NONE)
			if (kind == ZOL_RSP_PACKET) {
				FUZZ_CHECK(got.len <= ZOL_RSP_MAX + 128);
				(void)zol_rsp_is_stop(got);
				(void)zol_span_bytes(got, bytes, got.len / 2 < sizeof(bytes) ? got.len / 2 : 0);
			}
	}
	if (size > ZOL_RSP_MAX / 2)
		return 0;
	zol_rsp_put(&packet, zol_span((const char *)data, size));
	zol_rsp_feed(&own, packet.ptr, packet.len);
	FUZZ_CHECK(zol_rsp_next(&own, &got) == ZOL_RSP_PACKET);
	FUZZ_CHECK(got.len == size && (size == 0 || memcmp(got.ptr, data, size) == 0));
	return 0;
}
