/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console.h"

#include "fuzz.h"

/* The verdict does not depend on how the bytes come, and nothing that drives a terminal is kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(console) struct zol_console whole = { 0 };
	ZOL_AUTO(console) struct zol_console cut = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;

	(void)zol_console_feed(&whole, data, size);
	for (size_t i = 0; i < size; i++)
		(void)zol_console_feed(&cut, data + i, 1);
	FUZZ_CHECK(whole.kind == cut.kind && whole.stage == cut.stage);
	FUZZ_CHECK((whole.kind != ZOL_CONSOLE_NOTHING) == (whole.verdict != NULL));
	zol_console_tail(&whole, &lines);
	for (size_t i = 0; i < lines.len; i++)
		for (const char *p = lines.v[i]; *p; p++)
			FUZZ_CHECK((unsigned char)*p >= 0x20);
	return 0;
}
