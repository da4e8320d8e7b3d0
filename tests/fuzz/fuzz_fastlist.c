/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fastlist.h"

#include "fuzz.h"

enum { END = 1000000 };

/* What is accepted survives printing and parsing, and stays inside the file. */
static void check_list(struct zol_span text)
{
	ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 }, back = { 0 };
	ZOL_AUTO(str) struct zol_str printed = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t size = 0;

	if (zol_fast_list_parse(text, END, &list, &err)) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED && !list.frames);
		return;
	}
	for (size_t i = 0; i < list.n; i++) {
		FUZZ_CHECK(list.frames[i].offset + list.frames[i].packed <= END);
		FUZZ_CHECK(list.frames[i].unpacked > 0 && list.frames[i].unpacked <= ZOL_FAST_FRAME_MAX);
		size += list.frames[i].unpacked;
	}
	FUZZ_CHECK(size == list.size);
	zol_fast_list_print(&list, &printed);
	FUZZ_CHECK(zol_fast_list_parse(zol_span_str(&printed), END, &back, &err) == 0 && back.n == list.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str printed = ZOL_STR_INIT;
	struct zol_span text = zol_span((const char *)data, size);
	struct zol_fast_mark mark, back;

	check_list(text);
	if (zol_fast_mark_parse(text, &mark, &err)) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
		return 0;
	}
	zol_fast_mark_print(&mark, &printed);
	FUZZ_CHECK(zol_fast_mark_parse(zol_span_str(&printed), &back, &err) == 0 && back.size == mark.size);
	return 0;
}
