/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What is generated from the option rows at build time (program zolkit-gen). Each appends a whole file or section. */

#include "cli/cli.h"

void zol_export_bash(const struct zol_table *t, struct zol_str *s) ZOL_NONNULL(1, 2);
void zol_export_zsh(const struct zol_table *t, struct zol_str *s) ZOL_NONNULL(1, 2);
void zol_export_fish(const struct zol_table *t, struct zol_str *s) ZOL_NONNULL(1, 2);

/* zolkit.eselect: describe_<module> and do_<module> for each module, calling the program. */
void zol_export_eselect(const struct zol_table *t, struct zol_str *s) ZOL_NONNULL(1, 2);

/* scdoc: synopsis lines, and actions with their options, of one module ("" : top level and global options). */
void zol_export_man_synopsis(const struct zol_table *t, const char *module, struct zol_str *s) ZOL_NONNULL(1, 2, 3);
void zol_export_man_options(const struct zol_table *t, const char *module, struct zol_str *s) ZOL_NONNULL(1, 2, 3);
