/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_find.h"

#include "fuzz.h"

static void check(const struct zol_console_find *f)
{
	FUZZ_CHECK(zol_console_find_count(f) <= ZOL_FINDINGS);
	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = zol_console_find_get(f, i);
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		FUZZ_CHECK(v->kind > ZOL_FIND_NONE && v->kind < ZOL_FIND_KINDS && v->at >= 1 && v->times >= 1);
		FUZZ_CHECK(v->excerpt.len <= ZOL_FINDING_LINES && v->excerpt.len >= 1);
		zol_finding_text(v, &text);
		for (size_t k = 0; k < text.len; k++)
			FUZZ_CHECK((unsigned char)text.ptr[k] >= 0x20);
	}
	FUZZ_CHECK((zol_console_find_worst(f) != NULL) == (zol_console_find_count(f) > 0));
}

/* The findings do not depend on how the bytes come. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(console_find) struct zol_console_find *whole = NULL;
	ZOL_AUTO(console_find) struct zol_console_find *cut = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t step = size > 0 ? data[0] % 13U + 1U : 1U;

	if (zol_console_find_new(&whole, &err) < 0 || zol_console_find_new(&cut, &err) < 0)
		return 0;
	(void)zol_console_find_feed(whole, data, size);
	for (size_t i = 0; i < size; i += step)
		(void)zol_console_find_feed(cut, data + i, size - i < step ? size - i : step);
	zol_console_find_end(whole);
	zol_console_find_end(cut);
	check(whole);
	FUZZ_CHECK(zol_console_find_count(whole) == zol_console_find_count(cut));
	FUZZ_CHECK(zol_console_find_lines(whole) == zol_console_find_lines(cut));
	for (size_t i = 0; i < zol_console_find_count(whole); i++) {
		const struct zol_finding *a = zol_console_find_get(whole, i), *b = zol_console_find_get(cut, i);

		FUZZ_CHECK(a->kind == b->kind && a->at == b->at && a->offset == b->offset && a->times == b->times &&
			   a->stopped == b->stopped && a->excerpt.len == b->excerpt.len);
	}
	return 0;
}
