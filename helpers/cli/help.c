/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include "base/rows.h"
#include "cli/export_parts.h"

const char *const zol_help_exits[] = {
	"0 done",
	"1 a negative answer: a check or a test failed",
	"2 usage: a wrong option, operand or configuration value",
	"3 system: a system call or a local resource failed",
	"4 network: no mirror delivered",
	"5 verification: a signature, key, digest, size, age or rollback was refused",
	"6 malformed input",
	"7 a program that was started failed",
	NULL,
};

enum { GAP = 2, COLUMN_MAX = 30, WIDTH_MIN = 40, WIDTH_MAX = 100 };

static void blanks(struct zol_str *s, size_t n)
{
	while (n--)
		zol_str_putc(s, ' ');
}

void zol_help_wrap(const char *text, size_t indent, size_t at, size_t width, struct zol_str *s)
{
	struct zol_span left = zol_span_c(text), word;
	bool first = true;

	while (zol_span_field(&left, " \n", &word)) {
		size_t w = zol_text_width(word.ptr, word.len);

		if (!first && at + 1 + w > width) {
			zol_str_putc(s, '\n');
			at = 0;
		} else if (!first) {
			zol_str_putc(s, ' ');
			at++;
		}
		if (at < indent) {
			blanks(s, indent - at);
			at = indent;
		}
		zol_str_add(s, word.ptr, word.len);
		at += w;
		first = false;
	}
	zol_str_putc(s, '\n');
}

void zol_help_command(const struct zol_table *t, const struct zol_module *m, const struct zol_action *a,
		      struct zol_str *s)
{
	zol_str_puts(s, t->program);
	if (m && m->name[0])
		zol_str_printf(s, " %s", m->name);
	if (a)
		zol_str_printf(s, " %s", a->name);
}

const char *zol_help_more(const struct zol_operand *o)
{
	/* "SOURCE NEW" names each of a fixed number itself. */
	return o->max > 1 && o->max != o->min ? "..." : "";
}

void zol_help_operand(const struct zol_operand *o, struct zol_str *s)
{
	zol_str_printf(s, o->min ? "%s%s" : "[%s%s]", o->name, zol_help_more(o));
}

void zol_help_text(const struct zol_opt *o, struct zol_str *s)
{
	zol_str_puts(s, o->help);
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		zol_str_printf(s, "%s%s", i ? ", " : " (", o->choices[i]);
	if (o->choices && o->choices[0])
		zol_str_putc(s, ')');
}

/* One row of two columns: a name in column 2, its text from column on. */
static void row(struct zol_str *s, const char *name, const char *text, size_t column, size_t width)
{
	size_t at = GAP + zol_text_width(name, strlen(name));

	blanks(s, GAP);
	zol_str_puts(s, name);
	if (at + GAP > column) {
		zol_str_putc(s, '\n');
		at = 0;
	}
	zol_help_wrap(text, column, at, width, s);
}

static void option_name(const struct zol_opt *o, struct zol_str *s)
{
	if (o->letter)
		zol_str_printf(s, "-%c, ", o->letter);
	else
		zol_str_puts(s, "    ");
	zol_str_printf(s, "--%s", o->name);
	if (o->kind == ZOL_OPT_MAYBE)
		zol_str_printf(s, "[=%s]", o->arg ? o->arg : "VALUE");
	else if (o->kind != ZOL_OPT_FLAG)
		zol_str_printf(s, " %s", o->arg ? o->arg : "VALUE");
}

static void options(const char *title, const struct zol_opt *opts, size_t n, size_t width, struct zol_str *s)
{
	size_t column = 0;

	if (!n)
		return;
	zol_str_printf(s, "\n%s:\n", title);
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
		size_t need;

		option_name(&opts[i], &name);
		zol_parts_same_fate(s, &name);
		need = (size_t)GAP + name.len + GAP;
		if (need > column)
			column = need > COLUMN_MAX ? COLUMN_MAX : need;
	}
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		option_name(&opts[i], &name);
		zol_help_text(&opts[i], &text);
		row(s, zol_str_c(&name), zol_str_c(&text), column, width);
		zol_parts_same_fate(s, &name);
		zol_parts_same_fate(s, &text);
	}
}

static size_t actions_column(const struct zol_module *m)
{
	size_t column = 0;

	for (size_t i = 0; i < m->nactions; i++) {
		size_t need = (size_t)GAP + strlen(m->actions[i].name) + GAP;

		if (!(m->actions[i].flags & ZOL_ACT_HIDDEN) && need > column)
			column = need;
	}
	return column;
}

static void actions(const struct zol_module *m, size_t column, size_t width, struct zol_str *s)
{
	for (size_t i = 0; i < m->nactions; i++)
		if (!(m->actions[i].flags & ZOL_ACT_HIDDEN))
			row(s, m->actions[i].name, m->actions[i].summary, column, width);
}

