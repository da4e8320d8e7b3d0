/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/num.h"

#include "fuzz.h"

/* What the library reads must be what strtoull() reads, where that is as strict. */
static void against_libc(const char *text)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t n = 0, span = 0;
	char back[32];

	if (zol_num_u64(text, 0, UINT64_MAX, &n, &err) == 0) {
		FUZZ_CHECK(strtoull(text, NULL, 10) == n);
		FUZZ_CHECK(zol_span_u64(zol_span_c(text), &span) && span == n);
	}
	(void)snprintf(back, sizeof(back), "%" PRIx64, n);
	FUZZ_CHECK(zol_span_hex(zol_span_c(back), &span) && span == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "status", "start", "stop", "snapshot" };
	char *text = fuzz_string(data, size);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest = zol_span((const char *)data, size), field;
	uint64_t n = 0;
	bool b;

	against_libc(text);
	if (zol_num_size(text, &n, &err) < 0)
		zol_err_clear(&err);
	if (zol_num_duration(text, &n, &err) < 0)
		zol_err_clear(&err);
	if (zol_num_bool(text, &b, &err) < 0)
		zol_err_clear(&err);
	(void)zol_nearest(text, names, ZOL_COUNT(names));
	while (zol_span_field(&rest, " \t,", &field))
		FUZZ_CHECK(field.len > 0);
	free(text);
	return 0;
}
