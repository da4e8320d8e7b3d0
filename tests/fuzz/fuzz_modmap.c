/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of modules in all their forms; what was read is written and read again, and is the same. */
#include "core/modmap.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(modmap) struct zol_modmap m = { 0 };
	ZOL_AUTO(modmap) struct zol_modmap again = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str second = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_modmap_parse(zol_span((const char *)data, size), &m, &err) < 0)
		return 0;
	FUZZ_CHECK(m.nmods <= ZOL_MODMAP_MODULES);
	for (size_t i = 0; i < m.nmods; i++)
		FUZZ_CHECK(zol_kmod_name_ok(zol_span_c(m.mods[i].name)));
	zol_modmap_text(&m, &text);
	FUZZ_CHECK(zol_modmap_parse(zol_span_str(&text), &again, &err) == 0);
	zol_modmap_text(&again, &second);
	FUZZ_CHECK(second.len == text.len && memcmp(second.ptr, text.ptr, text.len) == 0);
	return 0;
}
