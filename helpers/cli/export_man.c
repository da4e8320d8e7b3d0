/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "cli/export_parts.h"
#include "cli/help.h"

/* scdoc(5): a backslash takes the meaning from what follows. */
static void escape(struct zol_str *s, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\_*#|[]<>~`", *text))
			zol_str_putc(s, '\\');
		zol_str_putc(s, *text);
	}
}

static const struct zol_module *find(const struct zol_table *t, const char *name)
{
	for (size_t i = 0; i < t->nmodules; i++)
		if (strcmp(t->modules[i]->name, name) == 0)
			return t->modules[i];
	return NULL;
}

/* _ARG_, with the underscores that a name may have kept as they are. */
static void value_name(struct zol_str *s, const char *name)
{
	zol_str_putc(s, '_');
	escape(s, name);
	zol_str_putc(s, '_');
}

static void value_of(const struct zol_opt *o, struct zol_str *s)
{
	if (o->kind == ZOL_OPT_FLAG)
		return;
	zol_str_puts(s, o->kind == ZOL_OPT_MAYBE ? "\\[=" : " ");
	value_name(s, o->arg ? o->arg : "VALUE");
	if (o->kind == ZOL_OPT_MAYBE)
		zol_str_putc(s, ']');
}

static void synopsis_option(struct zol_str *s, const struct zol_opt *o)
{
	zol_str_puts(s, " \\[");
	if (o->letter)
		zol_str_printf(s, "*-%c*|", o->letter);
	zol_str_printf(s, "*--%s*", o->name);
	value_of(o, s);
	zol_str_puts(s, o->kind == ZOL_OPT_LIST ? "]..." : "]");
}

static void synopsis_operand(struct zol_str *s, const struct zol_operand *o)
{
	zol_str_puts(s, o->min ? " " : " \\[");
	value_name(s, o->name);
	zol_str_printf(s, "%s%s", zol_help_more(o), o->min ? "" : "]");
}

void zol_export_man_synopsis(const struct zol_table *t, const char *module, struct zol_str *s)
{
	const struct zol_module *m = find(t, module);
	bool first = true;

	if (!module[0]) {
		zol_str_printf(s, "*%s* \\[_global options_] _module_ _action_ \\[_options_] \\[_operands_]",
			       t->program);
		first = false;
	}
	for (size_t i = 0; m && i < m->nactions; i++) {
		const struct zol_action *a = &m->actions[i];
		ZOL_AUTO(str) struct zol_str command = ZOL_STR_INIT;

		if (a->flags & ZOL_ACT_HIDDEN)
			continue;
		zol_help_command(t, m, a, &command);
		zol_str_printf(s, "%s*%s*", first ? "" : "++\n", zol_str_c(&command));
		zol_parts_same_fate(s, &command);
		first = false;
		for (size_t k = 0; k < a->nopts; k++)
			synopsis_option(s, &a->opts[k]);
		if (a->operand)
			synopsis_operand(s, a->operand);
	}
	zol_str_putc(s, '\n');
}

static void options(struct zol_str *s, const struct zol_opt *opts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		zol_str_putc(s, '\n');
		if (opts[i].letter)
			zol_str_printf(s, "*-%c*, ", opts[i].letter);
		zol_str_printf(s, "*--%s*", opts[i].name);
		value_of(&opts[i], s);
		zol_str_puts(s, "\n\t");
		zol_help_text(&opts[i], &text);
		escape(s, zol_str_c(&text));
		zol_parts_same_fate(s, &text);
		zol_str_puts(s, opts[i].kind == ZOL_OPT_LIST ? "; may be given again and again.\n" : ".\n");
	}
}

static void capitalised(struct zol_str *s, const char *text)
{
	ZOL_AUTO(str) struct zol_str copy = ZOL_STR_INIT;

	zol_str_puts(&copy, text);
	if (copy.len && copy.ptr[0] >= 'a' && copy.ptr[0] <= 'z')
		copy.ptr[0] = (char)(copy.ptr[0] - 'a' + 'A');
	escape(s, zol_str_c(&copy));
	zol_parts_same_fate(s, &copy);
}

static void flags(struct zol_str *s, const struct zol_action *a)
{
	const char *sep = "";

	if (!(a->flags & (ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON)))
		return;
	zol_str_puts(s, "\n");
	if (a->flags & ZOL_ACT_ROOT) {
		zol_str_puts(s, "Needs root.");
		sep = " ";
	}
	if (a->flags & ZOL_ACT_DRY_RUN) {
		zol_str_printf(s, "%sTakes *--dry-run*.", sep);
		sep = " ";
	}
	if (a->flags & ZOL_ACT_JSON)
		zol_str_printf(s, "%sTakes *--json*.", sep);
	zol_str_puts(s, "\n");
}

static void action(struct zol_str *s, const struct zol_module *m, const struct zol_action *a)
{
	zol_str_printf(s, "## %s%s%s\n\n", m->name, m->name[0] ? " " : "", a->name);
	capitalised(s, a->summary);
	zol_str_puts(s, ".\n");
	if (a->text) {
		zol_str_putc(s, '\n');
		escape(s, a->text);
		zol_str_putc(s, '\n');
	}
	flags(s, a);
	if (a->operand && a->operand->help) {
		zol_str_putc(s, '\n');
		value_name(s, a->operand->name);
		zol_str_puts(s, "\n\t");
		escape(s, a->operand->help);
		zol_str_puts(s, ".\n");
	}
	options(s, a->opts, a->nopts);
}

void zol_export_man_options(const struct zol_table *t, const char *module, struct zol_str *s)
{
	const struct zol_module *m = find(t, module);
	bool first = true;
	size_t n;

	if (!module[0]) {
		const struct zol_opt *globals = zol_cli_global_opts(&n);

		zol_str_puts(s, "## Global options\n");
		options(s, globals, n);
		first = false;
	}
	for (size_t i = 0; m && i < m->nactions; i++) {
		if (m->actions[i].flags & ZOL_ACT_HIDDEN)
			continue;
		if (!first)
			zol_str_putc(s, '\n');
		action(s, m, &m->actions[i]);
		first = false;
	}
}
