/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What differs between two configurations. A symbol that is not there is n. */

#include "core/kconfig_frag.h"

struct zol_kchange {
	const char *name;      /* without CONFIG_; borrowed, as all of these */
	const char *from, *to; /* as in a .config; NULL: not there, and the other is no y, m or n */
};

/* Zero-initialise. */
struct zol_kchanges {
	struct zol_kchange *v; /* sorted by name */
	size_t len, cap;
};

void zol_kchanges_free(struct zol_kchanges *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kchanges, struct zol_kchanges, zol_kchanges_free);

/* Appends all differences; of a name that is set more than once the last setting counts. */
int zol_kchanges_find(const struct zol_kfrags *from, const struct zol_kfrags *to, struct zol_kchanges *ret,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Whether a name has the same value in both, as zol_kchanges_find() has it. */
bool zol_kchanges_same(const struct zol_kfrags *a, const struct zol_kfrags *b, const char *name) ZOL_NONNULL(1, 2, 3);
