/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that a kernel may have printed. */
#include "core/ktrace.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span rest = zol_span((const char *)data, size), line;

	while (zol_span_line(&rest, &line)) {
		struct zol_kframe f;
		size_t pos = 0, before = 0;

		while (zol_ktrace_next(line, &pos, &f)) {
			FUZZ_CHECK(pos > before && pos <= line.len && f.end == pos && f.symbol.len > 0);
			before = pos;
		}
		FUZZ_CHECK(pos == line.len);
	}
	return 0;
}
