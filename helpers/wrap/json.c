/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>

#include "wrap/json.h"

/* The two types are one: ours only has a name. */
static json_t *in(const struct zol_json *v)
{
	union {
		const struct zol_json *ours;
		json_t *theirs;
	} u = { .ours = v };

	return u.theirs;
}

static struct zol_json *out_of(json_t *v)
{
	return (struct zol_json *)(void *)v;
}

void zol_json_free(struct zol_json *v)
{
	json_decref(in(v));
}

int zol_json_parse(struct zol_span text, struct zol_json **ret, struct zol_err *err)
{
	json_error_t why;
	json_t *v = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);

	if (!v)
		return zol_err_set(err, ZOL_MALFORMED, 0, "JSON, line %d column %d: %s", why.line, why.column,
				   why.text);
	*ret = out_of(v);
	return 0;
}

struct zol_json *zol_json_object(void)
{
	return out_of(json_object());
}

void zol_json_set_str(struct zol_json *o, const char *key, const char *value)
{
	if (o && value)
		(void)json_object_set_new(in(o), key, json_string(value));
}

void zol_json_set_u64(struct zol_json *o, const char *key, uint64_t value)
{
	if (o)
		(void)json_object_set_new(in(o), key, json_integer((json_int_t)value));
}

void zol_json_set_bool(struct zol_json *o, const char *key, bool value)
{
	if (o)
		(void)json_object_set_new(in(o), key, json_boolean(value));
}

void zol_json_set(struct zol_json *o, const char *key, struct zol_json *value)
{
	if (o)
		(void)json_object_set_new(in(o), key, in(value));
	else
		zol_json_free(value);
}

const struct zol_json *zol_json_get(const struct zol_json *v, const char *key)
{
	return v ? out_of(json_object_get(in(v), key)) : NULL;
}

const char *zol_json_str(const struct zol_json *v, const char *fallback)
{
	const char *text = v ? json_string_value(in(v)) : NULL;

	return text ? text : fallback;
}

uint64_t zol_json_u64(const struct zol_json *v, uint64_t fallback)
{
	if (!v || !json_is_integer(in(v)) || json_integer_value(in(v)) < 0)
		return fallback;
	return (uint64_t)json_integer_value(in(v));
}

bool zol_json_bool(const struct zol_json *v, bool fallback)
{
	return v && json_is_boolean(in(v)) ? json_is_true(in(v)) : fallback;
}

int zol_json_dump(const struct zol_json *v, bool indent, struct zol_str *out, struct zol_err *err)
{
	char *text = v ? json_dumps(in(v), JSON_ENCODE_ANY | (indent ? JSON_INDENT(2) : JSON_COMPACT)) : NULL;

	if (!text)
		return zol_err_oom(err);
	zol_str_puts(out, text);
	free(text);
	return zol_str_check(out, err);
}
