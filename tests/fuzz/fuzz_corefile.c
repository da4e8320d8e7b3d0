/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cores of programs: what is told of them lies inside the file. */
#include "core/corefile.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span file = zol_span((const char *)data, size);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_corefile c;

	if (zol_corefile_read(file, &c, &err) < 0)
		return 0;
	FUZZ_CHECK(c.exe.len == 0 || (c.exe.ptr >= file.ptr && c.exe.ptr + c.exe.len <= file.ptr + file.len));
	FUZZ_CHECK(c.name.len <= 16 && c.args.len <= 80 && strlen(c.build_id) < ZOL_BUILD_ID_TEXT);
	return 0;
}
