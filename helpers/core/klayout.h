/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where in a kernel's memory the facts on its modules stand: offsets in struct module and in what hangs on
 * it, of which four forms exist (osandov/drgn:libdrgn/linux_kernel.c knows them, too):
 *
 *	code and size   before 4.5 module_core, core_size; to 6.3 core_layout; since 6.4 mem[]
 *	sections        before 6.14 an array in sect_attrs, since then bin_attribute pointers
 */

#include <stdint.h>

#include "base/str.h"

/* Whoever knows types: each returns true and *ret, or false when there is no such type or member. */
struct zol_types {
	void *ctx;
	/* Offset in bytes; path: members of members, unnamed ones looked into, arrays meant by their first element. */
	bool (*offset)(void *ctx, const char *type, const char *path, uint64_t *ret);
	bool (*size)(void *ctx, const char *type, uint64_t *ret);
};

struct zol_klayout {
	/* of struct module */
	uint64_t list, name, state, base, size, sect_attrs;
	uint64_t percpu; /* 0: it has none (no SMP) */
	/* of struct module_sect_attrs before 6.14 */
	uint64_t nsections, attrs, stride, attr_name, attr_addr;
	/* since 6.14: bin_attrs of module_sect_attrs; name and private of bin_attribute. 0: the other form */
	uint64_t bin_attrs, bin_name, bin_private;
};

/* Works the layout out. ZOL_NEGATIVE names what the types do not have. */
int zol_klayout_find(const struct zol_types *t, struct zol_klayout *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* As text, for a cache, and back: ZOL_MALFORMED when anything is missing or beyond reason. */
void zol_klayout_text(const struct zol_klayout *l, struct zol_str *out) ZOL_NONNULL(1, 2);
int zol_klayout_parse(struct zol_span text, struct zol_klayout *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
