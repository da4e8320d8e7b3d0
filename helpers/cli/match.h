/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Finding modules, actions and options by what was typed. */

#include "cli/cli.h"

/*
 * The module or top-level action that word names: the exact name, else the one it is a prefix of.
 * For a top-level action *ret_action is set too. ZOL_USAGE when nothing or more than one matches.
 */
int zol_match_first(const struct zol_table *t, const char *word, const struct zol_module **ret_module,
		    const struct zol_action **ret_action, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* The action of a module, in the same way. */
int zol_match_action(const struct zol_table *t, const struct zol_module *m, const char *word,
		     const struct zol_action **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * The row of a long option (name_len bytes of name) or of a letter, first among the action's rows,
 * then among the global ones. NULL when there is none. *ret_global tells which. a may be NULL.
 */
const struct zol_opt *zol_match_long(const struct zol_action *a, const char *name, size_t name_len, bool *ret_global)
	ZOL_NONNULL(2, 4);
const struct zol_opt *zol_match_letter(const struct zol_action *a, char letter, bool *ret_global) ZOL_NONNULL(3);

/* The long option nearest to what was typed, for "did you mean", or NULL. */
const char *zol_match_nearest_opt(const struct zol_action *a, const char *name);
