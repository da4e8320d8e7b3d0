/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite_ini.h"
#include "core/suite_parsers.h"

/* "['a', "b",\n 'c']": what stands between quotes. */
static void add_quoted(struct zol_span dir, struct zol_span list, struct zol_strv *ret)
{
	for (size_t i = 0; i < list.len; i++) {
		const char *start = list.ptr + i, *end;

		if (*start != '\'' && *start != '"')
			continue;
		end = memchr(start + 1, *start, list.len - i - 1);
		if (!end)
			return;
		zol_strv_addf(ret, "%.*s/%.*s", (int)dir.len, dir.ptr, (int)(end - start) - 1, start + 1);
		i += (size_t)(end - start);
	}
}

int zol_suite_runfile(struct zol_span text, struct zol_strv *ret, struct zol_err *err)
{
	ZOL_AUTO(suite_ini) struct zol_suite_ini ini = { 0 };
	size_t before = ret->len;
	int got;

	zol_suite_ini_open(&ini, text);
	while ((got = zol_suite_ini_next(&ini, err)) > 0) {
		struct zol_span section = zol_span_str(&ini.section);

		if (!ini.has_key || strcmp(zol_str_c(&ini.key), "tests") != 0 || zol_span_eq(section, "DEFAULT"))
			continue;
		/* "tests/functional/acl/off", with "/" or ":Linux" behind it in some files. */
		if (memchr(section.ptr, ':', section.len))
			section.len = (size_t)((const char *)memchr(section.ptr, ':', section.len) - section.ptr);
		while (section.len > 0 && section.ptr[section.len - 1] == '/')
			section.len--;
		add_quoted(zol_suite_zts_name(section), zol_span_str(&ini.value), ret);
	}
	if (got < 0 || zol_strv_check(ret, err) < 0)
		return -(int)err->code;
	if (ret->len == before)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no tests in the runfile");
	return 0;
}
