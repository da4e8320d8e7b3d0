/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "cli/export_parts.h"

static const char pick[] = "# The name that the first argument means: itself, or the only one it begins.\n"
			   "function __zolkit_pick\n"
			   "\tset -l word $argv[1]\n"
			   "\tset -l names $argv[2..-1]\n"
			   "\tif contains -- $word $names\n"
			   "\t\techo $word\n"
			   "\t\treturn 0\n"
			   "\tend\n"
			   "\tset -l found (string match -- $word'*' $names)\n"
			   "\ttest (count $found) -eq 1; and echo $found\n"
			   "end\n\n";

static const char is[] = "function __zolkit_is\n"
			 "\tset -l at (__zolkit_where)\n"
			 "\ttest \"$at\" = \"$argv[1]\"\n"
			 "end\n\n"
			 "function __zolkit_guests\n"
			 "\tset -l words (commandline -opc)\n"
			 "\tcommand $words[1] guest list --names 2>/dev/null\n"
			 "end\n\n"
			 "# Programs, until one is there: then its words are most likely files.\n"
			 "function __zolkit_command\n"
			 "\tset -l words (commandline -opc)\n"
			 "\tset -l words (string match -v -- '-?*' $words[2..-1])\n"
			 "\ttest (count $words) -lt 3; and __fish_complete_command\n"
			 "end\n\n"
			 "complete -c zolkit -f\n";

static void quoted(struct zol_str *s, const char *text)
{
	zol_str_putc(s, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			zol_str_putc(s, '\\');
		zol_str_putc(s, *text);
	}
	zol_str_putc(s, '\'');
}

/* Only global options can stand before the action: those that take a value, for skipping it. */
static void global_values(struct zol_str *s)
{
	size_t n;
	const struct zol_opt *opts = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++)
		if (zol_opt_takes_word(&opts[i]))
			zol_str_printf(s, " --%s", opts[i].name);
}

static void global_letters(struct zol_str *s, bool flags)
{
	size_t n;
	const struct zol_opt *opts = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++)
		if (opts[i].letter && zol_opt_takes_word(&opts[i]) != flags)
			zol_str_putc(s, opts[i].letter);
}

static void where_module(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "\t\tif test -z \"$module\"\n\t\t\tset module (__zolkit_pick $word ");
	zol_parts_first_words(t, s);
	zol_str_puts(s, ")\n\t\t\tif test -z \"$module\"\n\t\t\t\techo unknown\n\t\t\t\treturn\n\t\t\tend\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		if (t->modules[i]->name[0])
			continue;
		zol_str_puts(s, "\t\t\tif contains -- $module ");
		zol_parts_action_names(t->modules[i], s);
		zol_str_puts(s, "\n\t\t\t\techo - $module\n\t\t\t\treturn\n\t\t\tend\n");
	}
	zol_str_puts(s, "\t\t\tcontinue\n\t\tend\n");
}

static void where(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s,
		     "# Module and action that were typed so far.\nfunction __zolkit_where\n"
		     "\tset -l words (commandline -opc)\n\tset -l module\n\tset -l skip 0\n"
		     "\tfor word in $words[2..-1]\n\t\tif test $skip = 1\n\t\t\tset skip 0\n\t\t\tcontinue\n\t\tend\n"
		     "\t\tif contains -- $word");
	global_values(s);
	zol_str_puts(s, "; or string match -qr -- '^-[");
	global_letters(s, true);
	zol_str_puts(s, "]*[");
	global_letters(s, false);
	zol_str_puts(s, "]$' $word\n\t\t\tset skip 1\n\t\t\tcontinue\n\t\tend\n"
			"\t\tstring match -q -- '-*' $word; and continue\n");
	where_module(t, s);
	zol_str_puts(s, "\t\tset -l action\n\t\tswitch $module\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		if (!t->modules[i]->name[0])
			continue;
		zol_str_printf(s, "\t\t\tcase %s\n\t\t\t\tset action (__zolkit_pick $word ", t->modules[i]->name);
		zol_parts_action_names(t->modules[i], s);
		zol_str_puts(s, ")\n");
	}
	zol_str_puts(s, "\t\tend\n\t\ttest -n \"$action\"; or set action unknown\n\t\techo $module $action\n"
			"\t\treturn\n\tend\n\techo $module\nend\n\n");
}

