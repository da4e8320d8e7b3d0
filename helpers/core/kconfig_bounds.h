/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What values a symbol can have at all, whatever is set: proofs that something cannot be. Part of satisfy. */

#include "core/kconfig.h"

/* By index of symbol; only for bool and tristate ones. Zero-initialise. */
struct zol_kbounds {
	uint8_t *min, *max; /* enum zol_ktri */
};

void zol_kbounds_free(struct zol_kbounds *b) ZOL_NONNULL(1);

/* The least fixed points over all symbols. */
int zol_kbounds_find(struct zol_kconfig *k, struct zol_kbounds *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The most and the least that an expression can be; NULL: y. */
enum zol_ktri zol_kbounds_high(const struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_kexpr *e)
	ZOL_NONNULL(1, 2);
enum zol_ktri zol_kbounds_low(const struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_kexpr *e)
	ZOL_NONNULL(1, 2);

/*
 * The most (up) or the least that the end of a range can be: a number, or what the defaults of a
 * symbol without a prompt say. base: 10 or 16. False when it is not known.
 */
bool zol_kbounds_end(const struct zol_ksym *s, int base, bool up, long long *ret) ZOL_NONNULL(1, 4);

/*
 * Whether an int, hex or string symbol can never have a value (as in a .config, strings in quotes):
 * no value of its type, outside every range, or no prompt and no such default.
 */
bool zol_kbounds_never(struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_ksym *s, const char *raw)
	ZOL_NONNULL(1, 2, 3, 4);
