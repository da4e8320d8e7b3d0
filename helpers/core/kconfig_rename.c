/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_rename.h"

#define LONG_ENOUGH 8U /* distances mean nothing for short names */
#define NEAR 2U
#define NAME_MAX_LEN 96U

const struct zol_ksym *zol_krename_find(const struct zol_kconfig *k, struct zol_span table, const char *name,
					struct zol_span *ret_since)
{
	struct zol_span line, old, new, since;

	while (zol_span_line(&table, &line)) {
		if (!line.len || line.ptr[0] == '#')
			continue;
		if (!zol_span_field(&line, "\t", &old) || !zol_span_eq(old, name) || !zol_span_field(&line, "\t", &new))
			continue;
		uint32_t i = zol_strmap_get(&k->names, new);

		if (i == ZOL_STRMAP_NONE || !(k->syms[i]->flags & ZOL_KS_DEFINED))
			continue;
		if (ret_since)
			*ret_since = zol_span_field(&line, "\t", &since) ? since : zol_span("", 0);
		return k->syms[i];
	}
	return NULL;
}

/* Edit distance, given up beyond NEAR. */
static size_t distance(const char *a, size_t la, const char *b, size_t lb)
{
	size_t row[NAME_MAX_LEN + 1];

	if (la > lb + NEAR || lb > la + NEAR || lb > NAME_MAX_LEN)
		return NEAR + 1;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0], best = row[0] = i;

		for (size_t j = 1; j <= lb; j++) {
			size_t up = row[j], change = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = up + 1 < change ? up + 1 : change;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diagonal = up;
			best = row[j] < best ? row[j] : best;
		}
		if (best > NEAR)
			return NEAR + 1;
	}
	return row[lb];
}

const char *zol_krename_nearest(const struct zol_kconfig *k, const char *name)
{
	size_t len = strlen(name), best = NEAR + 1;
	const char *found = NULL;

	if (len < LONG_ENOUGH)
		return NULL;
	for (size_t i = 0; i < k->nsyms; i++) {
		const struct zol_ksym *s = k->syms[i];

		if (!(s->flags & ZOL_KS_DEFINED) || !s->name)
			continue;
		size_t d = distance(name, len, s->name, strlen(s->name));

		if (d < best) {
			best = d;
			found = s->name;
		}
	}
	return found;
}
