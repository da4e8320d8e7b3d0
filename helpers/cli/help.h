/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Pieces of help that the exporters need too. */

#include "cli/cli.h"

/* "zolkit stage fetch": program, module and action (both may be NULL; the top level has no module name). */
void zol_help_command(const struct zol_table *t, const struct zol_module *m, const struct zol_action *a,
		      struct zol_str *s) ZOL_NONNULL(1, 4);

/* An operand row as in a usage line: NAME, [NAME], NAME..., [NAME...] */
void zol_help_operand(const struct zol_operand *o, struct zol_str *s) ZOL_NONNULL(1, 2);

/* What follows its name there: "..." or nothing. */
const char *zol_help_more(const struct zol_operand *o) ZOL_NONNULL(1);

/* The help of an option with its choices behind it. */
void zol_help_text(const struct zol_opt *o, struct zol_str *s) ZOL_NONNULL(1, 2);

/* text in lines of at most width columns, each after indent blanks; the first continues a line at column at. */
void zol_help_wrap(const char *text, size_t indent, size_t at, size_t width, struct zol_str *s) ZOL_NONNULL(1, 5);

/* The exit codes, NULL-terminated, each "0 done". */
extern const char *const zol_help_exits[];
