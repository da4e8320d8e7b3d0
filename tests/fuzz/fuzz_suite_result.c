/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite_result.h"

#include "fuzz.h"

/* The first byte picks the parser, the second one the exit status. A pass needs a complete log with a result. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(results) struct zol_results r = ZOL_RESULTS_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_test_output out = { .test = "generic/001" };
	const char *reason;

	if (size < 2)
		return 0;
	out.status = data[1] % 4 ? 0 : data[1];
	out.text = zol_span((const char *)data + 2, size - 2);
	if (zol_results_parse((enum zol_suite_parser)(data[0] % 8), &out, &r, &err) < 0)
		return 0;
	FUZZ_CHECK(r.complete == (r.missing == NULL));
	for (size_t i = 0; i < r.len; i++) {
		for (const char *p = r.v[i].test; *p; p++)
			FUZZ_CHECK((unsigned char)*p >= 0x20);
		for (const char *p = r.v[i].reason; p && *p; p++)
			FUZZ_CHECK((unsigned char)*p >= 0x20);
	}
	if (zol_results_verdict(&r, &out, &reason) == ZOL_TEST_PASS)
		FUZZ_CHECK(r.complete && r.len > 0 && out.status == 0);
	return 0;
}