static void completion(enum zol_complete c, struct zol_str *s)
{
	switch (c) {
	case ZOL_COMPLETE_FILE:
		zol_str_puts(s, " -F");
		break;
	case ZOL_COMPLETE_DIR:
		zol_str_puts(s, " -a '(__fish_complete_directories)'");
		break;
	case ZOL_COMPLETE_GUEST:
		zol_str_puts(s, " -a '(__zolkit_guests)'");
		break;
	case ZOL_COMPLETE_COMMAND:
		zol_str_puts(s, " -F -a '(__zolkit_command)'");
		break;
	case ZOL_COMPLETE_NONE:
	default:
		break;
	}
}

static void option(const char *condition, const struct zol_opt *o, struct zol_str *s)
{
	zol_str_puts(s, "complete -c zolkit");
	if (condition[0])
		zol_str_printf(s, " -n '__zolkit_is \"%s\"'", condition);
	if (o->letter)
		zol_str_printf(s, " -s %c", o->letter);
	zol_str_printf(s, " -l %s", o->name);
	if (zol_opt_takes_word(o)) {
		ZOL_AUTO(str) struct zol_str words = ZOL_STR_INIT;

		bool files = o->complete == ZOL_COMPLETE_FILE || o->complete == ZOL_COMPLETE_COMMAND;

		zol_str_puts(s, files ? " -r" : " -x");
		for (size_t i = 0; o->choices && o->choices[i]; i++)
			zol_str_printf(&words, "%s%s", i ? " " : "", o->choices[i]);
		zol_parts_same_fate(s, &words);
		if (words.len) {
			zol_str_puts(s, " -a ");
			quoted(s, zol_str_c(&words));
		}
		completion(o->complete, s);
	}
	zol_str_puts(s, " -d ");
	quoted(s, o->help);
	zol_str_putc(s, '\n');
}

static void action(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	ZOL_AUTO(str) struct zol_str condition = ZOL_STR_INIT;
	struct zol_str *s = ctx;

	zol_str_printf(s, "complete -c zolkit -n '__zolkit_is \"%s\"' -a %s -d ", m->name, a->name);
	quoted(s, a->summary);
	zol_str_putc(s, '\n');
	zol_str_printf(&condition, "%s %s", m->name[0] ? m->name : "-", a->name);
	zol_parts_same_fate(s, &condition);
	for (size_t i = 0; i < a->nopts; i++)
		option(zol_str_c(&condition), &a->opts[i], s);
	if (a->operand && a->operand->complete != ZOL_COMPLETE_NONE) {
		zol_str_printf(s, "complete -c zolkit -n '__zolkit_is \"%s\"'", zol_str_c(&condition));
		completion(a->operand->complete, s);
		zol_str_putc(s, '\n');
	}
}

void zol_export_fish(const struct zol_table *t, struct zol_str *s)
{
	size_t n;
	const struct zol_opt *opts = zol_cli_global_opts(&n);

	zol_str_printf(s, "# fish completion for %s: generated from its option tables\n\n", t->program);
	zol_str_puts(s, pick);
	where(t, s);
	zol_str_puts(s, is);
	for (size_t i = 0; i < n; i++)
		option("", &opts[i], s);
	for (size_t i = 0; i < t->nmodules; i++) {
		if (!t->modules[i]->name[0])
			continue;
		zol_str_printf(s, "complete -c zolkit -n '__zolkit_is \"\"' -a %s -d ", t->modules[i]->name);
		quoted(s, t->modules[i]->summary);
		zol_str_putc(s, '\n');
	}
	zol_parts_each_action(t, action, s);
}
