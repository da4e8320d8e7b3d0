/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The args structure of an action as bytes described by its option rows. */

#include "cli/cli.h"

/* Zeroed memory for the action's args (never NULL for lack of members), or NULL when out of memory. */
void *zol_args_new(const struct zol_action *a) ZOL_MUST_CHECK ZOL_NONNULL(1);

/* Releases it with the lists in it. */
void zol_args_free(const struct zol_action *a, void *args) ZOL_NONNULL(1);

/*
 * Stores the value of one option (NULL for a flag) at base + opt->offset. Strings are not copied,
 * list entries are. Returns 0, ZOL_USAGE when the value is not of the option's kind, or ENOMEM.
 */
int zol_args_set(void *base, const struct zol_opt *opt, const char *value, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Adds an operand to the list that the row names. */
int zol_args_operand(void *base, const struct zol_operand *operand, const char *word, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
/* How many there are. */
size_t zol_args_operands(const void *base, const struct zol_operand *operand) ZOL_NONNULL(1, 2);
