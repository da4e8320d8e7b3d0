/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfmap.h"

#include "base/num.h"

int zol_perfmap_parse(struct zol_span text, struct zol_syms *ret, struct zol_err *err)
{
	struct zol_span line, start_word, size_word;

	while (zol_span_line(&text, &line)) {
		uint64_t start, size;

		if (!zol_span_field(&line, " ", &start_word) || !zol_span_field(&line, " ", &size_word))
			continue;
		line = zol_span_trim(line);
		if (zol_span_hex(start_word, &start) && zol_span_hex(size_word, &size) && size && line.len)
			zol_syms_add(ret, start, size, line, ZOL_SYM_GLOBAL, 0);
	}
	return zol_syms_sort(ret, err);
}
