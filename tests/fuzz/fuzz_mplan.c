/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mplan.h"
#include "core/passwd.h"

#include "fuzz.h"

/* Where a guest's text says that Portage builds is an absolute path that goes nowhere upwards. */
static void tmpdir(const uint8_t *data, size_t size)
{
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;

	zol_mplan_portage_tmpdir(zol_span((const char *)data, size), &dir);
	FUZZ_CHECK(dir.len > 0 && *dir.ptr == '/' && zol_span_ends(zol_span_str(&dir), "/portage"));
	FUZZ_CHECK(!strstr(zol_str_c(&dir), "/../") && !memchr(dir.ptr, '\n', dir.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(mbind) struct zol_mbind bind = { 0 };
	ZOL_AUTO(passwd) struct zol_passwd user = { 0 };
	char *text = fuzz_string(data, size);
	uint32_t gids[4];

	tmpdir(data, size);
	if (zol_mplan_bind(text, &bind, &err) == 0) {
		const char *const code[] = { bind.src, bind.dst, NULL };
		const struct zol_mplan_in in = { .root = "/g", .code = code, .binds = &bind, .nbinds = 1 };
		ZOL_AUTO(mplan) struct zol_mplan plan = { 0 };
		ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;

		FUZZ_CHECK(*bind.src == '/' && *bind.dst == '/' && !strchr(bind.src, ':'));
		if (zol_mplan_build(&in, &plan, &err) == 0)
			zol_mplan_text(&plan, &shown);
	}
	zol_err_clear(&err);
	if (zol_passwd_find(zol_span((const char *)data, size), "root", &user, &err) > 0)
		FUZZ_CHECK(strcmp(user.name, "root") == 0);
	FUZZ_CHECK(zol_passwd_groups(zol_span((const char *)data, size), "root", 0, gids, ZOL_COUNT(gids)) <=
		   ZOL_COUNT(gids));
	free(text);
	return 0;
}
