/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * zolkit-gen: at build time, writes to stdout what follows from the option and settings rows.
 *
 *	zolkit-gen zolkit.bash | _zolkit | zolkit.fish | zolkit.eselect | zolkit.conf
 *	zolkit-gen man FILE.scd
 *	zolkit-gen rows             every command and option, for the tests; "prog" names one that another
 *	                            program runs and that needs neither root nor operands
 *
 * In a manual page, a line "@SYNOPSIS module@" or "@OPTIONS module@" (without a module: the top
 * level), "@SETTINGS@", "@MODULES@" or "@EXITS@" is replaced. Any other line of that form is an error.
 */

#include <errno.h>

#include "base/out.h"
#include "base/path.h"
#include "cli/export.h"
#include "cli/help.h"
#include "cmd/table.h"
#include "core/settings.h"

static int synopsis(const char *module, struct zol_str *s)
{
	zol_export_man_synopsis(&zol_table, module, s);
	return 0;
}

static int options(const char *module, struct zol_str *s)
{
	zol_export_man_options(&zol_table, module, s);
	return 0;
}

static int settings(ZOL_UNUSED const char *module, struct zol_str *s)
{
	zol_settings_man(s);
	return 0;
}

static int exits(ZOL_UNUSED const char *module, struct zol_str *s)
{
	for (size_t i = 0; zol_help_exits[i]; i++)
		zol_str_printf(s, "%s*%c*\n\t%s.\n", i ? "\n" : "", zol_help_exits[i][0], zol_help_exits[i] + 2);
	return 0;
}

static int modules(ZOL_UNUSED const char *module, struct zol_str *s)
{
	for (size_t i = 0; i < zol_table.nmodules; i++) {
		const struct zol_module *m = zol_table.modules[i];

		if (m->name[0])
			zol_str_printf(s, "%s*%s*\n\t%s. See *zolkit-%s*(8).\n", i ? "\n" : "", m->name, m->summary,
				       m->name);
	}
	return 0;
}

static const struct {
	const char *name;
	bool takes_module;
	int (*write)(const char *module, struct zol_str *s);
} markers[] = {
	{ "SYNOPSIS", true, synopsis }, { "OPTIONS", true, options },  { "SETTINGS", false, settings },
	{ "EXITS", false, exits },      { "MODULES", false, modules },
};

static bool known_module(const char *name)
{
	for (size_t i = 0; i < zol_table.nmodules; i++)
		if (strcmp(zol_table.modules[i]->name, name) == 0)
			return true;
	return !name[0];
}

/* 1 when the line was a marker and is replaced. */
static int replace(struct zol_span line, struct zol_str *s, struct zol_err *err)
{
	ZOL_AUTO(free) char *module = NULL;
	struct zol_span inner, name;

	if (line.len < 3 || line.ptr[0] != '@' || line.ptr[line.len - 1] != '@')
		return 0;
	inner = zol_span(line.ptr + 1, line.len - 2);
	if (!zol_span_field(&inner, " ", &name))
		return 0;
	module = zol_span_dup(zol_span_trim(inner));
	if (!module)
		return zol_err_oom(err);
	for (size_t i = 0; i < ZOL_COUNT(markers); i++) {
		if (!zol_span_eq(name, markers[i].name) || (!markers[i].takes_module && module[0]))
			continue;
		if (!known_module(module))
			return zol_err_set(err, ZOL_MALFORMED, 0, "no module '%s'", module);
		markers[i].write(module, s);
		return 1;
	}
	return zol_err_set(err, ZOL_MALFORMED, 0, "unknown marker '%.*s'", (int)line.len, line.ptr);
}

static int man(const char *file, struct zol_str *s, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span left, line;
	unsigned number = 0;
	int r = zol_read_file(file, ZOL_READ_MAX, &text, err);

	if (r < 0)
		return r;
	left = zol_span_str(&text);
	while (zol_span_line(&left, &line)) {
		number++;
		r = replace(line, s, err);
		if (r < 0)
			return zol_err_wrap(err, "%s:%u", file, number);
		if (r == 0) {
			zol_str_add(s, line.ptr, line.len);
			zol_str_putc(s, '\n');
		}
	}
	return 0;
}

static void option_row(const char *module, const char *action, const struct zol_opt *o, struct zol_str *s)
{
	zol_str_printf(s, "option\t%s\t%s\t%s\t%c\t%s\t", module, action, o->name, o->letter ? o->letter : '-',
		       o->kind == ZOL_OPT_FLAG  ? "flag" :
		       o->kind == ZOL_OPT_MAYBE ? "maybe" :
						  "value");
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		zol_str_printf(s, "%s%s", i ? "," : "", o->choices[i]);
	zol_str_putc(s, '\n');
}

static void rows(const struct zol_table *t, struct zol_str *s)
{
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++)
		option_row("*", "*", &globals[i], s);
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];
		const char *name = m->name[0] ? m->name : "-";

		zol_str_printf(s, "module\t%s\n", name);
		for (size_t k = 0; k < m->nactions; k++) {
			const struct zol_action *a = &m->actions[k];

			if (a->flags & ZOL_ACT_HIDDEN)
				continue;
			zol_str_printf(s, "action\t%s\t%s\n", name, a->name);
			if (m->prog && !(a->flags & ZOL_ACT_ROOT) && (!a->operand || !a->operand->min))
				zol_str_printf(s, "prog\t%s\t%s\t%s\n", name, m->prog, a->name);
			for (size_t j = 0; j < a->nopts; j++)
				option_row(name, a->name, &a->opts[j], s);
		}
	}
}

static const struct {
	const char *name;
	void (*write)(const struct zol_table *t, struct zol_str *s);
} exporters[] = {
	{ "zolkit.bash", zol_export_bash },
	{ "_zolkit", zol_export_zsh },
	{ "zolkit.fish", zol_export_fish },
	{ "zolkit.eselect", zol_export_eselect },
	{ "rows", rows },
};

static int generate(int argc, char **argv, struct zol_str *s, struct zol_err *err)
{
	if (argc == 3 && strcmp(argv[1], "man") == 0)
		return man(argv[2], s, err);
	if (argc == 2 && strcmp(argv[1], "zolkit.conf") == 0) {
		zol_settings_file(s);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < ZOL_COUNT(exporters); i++) {
		if (strcmp(argv[1], exporters[i].name) == 0) {
			exporters[i].write(&zol_table, s);
			return 0;
		}
	}
	return zol_err_set(err, ZOL_USAGE, 0,
			   "zolkit-gen zolkit.bash|_zolkit|zolkit.fish|zolkit.eselect|zolkit.conf|rows, "
			   "or zolkit-gen man FILE.scd");
}

int main(int argc, char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_out out;
	int r = generate(argc, argv, &s, &err);

	zol_out_init(&out, stdout, stderr, ZOL_COLOR_AUTO);
	if (r == 0)
		r = zol_str_check(&s, &err);
	if (r == 0 && s.len && fwrite(s.ptr, s.len, 1, stdout) != 1)
		r = zol_err_sys(&err, "standard output");
	if (r == 0)
		r = zol_out_finish(&out, &err);
	if (r < 0)
		zol_out_error(&out, &err);
	return r < 0 ? (int)err.code : 0;
}
