/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/agent_proto.h"

#include "fuzz.h"

/* Frames are the same however the bytes are cut, and stay within what came in. */
static size_t read_all(const uint8_t *data, size_t size, size_t piece)
{
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;
	size_t sum = 0;

	for (size_t i = 0; i < size; i += piece) {
		zol_frames_feed(&r, data + i, size - i < piece ? size - i : piece);
		while (zol_frames_next(&r, &f)) {
			FUZZ_CHECK(f.data.len <= ZOL_FRAME_PAYLOAD);
			sum += ZOL_FRAME_HEADER + f.data.len;
		}
	}
	sum += (size_t)r.skipped;
	FUZZ_CHECK(sum <= size);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	FUZZ_CHECK(read_all(data, size, 1) == read_all(data, size, size ? size : 1));
	if (zol_exec_spec_read(zol_span((const char *)data, size), &x, &err) == 0)
		FUZZ_CHECK(x.argv.len > 0);
	return 0;
}
