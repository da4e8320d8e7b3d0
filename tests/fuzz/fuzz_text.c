/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/progress.h"
#include "base/rows.h"

#include "fuzz.h"

/* Whatever the text, JSON and terminal get no control character, and escaping is final. */
static void escape(const char *text)
{
	ZOL_AUTO(str) struct zol_str json = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str once = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str twice = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str again = ZOL_STR_INIT;

	zol_json_string(&json, text);
	FUZZ_CHECK(json.len >= 2 && json.ptr[0] == '"' && json.ptr[json.len - 1] == '"');
	for (size_t i = 0; i < json.len; i++)
		FUZZ_CHECK((unsigned char)json.ptr[i] >= 0x20 && json.ptr[i] != 0x7f);
	zol_text_escape(&once, text);
	zol_text_escape(&twice, zol_str_c(&once));
	FUZZ_CHECK(strcmp(zol_str_c(&once), zol_str_c(&twice)) == 0);
	/* JSON holds valid UTF-8 only: what is left to escape are the controls of U+0080 and up. */
	zol_json_string(&again, zol_str_c(&once));
	FUZZ_CHECK(!strstr(zol_str_c(&again), "\xef\xbf\xbd") || strstr(zol_str_c(&once), "\xef\xbf\xbd"));
}

static void stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	(void)total;
	(void)unit;
	*(size_t *)ctx += strlen(name);
}

static void progress(void *ctx, uint64_t done)
{
	*(size_t *)ctx += done > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct zol_span rest = zol_span((const char *)data, size), line;
	size_t seen = 0;
	struct zol_events ev = { .ctx = &seen, .stage = stage, .progress = progress };

	escape(text);
	while (zol_span_line(&rest, &line))
		zol_progress_relay(&ev, line);
	free(text);
	return 0;
}
