/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export_parts.h"

void zol_parts_each_action(const struct zol_table *t, zol_parts_fn *fn, void *ctx)
{
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		for (size_t k = 0; k < m->nactions; k++)
			if (!(m->actions[k].flags & ZOL_ACT_HIDDEN))
				fn(m, &m->actions[k], ctx);
	}
}

void zol_parts_action_names(const struct zol_module *m, struct zol_str *s)
{
	const char *sep = "";

	for (size_t i = 0; i < m->nactions; i++) {
		if (m->actions[i].flags & ZOL_ACT_HIDDEN)
			continue;
		zol_str_printf(s, "%s%s", sep, m->actions[i].name);
		sep = " ";
	}
}

void zol_parts_first_words(const struct zol_table *t, struct zol_str *s)
{
	const char *sep = "";

	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		zol_str_puts(s, sep);
		if (m->name[0])
			zol_str_puts(s, m->name);
		else
			zol_parts_action_names(m, s);
		sep = " ";
	}
}

bool zol_parts_global_fits(const struct zol_action *a, const struct zol_opt *global)
{
	if (strcmp(global->name, "dry-run") == 0 && !(a->flags & ZOL_ACT_DRY_RUN))
		return false;
	if (strcmp(global->name, "json") == 0 && !(a->flags & ZOL_ACT_JSON))
		return false;
	for (size_t i = 0; i < a->nopts; i++)
		if (strcmp(a->opts[i].name, global->name) == 0)
			return false;
	return true;
}
