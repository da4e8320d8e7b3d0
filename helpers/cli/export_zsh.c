/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "cli/export_parts.h"

static const char machine[] =
	"# The name that WORD means: itself, or the only one it begins. Sets REPLY.\n"
	"_zolkit_pick() {\n"
	"\tlocal word=$1\n"
	"\tlocal -a found\n"
	"\tshift\n"
	"\tREPLY=$word\n"
	"\t(( ${@[(Ie)$word]} )) && return 0\n"
	"\tfound=( ${(M)@:#${(b)word}*} )\n"
	"\tREPLY=$found[1]\n"
	"\t(( $#found == 1 ))\n"
	"}\n\n"
	"_zolkit_guests() {\n"
	"\tlocal -a names\n"
	"\tnames=( ${(f)\"$(_call_program guests ${(q)_zolkit_command} guest list --names 2>/dev/null)\"} )\n"
	"\t_wanted guests expl guest compadd -a names\n"
	"}\n\n";

/* Text inside [...] of an _arguments specification that stands in single quotes. */
static void escape(struct zol_str *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			zol_str_puts(s, "'\\''");
		else if (strchr("[]:\\", *text))
			zol_str_printf(s, "\\%c", *text);
		else
			zol_str_putc(s, *text);
	}
}

static const char *helper(enum zol_complete c)
{
	switch (c) {
	case ZOL_COMPLETE_FILE:
		return "_files";
	case ZOL_COMPLETE_DIR:
		return "_files -/";
	case ZOL_COMPLETE_GUEST:
		return "_zolkit_guests";
	case ZOL_COMPLETE_COMMAND:
		return "_command_names -e";
	case ZOL_COMPLETE_NONE:
	default:
		return " ";
	}
}

static void value(const struct zol_opt *o, struct zol_str *s)
{
	zol_str_putc(s, ':');
	escape(s, o->arg ? o->arg : "VALUE");
	zol_str_putc(s, ':');
	if (!o->choices) {
		zol_str_puts(s, helper(o->complete));
		return;
	}
	for (size_t i = 0; o->choices[i]; i++) {
		zol_str_puts(s, i ? " " : "(");
		escape(s, o->choices[i]);
	}
	zol_str_putc(s, ')');
}

/* '(-a --arch)'{-a+,--arch=}'[help]:ARG:action' */
static void option(const struct zol_opt *o, struct zol_str *s)
{
	bool flag = !zol_opt_takes_word(o);
	bool again = o->kind == ZOL_OPT_LIST || strcmp(o->name, "verbose") == 0;

	zol_str_puts(s, "\t\t");
	if (again)
		zol_str_puts(s, "'*'");
	else if (o->letter)
		zol_str_printf(s, "'(-%c --%s)'", o->letter, o->name);
	if (o->letter)
		zol_str_printf(s, "{-%c%s,--%s%s}", o->letter, flag ? "" : "+", o->name, flag ? "" : "=");
	else
		zol_str_printf(s, "--%s%s", o->name, flag ? "" : "=");
	zol_str_puts(s, "'[");
	escape(s, o->help);
	zol_str_putc(s, ']');
	if (!flag)
		value(o, s);
	zol_str_puts(s, "'\n");
}

static void described(const char *name, const char *summary, struct zol_str *s)
{
	zol_str_printf(s, "\t\t'%s:", name);
	escape(s, summary);
	zol_str_puts(s, "'\n");
}

static void described_actions(const struct zol_module *m, struct zol_str *s)
{
	for (size_t i = 0; i < m->nactions; i++)
		if (!(m->actions[i].flags & ZOL_ACT_HIDDEN))
			described(m->actions[i].name, m->actions[i].summary, s);
}

static void first_words(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "_zolkit_first() {\n\tlocal -a names=(\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		if (t->modules[i]->name[0])
			described(t->modules[i]->name, t->modules[i]->summary, s);
		else
			described_actions(t->modules[i], s);
	}
	zol_str_puts(s, "\t)\n\t_describe -t modules module names\n}\n\n");
}

static void module_actions(const struct zol_module *m, struct zol_str *s)
{
	zol_str_printf(s, "_zolkit_%s_actions() {\n\tlocal -a names=(\n", m->name);
	described_actions(m, s);
	zol_str_puts(s, "\t)\n\t_describe -t actions action names\n}\n\n");
}

