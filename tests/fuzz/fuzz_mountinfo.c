/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mountinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_mountinfo_parse(zol_span((const char *)data, size), &mi, &err) < 0) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED && !mi.rows);
		return 0;
	}
	for (size_t i = 0; i < mi.len && i < 64; i++) {
		FUZZ_CHECK(zol_mountinfo_find(&mi, mi.rows[i].id));
		FUZZ_CHECK(zol_mountinfo_below(&mi, &mi.rows[i], mi.rows[i].id));
		(void)zol_mountinfo_below(&mi, &mi.rows[i], mi.rows[0].id);
		(void)zol_mountinfo_option(mi.rows[i].options, mi.rows[i].point);
	}
	return 0;
}
