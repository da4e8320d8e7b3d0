/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* /proc/kallsyms: "ADDRESS TYPE NAME[\t[MODULE]]" lines. */

#include "core/syms.h"

/* Zero-initialise. */
struct zol_kallsyms {
	struct zol_syms syms;    /* group 0: the kernel itself; n: modules.v[n - 1] */
	struct zol_strv modules; /* names without brackets */
	uint64_t text, stext;    /* of _text and _stext; 0: not there */
	size_t hidden;           /* lines whose address is 0, as for readers without the right to see them */
};

void zol_kallsyms_free(struct zol_kallsyms *k) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kallsyms, struct zol_kallsyms, zol_kallsyms_free);

/*
 * Reads functions and variables (types T, W, D, B in either case: what perf takes) and sorts them. The
 * names are borrowed from the text. Lines of another form are ZOL_MALFORMED.
 */
int zol_kallsyms_parse(struct zol_span text, struct zol_kallsyms *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The group of a module, made when it is new; 0 when there is no room. */
uint16_t zol_kallsyms_group(struct zol_kallsyms *k, struct zol_span module) ZOL_NONNULL(1);

/* The kernel moved by so much between this list and the recording: its own symbols move, those of modules stay. */
void zol_kallsyms_shift(struct zol_kallsyms *k, uint64_t by) ZOL_NONNULL(1);

/* The module's name of a symbol of syms, or NULL for the kernel itself. */
const char *zol_kallsyms_module(const struct zol_kallsyms *k, const struct zol_sym *y) ZOL_NONNULL(1, 2);
