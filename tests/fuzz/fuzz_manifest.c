/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/manifest.h"

#include "fuzz.h"

static void check_paths(const struct zol_manifest *m)
{
	for (size_t i = 0; i < m->len; i++) {
		FUZZ_CHECK(zol_manifest_path_ok(zol_span_c(m->v[i].path)));
		FUZZ_CHECK(m->v[i].path[0] != '/' && !strstr(m->v[i].path, "/../"));
		FUZZ_CHECK(!i || zol_manifest_cmp(m->v[i - 1].path, m->v[i].path) < 0);
		FUZZ_CHECK(zol_manifest_find(m, m->v[i].path) == &m->v[i]);
	}
}

/* Whatever can be read is safe to act on, and what is written of it reads back as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(manifest)
	struct zol_manifest m = ZOL_MANIFEST_INIT, again = ZOL_MANIFEST_INIT, both = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, text2 = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_manifest_parse(zol_span((const char *)data, size), &m, &err)) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED && !m.v);
		return 0;
	}
	check_paths(&m);
	zol_manifest_text(&m, &text);
	FUZZ_CHECK(!zol_manifest_parse(zol_span_str(&text), &again, &err));
	zol_manifest_text(&again, &text2);
	FUZZ_CHECK(text.len == text2.len && !memcmp(text.ptr, text2.ptr, text.len));
	FUZZ_CHECK(!zol_manifest_union(&m, &again, &both, &err) && both.len == m.len);
	return 0;
}
