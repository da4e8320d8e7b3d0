/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_repos.h"

#define CODE "/mnt/code"

bool zol_repos_location(struct zol_span text, struct zol_span name, struct zol_str *ret)
{
	struct zol_span line, value = zol_span("", 0);
	bool ours = false;

	while (zol_span_line(&text, &line)) {
		const char *eq;

		line = zol_span_trim(line);
		if (zol_span_starts(line, "[") && zol_span_ends(line, "]"))
			ours = line.len == name.len + 2 && memcmp(line.ptr + 1, name.ptr, name.len) == 0;
		eq = ours && line.len ? memchr(line.ptr, '=', line.len) : NULL;
		if (eq && zol_span_eq(zol_span_trim(zol_span(line.ptr, (size_t)(eq - line.ptr))), "location"))
			value = zol_span_trim(zol_span(eq + 1, (size_t)(line.ptr + line.len - eq) - 1));
	}
	zol_str_add(ret, value.ptr, value.len);
	return value.len > 0;
}

void zol_repos_store(struct zol_span uri, struct zol_str *ret)
{
	static const char *const tops[] = { "browse/", "cgit/", "git/", "gitroot/", "p/", "pub/scm/" };
	const char *scheme = memmem(uri.ptr, uri.len, "://", 3), *slash;
	size_t before = ret->len;

	if (scheme) {
		uri = zol_span(scheme + 3, (size_t)(uri.ptr + uri.len - scheme) - 3);
		slash = uri.len ? memchr(uri.ptr, '/', uri.len) : NULL;
		if (slash)
			uri = zol_span(slash + 1, (size_t)(uri.ptr + uri.len - slash) - 1);
	}
	for (size_t i = 0; i < ZOL_COUNT(tops); i++) {
		if (!zol_span_starts(uri, tops[i]))
			continue;
		uri = zol_span(uri.ptr + strlen(tops[i]), uri.len - strlen(tops[i]));
		break;
	}
	if (zol_span_ends(uri, "/"))
		uri.len--;
	if (zol_span_ends(uri, ".git"))
		uri.len -= 4;
	zol_str_add(ret, uri.ptr, uri.len);
	for (size_t i = before; i < ret->len; i++)
		if (ret->ptr[i] == '/')
			ret->ptr[i] = '_';
	zol_str_puts(ret, ".git");
}

static bool below(const char *path, const char *dir, const char **ret_rest)
{
	size_t len = strlen(dir);

	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return false;
	*ret_rest = path + len;
	return true;
}

bool zol_repos_code(const char *path, const char *const *code, struct zol_str *ret)
{
	const char *rest;

	if (!below(path, CODE, &rest) || !code[0])
		return false;
	if (!code[1]) {
		zol_str_printf(ret, "%s%s", code[0], rest);
		return true;
	}
	for (size_t i = 0; code[i] && *rest == '/'; i++) {
		const char *left;

		if (!below(rest + 1, zol_base_name(code[i]), &left))
			continue;
		zol_str_printf(ret, "%s%s", code[i], left);
		return true;
	}
	return false;
}

bool zol_repos_in_guest(const char *path, const char *const *code, struct zol_str *ret)
{
	const char *rest;

	for (size_t i = 0; code[i]; i++) {
		if (!below(path, code[i], &rest))
			continue;
		if (code[1])
			zol_str_printf(ret, CODE "/%s%s", zol_base_name(code[i]), rest);
		else
			zol_str_printf(ret, CODE "%s", rest);
		return true;
	}
	return false;
}
