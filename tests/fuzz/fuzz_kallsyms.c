/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kallsyms.h"
#include "core/perfmap.h"

#include "fuzz.h"

static void sorted(const struct zol_syms *s)
{
	for (size_t i = 0; i < s->len; i++) {
		FUZZ_CHECK(s->v[i].start <= s->v[i].end);
		FUZZ_CHECK(i == 0 || s->v[i - 1].start < s->v[i].start);
		if (s->v[i].start < s->v[i].end)
			FUZZ_CHECK(zol_syms_find(s, s->v[i].start) == &s->v[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(syms) struct zol_syms map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (size > 65536)
		return 0;
	FUZZ_CHECK(zol_perfmap_parse(text, &map, &err) == 0);
	sorted(&map);
	if (zol_kallsyms_parse(text, &k, &err) < 0) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
		return 0;
	}
	sorted(&k.syms);
	for (size_t i = 0; i < k.syms.len; i++)
		(void)zol_kallsyms_module(&k, &k.syms.v[i]);
	return 0;
}
