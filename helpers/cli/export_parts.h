/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Walks over the tables that several exporters need. Hidden actions are left out everywhere. */

#include "cli/cli.h"

typedef void zol_parts_fn(const struct zol_module *m, const struct zol_action *a, void *ctx);
void zol_parts_each_action(const struct zol_table *t, zol_parts_fn *fn, void *ctx) ZOL_NONNULL(1, 2);

/* Blank-separated: all first words of a command, all actions of a module. */
void zol_parts_first_words(const struct zol_table *t, struct zol_str *s) ZOL_NONNULL(1, 2);
void zol_parts_action_names(const struct zol_module *m, struct zol_str *s) ZOL_NONNULL(1, 2);

/* Whether the action accepts this global option and has none of its own that hides it. */
bool zol_parts_global_fits(const struct zol_action *a, const struct zol_opt *global) ZOL_NONNULL(1, 2);

/* A piece that was made apart and is incomplete makes the whole incomplete. */
static inline void zol_parts_same_fate(struct zol_str *whole, const struct zol_str *piece)
{
	whole->oom = whole->oom || piece->oom;
}