static void globals(struct zol_str *s)
{
	size_t n;
	const struct zol_opt *opts = zol_cli_global_opts(&n);

	zol_str_puts(s, "_zolkit_globals() {\n\tglobals=(\n");
	for (size_t i = 0; i < n; i++)
		option(&opts[i], s);
	zol_str_puts(s, "\t)\n}\n\n");
}

static void operand(const struct zol_action *a, struct zol_str *s)
{
	const struct zol_operand *o = a->operand;

	if (!o)
		return;
	if (a->flags & ZOL_ACT_COMMAND) {
		zol_str_printf(s, "\t\t'(-)1:%s:_command_names -e'\n\t\t'*::arguments:_normal'\n", o->name);
		return;
	}
	zol_str_printf(s, "\t\t'%s:", o->max == 1 ? "1" : "*");
	escape(s, o->name);
	zol_str_printf(s, ":%s'\n", helper(o->complete));
}

static void action(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	struct zol_str *s = ctx;
	size_t n;
	const struct zol_opt *opts = zol_cli_global_opts(&n);

	zol_str_printf(s, "_zolkit_%s_%s() {\n\tlocal -a specs=(\n", m->name, a->name);
	for (size_t i = 0; i < a->nopts; i++)
		option(&a->opts[i], s);
	for (size_t i = 0; i < n; i++)
		if (zol_parts_global_fits(a, &opts[i]))
			option(&opts[i], s);
	operand(a, s);
	zol_str_puts(s, "\t)\n\t_arguments -s -S $specs\n}\n\n");
}

/* The second word: which function has the options of module and action. */
static void module(const struct zol_module *m, struct zol_str *s)
{
	zol_str_printf(s, "_zolkit_%s() {\n\tlocal state REPLY\n\tlocal -a globals line\n\t_zolkit_globals\n", m->name);
	zol_str_printf(s, "\t_arguments -C -s -S $globals '(-)1: :_zolkit_%s_actions' '(-)*:: :->rest' && return\n",
		       m->name);
	zol_str_puts(s, "\t[[ $state == rest ]] || return 1\n\t_zolkit_pick $words[1] ");
	zol_parts_action_names(m, s);
	zol_str_printf(s, " || return 1\n\t_zolkit_%s_$REPLY\n}\n\n", m->name);
}

static void entry(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "_zolkit() {\n\tlocal curcontext=$curcontext state REPLY _zolkit_command=$words[1]\n"
			"\tlocal -a globals line\n\ttypeset -A opt_args\n\t_zolkit_globals\n"
			"\t_arguments -C -s -S $globals '(-)1: :_zolkit_first' '(-)*:: :->rest' && return\n"
			"\t[[ $state == rest ]] || return 1\n\t_zolkit_pick $words[1] ");
	zol_parts_first_words(t, s);
	zol_str_puts(s, " || return 1\n\tcase $REPLY in\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		for (size_t k = 0; !m->name[0] && k < m->nactions; k++)
			if (!(m->actions[k].flags & ZOL_ACT_HIDDEN))
				zol_str_printf(s, "\t%s) _zolkit__%s ;;\n", m->actions[k].name, m->actions[k].name);
	}
	zol_str_puts(s, "\t*) _zolkit_$REPLY ;;\n\tesac\n}\n\n");
}

void zol_export_zsh(const struct zol_table *t, struct zol_str *s)
{
	zol_str_printf(s, "#compdef %s\n# zsh completion for %s: generated from its option tables\n\n", t->program,
		       t->program);
	zol_str_puts(s, machine);
	first_words(t, s);
	globals(s);
	zol_parts_each_action(t, action, s);
	for (size_t i = 0; i < t->nmodules; i++) {
		if (!t->modules[i]->name[0])
			continue;
		module_actions(t->modules[i], s);
		module(t->modules[i], s);
	}
	entry(t, s);
	zol_str_puts(s,
		     "if [[ $funcstack[1] == _zolkit ]]; then\n\t_zolkit \"$@\"\nelse\n\tcompdef _zolkit zolkit\nfi\n");
}
