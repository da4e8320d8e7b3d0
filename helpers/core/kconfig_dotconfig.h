/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* .config files: reading user values as the tree's conf reads them, and writing, byte for byte. */

#include "core/kconfig.h"
#include "core/kconfig_frag.h"

/* Why a line had no effect when it was read. */
enum zol_kread {
	ZOL_KREAD_OK,
	ZOL_KREAD_UNKNOWN, /* no symbol of that name is defined */
	ZOL_KREAD_INVALID, /* m for a bool, text without quotes, no number */
};

/* Forgets all user values. */
void zol_kconfig_reset(struct zol_kconfig *k) ZOL_NONNULL(1);

/*
 * One line "CONFIG_X=value" or "# CONFIG_X is not set" (is_not_set) as a user value. name without
 * CONFIG_; value as it stands behind "=". mark: kept as user_line of the symbol.
 */
enum zol_kread zol_kconfig_assign(struct zol_kconfig *k, struct zol_span name, struct zol_span value, bool is_not_set,
				  uint32_t mark) ZOL_NONNULL(1);

/* Whether text (as behind "=") is a value of the symbol's type. */
bool zol_kconfig_valid(const struct zol_ksym *s, struct zol_span v) ZOL_NONNULL(1);

/* All lines of a text, in order; what is no setting is passed over. */
void zol_kconfig_read(struct zol_kconfig *k, struct zol_span text) ZOL_NONNULL(1);

/* What conf does when it has read a file: values out of range, and of what is not shown, are forgotten. */
void zol_kconfig_settle(struct zol_kconfig *k) ZOL_NONNULL(1);

/*
 * allnoconfig, allmodconfig (a bool gets y), allyesconfig: every bool and tristate without a user
 * value gets v; choices and their members only up to 6.10, and not n.
 */
void zol_kconfig_set_all(struct zol_kconfig *k, enum zol_ktri v) ZOL_NONNULL(1);

/* The .config as conf would write it. */
void zol_kconfig_write(struct zol_kconfig *k, struct zol_str *out) ZOL_NONNULL(1, 2);
/* savedefconfig: only what differs from the defaults. */
void zol_kconfig_write_def(struct zol_kconfig *k, struct zol_str *out) ZOL_NONNULL(1, 2);
/* Appends one symbol's line(s). */
void zol_ksym_write(struct zol_kconfig *k, struct zol_ksym *s, struct zol_str *out) ZOL_NONNULL(1, 2, 3);
