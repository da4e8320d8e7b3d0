/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stage_record.h"

#include <inttypes.h>

#include "base/num.h"

void zol_stage_record_begin(struct zol_str *out, const char *kind)
{
	zol_str_printf(out, "zolkit %s 1\n", kind);
}

void zol_stage_record_add(struct zol_str *out, const char *key, const char *value)
{
	zol_str_printf(out, "%s ", key);
	for (const char *p = value; *p; p++)
		zol_str_putc(out, (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
	zol_str_putc(out, '\n');
}

void zol_stage_record_addu(struct zol_str *out, const char *key, uint64_t value)
{
	zol_str_printf(out, "%s %" PRIu64 "\n", key, value);
}

bool zol_stage_record_is(struct zol_span file, const char *kind)
{
	struct zol_span line, word;

	if (!zol_span_line(&file, &line) || !zol_span_field(&line, " ", &word) || !zol_span_eq(word, "zolkit") ||
	    !zol_span_field(&line, " ", &word) || !zol_span_eq(word, kind))
		return false;
	return zol_span_field(&line, " ", &word) && zol_span_eq(word, "1") && line.len == 0;
}

bool zol_stage_record_get(struct zol_span file, const char *key, struct zol_span *ret)
{
	size_t len = strlen(key);
	struct zol_span line, found = { .ptr = NULL, .len = 0 };
	bool first = true;

	while (zol_span_line(&file, &line)) {
		if (first || line.len <= len || memcmp(line.ptr, key, len) != 0 || line.ptr[len] != ' ') {
			first = false;
			continue;
		}
		if (found.ptr)
			return false;
		found = zol_span(line.ptr + len + 1, line.len - len - 1);
	}
	if (!found.ptr)
		return false;
	*ret = found;
	return true;
}

bool zol_stage_record_getu(struct zol_span file, const char *key, uint64_t *ret)
{
	struct zol_span text;

	return zol_stage_record_get(file, key, &text) && zol_span_u64(text, ret);
}