/* A summary by itself: with a capital letter and a full stop. */
static void sentence(const char *summary, size_t width, struct zol_str *s)
{
	ZOL_AUTO(str) struct zol_str copy = ZOL_STR_INIT;

	zol_str_printf(&copy, "%s.", summary);
	if (copy.ptr && copy.ptr[0] >= 'a' && copy.ptr[0] <= 'z')
		copy.ptr[0] = (char)(copy.ptr[0] - 'a' + 'A');
	zol_help_wrap(zol_str_c(&copy), 0, 0, width, s);
	zol_parts_same_fate(s, &copy);
}

static void more(struct zol_str *s, size_t width, const char *fmt, ...) ZOL_PRINTF(3, 4);
static void more(struct zol_str *s, size_t width, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	zol_help_wrap(zol_str_c(&text), 0, 0, width, s);
	zol_parts_same_fate(s, &text);
}

static void help_top(const struct zol_table *t, size_t width, struct zol_str *s)
{
	size_t column = 0, n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	zol_str_printf(s, "Usage: %s [global options] <module> <action> [options] [operands]\n\n", t->program);
	zol_help_wrap(t->summary, 0, 0, width, s);
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];
		size_t need = m->name[0] ? (size_t)GAP + strlen(m->name) + GAP : actions_column(m);

		if (need > column)
			column = need;
	}
	for (size_t i = 0; i < t->nmodules; i++) {
		if (t->modules[i]->name[0] || !t->modules[i]->nactions)
			continue;
		zol_str_puts(s, "\nCommands:\n");
		actions(t->modules[i], column, width, s);
	}
	zol_str_puts(s, "\nModules:\n");
	for (size_t i = 0; i < t->nmodules; i++)
		if (t->modules[i]->name[0])
			row(s, t->modules[i]->name, t->modules[i]->summary, column, width);
	options("Global options (before the module, or among an action's own)", globals, n, width, s);
	zol_str_puts(s, "\nExit status:\n");
	for (size_t i = 0; zol_help_exits[i]; i++)
		zol_help_wrap(zol_help_exits[i], GAP + 2, GAP, width, s);
	zol_str_puts(s, "\nUnique prefixes of modules and actions will do.\n");
	more(s, width, "More: '%s <module> [<action>] --help'.", t->program);
}

static void help_module(const struct zol_table *t, const struct zol_module *m, size_t width, struct zol_str *s)
{
	zol_str_printf(s, "Usage: %s [global options] %s <action> [options] [operands]\n\n", t->program, m->name);
	sentence(m->summary, width, s);
	zol_str_puts(s, "\nActions:\n");
	actions(m, actions_column(m), width, s);
	zol_str_putc(s, '\n');
	more(s, width, "More: '%s %s <action> --help'; global options: '%s --help'.", t->program, m->name, t->program);
}

static void paragraphs(const char *text, size_t width, struct zol_str *s)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);
		ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT;

		zol_str_add(&one, text, len);
		zol_str_putc(s, '\n');
		zol_help_wrap(zol_str_c(&one), 0, 0, width, s);
		zol_parts_same_fate(s, &one);
		text += len;
		while (*text == '\n')
			text++;
	}
}

static void help_action(const struct zol_table *t, const struct zol_module *m, const struct zol_action *a, size_t width,
			struct zol_str *s)
{
	ZOL_AUTO(str) struct zol_str more = ZOL_STR_INIT;

	zol_str_puts(s, "Usage: ");
	zol_help_command(t, m, a, s);
	zol_str_puts(s, " [options]");
	if (a->operand) {
		zol_str_putc(s, ' ');
		zol_help_operand(a->operand, s);
	}
	zol_str_puts(s, "\n\n");
	sentence(a->summary, width, s);
	if (a->text)
		paragraphs(a->text, width, s);
	if (a->operand) {
		zol_str_puts(s, "\nOperands:\n");
		row(s, a->operand->name, a->operand->help ? a->operand->help : "",
		    (size_t)GAP + strlen(a->operand->name) + GAP, width);
	}
	options("Options", a->opts, a->nopts, width, s);
	zol_str_putc(s, '\n');
	zol_str_puts(&more, "Global options: --config FILE, -g NAME, -q, -v, --color WHEN, --progress-fd N, --help");
	if (a->flags & ZOL_ACT_DRY_RUN)
		zol_str_puts(&more, ", -n (--dry-run)");
	if (a->flags & ZOL_ACT_JSON)
		zol_str_puts(&more, ", --json");
	zol_str_printf(&more, ". See '%s --help'.", t->program);
	zol_help_wrap(zol_str_c(&more), 0, 0, width, s);
	zol_parts_same_fate(s, &more);
	if (a->flags & ZOL_ACT_ROOT)
		zol_str_puts(s, a->flags & ZOL_ACT_DRY_RUN ? "Needs root, except with --dry-run.\n" : "Needs root.\n");
}

void zol_cli_help(const struct zol_table *t, const struct zol_module *m, const struct zol_action *a, int width,
		  struct zol_str *s)
{
	size_t w = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : (size_t)width;

	if (m && a)
		help_action(t, m, a, w, s);
	else if (m && m->name[0])
		help_module(t, m, w, s);
	else
		help_top(t, w, s);
}
