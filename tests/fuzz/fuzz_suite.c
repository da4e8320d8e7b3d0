/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite.h"

#include "fuzz.h"

/* A description that is read can be used; any text is a runfile or none. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(suite) struct zol_suite s = { 0 };
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err other = ZOL_ERR_INIT;
	const struct zol_suite_vars vars = { 0 };

	if (zol_suite_runfile(text, &names, &err) < 0)
		zol_err_clear(&err);
	if (zol_suite_parse(text, &s, &err) < 0) {
		FUZZ_CHECK(err.msg != NULL && s.name == NULL);
		return 0;
	}
	FUZZ_CHECK(s.floor <= s.ceiling && s.timeout <= s.ceiling);
	FUZZ_CHECK(zol_suite_limit(&s, "a", 1) >= 1);
	(void)!zol_suite_expand(&s, &s.command, &vars, &argv, &other);
	return 0;
}
