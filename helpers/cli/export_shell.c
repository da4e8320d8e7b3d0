/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"

void zol_export_bash(const struct zol_table *t, struct zol_str *s)
{
	zol_str_printf(s, "# %s\n", t->program);
}

void zol_export_zsh(const struct zol_table *t, struct zol_str *s)
{
	zol_str_printf(s, "#compdef %s\n", t->program);
}

void zol_export_fish(const struct zol_table *t, struct zol_str *s)
{
	zol_str_printf(s, "# %s\n", t->program);
}

void zol_export_eselect(const struct zol_table *t, struct zol_str *s)
{
	zol_str_printf(s, "# %s\n", t->program);
}
