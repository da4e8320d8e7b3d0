/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/svg.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zol_svg_opts opts = { .title = "fuzz", .unit = "samples", .width = 1200, .height = 16 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes b = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (size > 65536)
		return 0;
	if (zol_folded_read(zol_span((const char *)data, size), &s, &err) < 0) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
		return 0;
	}
	FUZZ_CHECK(zol_boxes_make(&s, &b, &err) == 0);
	zol_svg_write(&s, &b, &opts, &out);
	FUZZ_CHECK(!out.oom && out.len);
	return 0;
}
