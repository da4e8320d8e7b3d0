/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/baseline.h"

#include "fuzz.h"

static void same(const char *a, const char *b)
{
	FUZZ_CHECK(!a == !b);
	FUZZ_CHECK(!a || strcmp(a, b) == 0);
}

/* What was read is written and read again: the same entries. */
static void again(const struct zol_baseline *b)
{
	ZOL_AUTO(baseline) struct zol_baseline back = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < b->n; i++)
		zol_expect_write(&b->v[i], &s);
	FUZZ_CHECK(zol_baseline_parse(zol_span_str(&s), &back, &err) == 0);
	FUZZ_CHECK(back.n == b->n);
	for (size_t i = 0; i < b->n; i++) {
		const struct zol_expect *x = &back.v[i], *y = &b->v[i];

		FUZZ_CHECK(x->allowed == y->allowed);
		same(x->test, y->test);
		same(x->reason, y->reason);
		same(x->issue, y->issue);
		same(x->kernel, y->kernel);
		same(x->zfs, y->zfs);
		same(x->expires, y->expires);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(baseline) struct zol_baseline own = { 0 };
	ZOL_AUTO(baseline) struct zol_baseline zts = { 0 };
	ZOL_AUTO(baseline) struct zol_baseline xfs = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (size > 65536)
		return 0;
	if (zol_baseline_parse(text, &own, &err) == 0) {
		(void)zol_baseline_find(&own, "zts/a", "6.1", "2.2");
		again(&own);
	} else {
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
	}
	zol_err_clear(&err);
	if (zol_baseline_import_zts(text, "zts", &zts, &err) < 0)
		FUZZ_CHECK(err.code == ZOL_MALFORMED);
	zol_err_clear(&err);
	FUZZ_CHECK(zol_baseline_import_xfstests(text, "xfstests", &xfs, &err) == 0);
	return 0;
}
