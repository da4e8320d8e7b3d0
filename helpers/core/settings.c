/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/settings.h"

#include <errno.h>

#include "base/num.h"

static void *member(struct zol_settings *s, const struct zol_set_row *row)
{
	return (char *)s + row->offset;
}

static const void *member_const(const struct zol_settings *s, const struct zol_set_row *row)
{
	return (const char *)s + row->offset;
}

static bool is_string(const struct zol_set_row *row)
{
	return row->kind == ZOL_SET_STR || row->kind == ZOL_SET_PATH || row->kind == ZOL_SET_CHOICE;
}

const struct zol_set_row *zol_settings_find(const char *section, const char *key)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

size_t zol_settings_index(const struct zol_set_row *row)
{
	size_t n;

	return (size_t)(row - zol_settings_rows(&n));
}

int zol_settings_unknown(const char *section, const char *key, struct zol_err *err)
{
	const char *names[ZOL_SETTINGS_MAX], *near;
	size_t nrows, n = 0;
	const struct zol_set_row *rows = zol_settings_rows(&nrows);

	for (size_t i = 0; i < nrows; i++)
		if (strcmp(rows[i].section, section) == 0)
			names[n++] = rows[i].key;
	if (n) {
		zol_err_set(err, ZOL_USAGE, 0, "no key '%s' in section [%s]", key, section);
		near = zol_nearest(key, names, n);
		if (near)
			return zol_err_hint(err, "did you mean '%s'?", near);
		return zol_err_hint(err, "'zolkit config show' lists the keys");
	}
	for (size_t i = 0; i < nrows; i++)
		if (i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0)
			names[n++] = rows[i].section;
	if (section[0] || !key[0])
		zol_err_set(err, ZOL_USAGE, 0, "no section [%s]", section);
	else
		zol_err_set(err, ZOL_USAGE, 0, "key '%s' stands outside of any section", key);
	near = zol_nearest(section, names, n);
	if (near)
		return zol_err_hint(err, "did you mean [%s]?", near);
	return zol_err_hint(err, "'zolkit config show' lists the keys");
}

int zol_settings_init(struct zol_settings *s, struct zol_err *err)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < n; i++) {
		int r = zol_settings_set(s, &rows[i], rows[i].fallback, err);

		if (r < 0) {
			zol_settings_free(s);
			return r;
		}
	}
	return 0;
}

void zol_settings_free(struct zol_settings *s)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < n; i++) {
		if (rows[i].kind == ZOL_SET_LIST)
			zol_strv_free(member(s, &rows[i]));
		else if (is_string(&rows[i]))
			free(*(char **)member(s, &rows[i]));
	}
	memset(s, 0, sizeof(*s));
}

static int set_string(char **at, const char *value, struct zol_err *err)
{
	char *copy = strdup(value);

	if (!copy)
		return zol_err_oom(err);
	free(*at);
	*at = copy;
	return 0;
}

static int check_path(const struct zol_set_row *row, const char *value, struct zol_err *err)
{
	if (value[0] == '/')
		return 0;
	if (value[0])
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no absolute path", value);
	return row->fallback[0] ? zol_err_set(err, ZOL_USAGE, 0, "a path is needed") : 0;
}

static int check_choice(const struct zol_set_row *row, const char *value, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str known = ZOL_STR_INIT;
	const char *near;
	size_t n = 0;

	for (; row->choices[n]; n++)
		if (strcmp(row->choices[n], value) == 0)
			return 0;
	for (size_t i = 0; i < n; i++)
		zol_str_printf(&known, "%s%s", i ? ", " : "", row->choices[i]);
	zol_err_set(err, ZOL_USAGE, 0, "'%s' is none of: %s", value, zol_str_c(&known));
	near = zol_nearest(value, row->choices, n);
	return near ? zol_err_hint(err, "did you mean '%s'?", near) : -ZOL_USAGE;
}

/* What was added is taken back when memory runs out. */
static int set_list(struct zol_strv *at, const char *value, struct zol_err *err)
{
	struct zol_span left = zol_span_c(value), word;
	size_t before = at->len;

	while (zol_span_field(&left, " \t", &word))
		zol_strv_addn(at, word.ptr, word.len);
	if (zol_strv_check(at, err) < 0) {
		while (at->len > before) {
			free(at->v[--at->len]);
			at->v[at->len] = NULL;
		}
		at->oom = false;
		return -(int)err->code;
	}
	if (at->len == before) /* no word: emptied */
		zol_strv_free(at);
	return 0;
}

static int check_text(const char *value, struct zol_err *err)
{
	for (const char *c = value; *c; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return zol_err_set(err, ZOL_USAGE, 0, "control character 0x%02x", (unsigned)(unsigned char)*c);
	return 0;
}

int zol_settings_set(struct zol_settings *s, const struct zol_set_row *row, const char *value, struct zol_err *err)
{
	void *at = member(s, row);
	int r = check_text(value, err);

	if (r < 0)
		return r;
	switch (row->kind) {
	case ZOL_SET_PATH:
		r = check_path(row, value, err);
		return r < 0 ? r : set_string(at, value, err);
	case ZOL_SET_CHOICE:
		r = check_choice(row, value, err);
		return r < 0 ? r : set_string(at, value, err);
	case ZOL_SET_STR:
		return set_string(at, value, err);
	case ZOL_SET_LIST:
		return set_list(at, value, err);
	case ZOL_SET_U64:
		return zol_num_u64(value, 0, UINT64_MAX, at, err);
	case ZOL_SET_SIZE:
		return zol_num_size(value, at, err);
	case ZOL_SET_DURATION:
		return zol_num_duration(value, at, err);
	case ZOL_SET_BOOL:
		return zol_num_bool(value, at, err);
	default:
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "settings row %s.%s", row->section, row->key);
	}
}

struct step {
	const char *suffix;
	uint64_t factor;
};

/* The largest unit that leaves no rest. */
static void add_scaled(struct zol_str *text, uint64_t value, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (value && value % steps[i].factor == 0) {
			zol_str_printf(text, "%ju%s", (uintmax_t)(value / steps[i].factor), steps[i].suffix);
			return;
		}
	}
	zol_str_printf(text, "%ju", (uintmax_t)value);
}

static const struct step sizes[] = {
	{ "T", 1ULL << 40 },
	{ "G", 1ULL << 30 },
	{ "M", 1ULL << 20 },
	{ "K", 1ULL << 10 },
};
static const struct step durations[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};

void zol_settings_text(const struct zol_settings *s, const struct zol_set_row *row, struct zol_str *text)
{
	const void *at = member_const(s, row);

	switch (row->kind) {
	case ZOL_SET_LIST: {
		const struct zol_strv *v = at;

		for (size_t i = 0; i < v->len; i++)
			zol_str_printf(text, "%s%s", i ? " " : "", v->v[i]);
		return;
	}
	case ZOL_SET_U64:
		zol_str_printf(text, "%ju", (uintmax_t) * (const uint64_t *)at);
		return;
	case ZOL_SET_SIZE:
		add_scaled(text, *(const uint64_t *)at, sizes, ZOL_COUNT(sizes));
		return;
	case ZOL_SET_DURATION:
		add_scaled(text, *(const uint64_t *)at, durations, ZOL_COUNT(durations));
		return;
	case ZOL_SET_BOOL:
		zol_str_puts(text, *(const bool *)at ? "yes" : "no");
		return;
	case ZOL_SET_STR:
	case ZOL_SET_PATH:
	case ZOL_SET_CHOICE:
	default:
		zol_str_puts(text, *(const char *const *)at);
	}
}
