/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of a kernel, and what the layout of its modules is made of. */
#include "core/btf.h"
#include "core/klayout.h"
#include "fuzz.h"

static bool offset(void *ctx, const char *type, const char *path, uint64_t *ret)
{
	return zol_btf_offset(ctx, type, path, ret);
}

static bool size_of(void *ctx, const char *type, uint64_t *ret)
{
	return zol_btf_size(ctx, type, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_types t = { .ctx = &b, .offset = offset, .size = size_of };
	struct zol_klayout l;

	if (zol_btf_open(zol_span((const char *)data, size), &b, &err) < 0 || zol_klayout_find(&t, &l, &err) < 0)
		return 0;
	FUZZ_CHECK(l.name > 0 && l.sect_attrs > 0 && l.list <= 8192);
	return 0;
}
