/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Makes BTF by hand: types are numbered from 1 in the order they are added. */

#include <stdint.h>

#include "base/str.h"

struct btf_make {
	struct zol_str types, strings;
};

static inline void btf_32(struct zol_str *s, uint32_t v)
{
	const char b[] = { (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) };

	zol_str_add(s, b, 4);
}

static inline uint32_t btf_name(struct btf_make *m, const char *name)
{
	uint32_t at;

	if (m->strings.len == 0)
		zol_str_putc(&m->strings, '\0');
	if (!*name)
		return 0;
	at = (uint32_t)m->strings.len;
	zol_str_add(&m->strings, name, strlen(name) + 1);
	return at;
}

/* flags: bit 31 of info, for structures with bit fields. */
static inline void btf_type(struct btf_make *m, const char *name, uint32_t kind, uint32_t count, uint32_t size)
{
	uint32_t at = btf_name(m, name);

	btf_32(&m->types, at);
	btf_32(&m->types, (kind & 0x80000000U) | (kind & 0x1f) << 24 | count);
	btf_32(&m->types, size);
}

static inline void btf_member(struct btf_make *m, const char *name, uint32_t type, uint32_t bits)
{
	uint32_t at = btf_name(m, name);

	btf_32(&m->types, at);
	btf_32(&m->types, type);
	btf_32(&m->types, bits);
}

static inline void btf_done(struct btf_make *m, struct zol_str *out)
{
	(void)btf_name(m, "");
	btf_32(out, 0x0001eb9f);
	btf_32(out, 24);
	btf_32(out, 0);
	btf_32(out, (uint32_t)m->types.len);
	btf_32(out, (uint32_t)m->types.len);
	btf_32(out, (uint32_t)m->strings.len);
	zol_str_add(out, m->types.ptr, m->types.len);
	zol_str_add(out, m->strings.ptr, m->strings.len);
	zol_str_free(&m->types);
	zol_str_free(&m->strings);
}
