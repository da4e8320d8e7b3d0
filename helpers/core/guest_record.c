/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/num.h"
#include "core/guest_record.h"

struct key {
	const char *name;
	size_t offset;
};

#define KEY(member) { #member, offsetof(struct zol_guest_record, member) }

static const struct key keys[] = {
	KEY(name), KEY(state),  KEY(stage3),  KEY(stamp),  KEY(variant),
	KEY(arch), KEY(sha512), KEY(blake2b), KEY(parent), KEY(method),
};

static char **slot(struct zol_guest_record *r, const struct key *k)
{
	return (char **)(void *)((char *)r + k->offset);
}

static const char *value(const struct zol_guest_record *r, const struct key *k)
{
	return *(const char *const *)(const void *)((const char *)r + k->offset);
}

bool zol_guest_record_set(struct zol_guest_record *r, const char *key, struct zol_span text)
{
	uint64_t number;

	if (strcmp(key, "created") == 0) {
		if (!zol_span_u64(text, &number) || number > INT64_MAX)
			return false;
		r->created = (int64_t)number;
		return true;
	}
	for (size_t i = 0; i < ZOL_COUNT(keys); i++) {
		char *copy;

		if (strcmp(key, keys[i].name) != 0)
			continue;
		copy = zol_span_dup(text);
		if (!copy)
			return false;
		free(*slot(r, &keys[i]));
		*slot(r, &keys[i]) = copy;
		return true;
	}
	return false;
}

int zol_guest_record_parse(struct zol_span text, struct zol_guest_record *ret, struct zol_err *err)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	struct zol_span line, rest = text;

	for (unsigned n = 1; zol_span_line(&rest, &line); n++) {
		ZOL_AUTO(free) char *key = NULL;
		const char *eq;

		line = zol_span_trim(line);
		if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';' || zol_span_eq(line, "[guest]"))
			continue;
		eq = memchr(line.ptr, '=', line.len);
		if (!eq)
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: no \"key = value\"", n);
		key = zol_span_dup(zol_span_trim(zol_span(line.ptr, (size_t)(eq - line.ptr))));
		if (!key)
			return zol_err_oom(err);
		line = zol_span_trim(zol_span(eq + 1, (size_t)(line.ptr + line.len - eq) - 1));
		if (!zol_guest_record_set(&r, key, line) && strcmp(key, "created") == 0)
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: \"created\" is no number", n);
	}
	if (!r.name)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no \"name\"");
	*ret = r;
	r = (struct zol_guest_record){ 0 };
	return 0;
}

void zol_guest_record_text(const struct zol_guest_record *r, struct zol_str *text)
{
	zol_str_puts(text, "# What zolkit remembers about this guest.\n[guest]\n");
	for (size_t i = 0; i < ZOL_COUNT(keys); i++) {
		const char *v = value(r, &keys[i]);

		if (!v || !*v)
			continue;
		zol_str_printf(text, "%s = ", keys[i].name);
		for (; *v; v++)
			zol_str_putc(text, *v == '\n' ? ' ' : *v);
		zol_str_putc(text, '\n');
	}
	if (r->created)
		zol_str_printf(text, "created = %" PRId64 "\n", r->created);
}

void zol_guest_record_free(struct zol_guest_record *r)
{
	for (size_t i = 0; i < ZOL_COUNT(keys); i++)
		free(*slot(r, &keys[i]));
	*r = (struct zol_guest_record){ 0 };
}

/* 20260811T083102Z */
static bool is_stamp(struct zol_span s)
{
	if (s.len != 16 || s.ptr[8] != 'T' || s.ptr[15] != 'Z')
		return false;
	for (size_t i = 0; i < 15; i++)
		if (i != 8 && (s.ptr[i] < '0' || s.ptr[i] > '9'))
			return false;
	return true;
}

int zol_guest_record_stage3(struct zol_guest_record *r, const char *file, struct zol_err *err)
{
	const char *base = zol_base_name(file);
	const char *dot = strstr(base, ".tar"), *dash, *sub;

	if (!zol_guest_record_set(r, "stage3", zol_span_c(base)))
		return zol_err_oom(err);
	if (strncmp(base, "stage3-", 7) != 0 || !dot)
		return 0;
	dash = memrchr(base, '-', (size_t)(dot - base));
	sub = strchr(base + 7, '-');
	if (!dash || !is_stamp(zol_span(dash + 1, (size_t)(dot - dash) - 1)) || !sub)
		return 0;
	if (!zol_guest_record_set(r, "stamp", zol_span(dash + 1, (size_t)(dot - dash) - 1)) ||
	    !zol_guest_record_set(r, "arch", zol_span(base + 7, (size_t)(sub - base) - 7)) ||
	    (sub < dash && !zol_guest_record_set(r, "variant", zol_span(sub + 1, (size_t)(dash - sub) - 1))))
		return zol_err_oom(err);
	return 0;
}
