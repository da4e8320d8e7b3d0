/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perftext.h"

#include "fuzz.h"

/* Cut in two anywhere, the text gives the same sum. */
static uint64_t total(struct zol_span text, size_t cut, struct zol_fold_stats *st)
{
	static const struct zol_fold_opts opts = { .inlined = true, .addrs = true };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(perftext) struct zol_perftext *p = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	FUZZ_CHECK(zol_perftext_new(&opts, &s, &p, &err) == 0);
	FUZZ_CHECK(zol_perftext_feed(p, zol_span(text.ptr, cut), &err) == 0);
	FUZZ_CHECK(zol_perftext_feed(p, zol_span(text.ptr + cut, text.len - cut), &err) == 0);
	FUZZ_CHECK(zol_perftext_finish(p, st, &err) == 0);
	return zol_stacks_total(&s, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	struct zol_fold_stats one, two;

	if (size > 65536)
		return 0;
	FUZZ_CHECK(total(text, size, &one) == total(text, size / 2, &two));
	FUZZ_CHECK(one.samples == two.samples);
	(void)zol_perftext_looks(text);
	return 0;
}
