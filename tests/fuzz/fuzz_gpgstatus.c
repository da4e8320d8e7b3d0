/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status lines: nothing is accepted without the pinned key and without a GOODSIG, whatever else is said. */
#include <stdlib.h>
#include <strings.h>

#include "core/gpgstatus.h"

#define KEY "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static bool says(struct zol_span text, const char *what)
{
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		if (zol_span_starts(line, what) &&
		    (line.len == strlen(what) || line.ptr[strlen(what)] == ' ' || line.ptr[strlen(what)] == '\r'))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { KEY, NULL };
	const struct zol_gpgstatus_policy policy = { .keys = keys, .now = 1786785700 };
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(gpgstatus) struct zol_gpgstatus st = { .key = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	must(zol_gpgstatus_judge(text, 1, &policy, &st, &err) == -ZOL_VERIFY);
	zol_err_clear(&err);
	if (zol_gpgstatus_judge(text, 0, &policy, &st, &err)) {
		must(err.code == ZOL_VERIFY && !st.key);
		return 0;
	}
	must(strcasecmp(st.key, KEY) == 0 && st.created <= policy.now + ZOL_CLOCK_SLACK);
	must(says(text, "[GNUPG:] GOODSIG") && says(text, "[GNUPG:] VALIDSIG") && says(text, "[GNUPG:] NEWSIG"));
	must(!says(text, "[GNUPG:] EXPKEYSIG") && !says(text, "[GNUPG:] REVKEYSIG") && !says(text, "[GNUPG:] BADSIG"));
	return 0;
}
