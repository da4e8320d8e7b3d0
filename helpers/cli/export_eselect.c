/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "cli/export_parts.h"

/* Text in double quotes of bash. */
static void quoted(struct zol_str *s, const char *text)
{
	zol_str_putc(s, '"');
	for (; *text; text++) {
		if (strchr("\"\\$`", *text))
			zol_str_putc(s, '\\');
		zol_str_putc(s, *text);
	}
	zol_str_putc(s, '"');
}

/*
 * eselect's contract (eselect's libs/core.bash.in and the module developer guide): describe_<action>,
 * describe_<action>_parameters and do_<action>; die -q ends with a message and without a backtrace.
 */
static void action(const char *name, const char *summary, const char *parameters, const char *command,
		   struct zol_str *s)
{
	zol_str_printf(s, "\n### %s action\n\ndescribe_%s() {\n\techo ", name, name);
	quoted(s, summary);
	zol_str_printf(s, "\n}\n\ndescribe_%s_parameters() {\n\techo ", name);
	quoted(s, parameters);
	zol_str_printf(s, "\n}\n\ndo_%s() {\n\tzolkit_call %s \"$@\"\n}\n", name, command);
}

static const struct zol_action *find(const struct zol_table *t, const char *module, const char *name)
{
	for (size_t i = 0; i < t->nmodules; i++)
		for (size_t k = 0; strcmp(t->modules[i]->name, module) == 0 && k < t->modules[i]->nactions; k++)
			if (strcmp(t->modules[i]->actions[k].name, name) == 0)
				return &t->modules[i]->actions[k];
	return NULL;
}

static void module(const struct zol_module *m, struct zol_str *s)
{
	ZOL_AUTO(str) struct zol_str names = ZOL_STR_INIT;

	zol_parts_action_names(m, &names);
	for (char *c = names.ptr; c && *c; c++)
		if (*c == ' ')
			*c = '|';
	zol_str_puts(&names, " ...");
	action(m->name, m->summary, zol_str_c(&names), m->name, s);
	zol_parts_same_fate(s, &names);
}

/* The standard actions of eselect modules, for what Gentoo's users choose: live packages, or else guests. */
static void standard(const struct zol_table *t, struct zol_str *s)
{
	static const struct {
		const char *name, *summary, *parameters, *command;
	} live[] = {
		{ "list", "List live packages, what they are built from, and what is installed", "",
		  "portage live list" },
		{ "show", "Show all that is known of a live package", "<package>", "portage live show" },
		{ "set", "Choose the branch that a live package is built from", "<package> <branch>",
		  "portage live set" },
		{ "unset", "Take that choice back", "<package>", "portage live unset" },
	};
	const struct zol_action *list = find(t, "guest", "list");

	for (size_t i = 0; find(t, "portage", "live") && i < ZOL_COUNT(live); i++)
		action(live[i].name, live[i].summary, live[i].parameters, live[i].command, s);
	if (list && !find(t, "portage", "live"))
		action("list", list->summary, "", "guest list", s);
}

void zol_export_eselect(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "# -*-eselect-*-  vim: ft=eselect\n# Generated from the option tables of zolkit.\n"
			"# Distributed under the terms of the GNU General Public License v2\n\nDESCRIPTION=");
	quoted(s, t->summary);
	zol_str_printf(s, "\nMAINTAINER=\"zolkit\"\nVERSION=\"%s\"\n", t->version);
	zol_str_puts(s, "\n# The program does the work and says what went wrong.\nzolkit_call() {\n"
			"\tlocal ret=0\n\tcommand zolkit \"$@\" || ret=$?\n"
			"\t[[ ${ret} -eq 0 ]] || die -q \"zolkit $1 failed with status ${ret}\"\n}\n");
	standard(t, s);
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		if (m->name[0]) {
			module(m, s);
			continue;
		}
		for (size_t k = 0; k < m->nactions; k++)
			if (!(m->actions[k].flags & ZOL_ACT_HIDDEN))
				action(m->actions[k].name, m->actions[k].summary, "[options]", m->actions[k].name, s);
	}
}
