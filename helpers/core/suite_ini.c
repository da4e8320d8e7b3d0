/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite_ini.h"

void zol_suite_ini_open(struct zol_suite_ini *ini, struct zol_span text)
{
	*ini = (struct zol_suite_ini){ .rest = text };
}

void zol_suite_ini_free(struct zol_suite_ini *ini)
{
	zol_str_free(&ini->section);
	zol_str_free(&ini->key);
	zol_str_free(&ini->value);
	*ini = (struct zol_suite_ini){ 0 };
}

static void set(struct zol_str *s, struct zol_span text)
{
	zol_str_truncate(s, 0);
	zol_str_add(s, text.len ? text.ptr : "", text.len);
}

static bool is_remark(struct zol_span line)
{
	return zol_span_trim(line).len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';';
}

/* Lines that begin with a blank belong to the value before; remarks between them are passed over. */
static void take_continued(struct zol_suite_ini *ini)
{
	struct zol_span rest = ini->rest, line;
	unsigned n = ini->next;

	while (zol_span_line(&rest, &line)) {
		n++;
		if (is_remark(line))
			continue;
		if (line.ptr[0] != ' ' && line.ptr[0] != '\t')
			return;
		line = zol_span_trim(line);
		zol_str_putc(&ini->value, '\n');
		zol_str_add(&ini->value, line.ptr, line.len);
		ini->rest = rest;
		ini->next = n;
	}
}

static int take_entry(struct zol_suite_ini *ini, struct zol_span line, struct zol_err *err)
{
	const char *eq = memchr(line.ptr, '=', line.len);
	struct zol_span key;

	if (!eq)
		return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: no \"key = value\"", ini->line);
	key = zol_span_trim(zol_span(line.ptr, (size_t)(eq - line.ptr)));
	if (key.len == 0 || memchr(key.ptr, '\0', key.len))
		return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: no key before \"=\"", ini->line);
	set(&ini->key, key);
	set(&ini->value, zol_span_trim(zol_span(eq + 1, (size_t)(line.ptr + line.len - eq) - 1)));
	ini->has_key = true;
	take_continued(ini);
	if (ini->value.len && memchr(ini->value.ptr, '\0', ini->value.len))
		return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: a NUL", ini->line);
	if (ini->key.oom || ini->value.oom)
		return zol_err_oom(err);
	return 1;
}

int zol_suite_ini_next(struct zol_suite_ini *ini, struct zol_err *err)
{
	struct zol_span line;

	while (zol_span_line(&ini->rest, &line)) {
		ini->next++;
		if (is_remark(line))
			continue;
		ini->line = ini->next;
		if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: continues nothing", ini->line);
		line = zol_span_trim(line);
		if (line.ptr[0] != '[')
			return take_entry(ini, line, err);
		if (line.ptr[line.len - 1] != ']' || memchr(line.ptr, '\0', line.len))
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: no \"[section]\"", ini->line);
		set(&ini->section, zol_span_trim(zol_span(line.ptr + 1, line.len - 2)));
		ini->has_key = false;
		if (ini->section.oom)
			return zol_err_oom(err);
		return 1;
	}
	return 0;
}
