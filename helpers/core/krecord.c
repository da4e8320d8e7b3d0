/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/krecord.h"

#include <inttypes.h>

#include "base/num.h"

struct field {
	const char *key;
	size_t offset;
	bool number;
};

#define TEXT(member) { #member, offsetof(struct zol_krecord, member), false }
#define NUMBER(member) { #member, offsetof(struct zol_krecord, member), true }

static const struct field fields[] = {
	TEXT(release), TEXT(source), TEXT(where),  TEXT(build),   TEXT(fragments), TEXT(base), TEXT(config_hash),
	TEXT(inputs),  TEXT(date),   TEXT(origin), NUMBER(steps), NUMBER(modules), NUMBER(ms),
};

static char **text_of(const struct zol_krecord *r, const struct field *f)
{
	return (char **)((uintptr_t)r + f->offset);
}

static uint64_t *number_of(const struct zol_krecord *r, const struct field *f)
{
	return (uint64_t *)((uintptr_t)r + f->offset);
}

void zol_krecord_free(struct zol_krecord *r)
{
	for (size_t i = 0; i < ZOL_COUNT(fields); i++)
		if (!fields[i].number)
			free(*text_of(r, &fields[i]));
	*r = (struct zol_krecord){ 0 };
}

static const struct field *find(struct zol_span key)
{
	for (size_t i = 0; i < ZOL_COUNT(fields); i++)
		if (zol_span_eq(key, fields[i].key))
			return &fields[i];
	return NULL;
}

static int assign(struct zol_krecord *r, const struct field *f, struct zol_span value, struct zol_err *err)
{
	if (f->number) {
		if (!zol_span_u64(value, number_of(r, f)))
			return zol_err_set(err, ZOL_MALFORMED, 0, "%s is no number", f->key);
		return 0;
	}
	char *text = zol_span_dup(value);

	if (!text)
		return zol_err_oom(err);
	free(*text_of(r, f));
	*text_of(r, f) = text;
	return 0;
}

int zol_krecord_parse(struct zol_krecord *r, struct zol_span text, struct zol_err *err)
{
	struct zol_span line;
	unsigned n = 0;

	while (zol_span_line(&text, &line)) {
		n++;
		line = zol_span_trim(line);
		if (!line.len || line.ptr[0] == '#' || line.ptr[0] == ';' || line.ptr[0] == '[')
			continue;
		const char *eq = memchr(line.ptr, '=', line.len);

		if (!eq)
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: no key = value", n);
		size_t at = (size_t)(eq - line.ptr);
		const struct field *f = find(zol_span_trim(zol_span(line.ptr, at)));

		if (!f)
			continue;
		int rc = assign(r, f, zol_span_trim(zol_span(eq + 1, line.len - at - 1)), err);

		if (rc < 0)
			return zol_err_wrap(err, "line %u", n);
	}
	return 0;
}

void zol_krecord_text(const struct zol_krecord *r, struct zol_str *out)
{
	zol_str_puts(out, "# Written by zolkit kernel build.\n[kernel]\n");
	for (size_t i = 0; i < ZOL_COUNT(fields); i++) {
		const struct field *f = &fields[i];

		if (f->number) {
			zol_str_printf(out, "%s = %" PRIu64 "\n", f->key, *number_of(r, f));
			continue;
		}
		const char *text = *text_of(r, f);

		if (!text)
			continue;
		zol_str_printf(out, "%s = ", f->key);
		for (; *text; text++)
			zol_str_putc(out, *text == '\n' ? ' ' : *text);
		zol_str_putc(out, '\n');
	}
}
