/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perffold.h"

#include "fuzz.h"

static const char kallsyms[] =
	"ffffffff81000000 T _text\nffffffff81001000 t idle\nffffffffc0000000 t spa_sync\t[zfs]\n";

/* "Compressed" records are taken as they are, up to a bound. */
static int unpack(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	if (out->len + piece.len > 1U << 20)
		return zol_err_set(err, ZOL_MALFORMED, 0, "too much");
	zol_str_add(out, piece.ptr, piece.len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zol_fold_opts opts = { .all_events = true, .addrs = true, .show = ZOL_SHOW_TID };
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_perf_symbols y = { .kernel = &k, .unpack = unpack };
	struct zol_fold_stats st;
	uint64_t base;
	bool stext;

	if (size > 65536)
		return 0;
	FUZZ_CHECK(zol_kallsyms_parse(zol_span_c(kallsyms), &k, &err) == 0);
	if (zol_perfdata_open(zol_span((const char *)data, size), &d, &err) < 0) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
		return 0;
	}
	(void)zol_perfdata_kernel_base(&d, &base, &stext);
	if (zol_perffold(&d, &opts, &y, &s, &st, &err) < 0) {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
		return 0;
	}
	/* A sample has at least its header and its process. */
	FUZZ_CHECK(st.samples <= size / 8 + (1U << 20) / 8);
	FUZZ_CHECK(zol_stacks_sort(&s, &err) == 0);
	zol_folded_write(&s, ZOL_FOLD_KINDS, &out);
	return 0;
}
