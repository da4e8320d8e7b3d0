/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of an inittab: whatever the text, the edit is found again and taken back to the byte. */
#include <stdlib.h>

#include "core/inittab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static enum zol_edit edit(struct zol_str *text, const struct zol_inittab_console *want)
{
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit ret;

	must(zol_inittab_serial(text, want, &ret, &note, &err) == 0);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct zol_inittab_console s0 = { "ttyS0", "/sbin/agetty", true }, s1 = { "ttyS1", "/sbin/agetty", true };
	struct zol_span before = zol_span((const char *)data, size);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned kept;
	size_t len;

	zol_str_add(&text, before.ptr, before.len);
	/* A text that has marks already is somebody's business: then only no crash. */
	must(zol_lineedit_drop(&text, NULL, &kept, &err) == 0);
	bool plain = text.len == size && (size == 0 || memcmp(text.ptr, data, size) == 0);

	(void)edit(&text, &s0);
	(void)edit(&text, &s1);
	len = text.len;
	must(edit(&text, &s0) != ZOL_EDIT_CHANGED || !plain);
	must(edit(&text, &s1) != ZOL_EDIT_CHANGED || !plain);
	must(!plain || text.len == len);
	must(zol_lineedit_drop(&text, NULL, &kept, &err) == 0);
	must(!plain || kept > 0 || (text.len == size && (size == 0 || memcmp(text.ptr, data, size) == 0)));
	return 0;
}
