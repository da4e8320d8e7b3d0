/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Armored keys and signatures. */
#include <stdint.h>
#include <stdlib.h>

#include "core/armor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void decode(struct zol_span text, enum zol_armor_kind kind)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_armor_decode(text, kind, &out, &err) == 0) {
		must(zol_armor_is(text));
		must(out.len > 0 && out.len < text.len);
	} else {
		must(err.code == ZOL_MALFORMED);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(zol_span((const char *)data, size), ZOL_ARMOR_KEYS);
	decode(zol_span((const char *)data, size), ZOL_ARMOR_SIGNATURE);
	return 0;
}
