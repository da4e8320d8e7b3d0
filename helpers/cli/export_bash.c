/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "cli/export_parts.h"

/* The part that does not depend on the tables. Only bash itself is needed, not bash-completion. */
static const char machine[] =
	"# The name that WORD means: itself, or the only one it begins. Sets picked.\n"
	"_zolkit_pick()\n"
	"{\n"
	"\tlocal word=$1 name\n"
	"\tpicked=\n"
	"\tshift\n"
	"\tfor name; do\n"
	"\t\tif [[ $name == \"$word\" ]]; then\n"
	"\t\t\tpicked=$name\n"
	"\t\t\treturn 0\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tfor name; do\n"
	"\t\tif [[ $word && $name == \"$word\"* ]]; then\n"
	"\t\t\tif [[ $picked ]]; then\n"
	"\t\t\t\tpicked=\n"
	"\t\t\t\treturn 1\n"
	"\t\t\tfi\n"
	"\t\t\tpicked=$name\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $picked ]]\n"
	"}\n"
	"\n"
	"# Adds those of the words that begin with $cur.\n"
	"_zolkit_add()\n"
	"{\n"
	"\tlocal word\n"
	"\tfor word; do\n"
	"\t\t[[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$prefix$word\")\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Fills COMPREPLY for $cur with what KIND [WORDS...] says.\n"
	"_zolkit_fill()\n"
	"{\n"
	"\tlocal kind=$1 line plain\n"
	"\tshift\n"
	"\t# What follows the name of a program is most likely a file.\n"
	"\t[[ $kind == command ]] && ((operands)) && kind='file'\n"
	"\tplain=${cur#[\\\"\\']}\n"
	"\tplain=${plain//\\\\/}\n"
	"\tcase $kind in\n"
	"\twords) _zolkit_add \"$@\" ;;\n"
	"\tguest)\n"
	"\t\twhile IFS= read -r line; do\n"
	"\t\t\t_zolkit_add \"$line\"\n"
	"\t\tdone < <(\"${COMP_WORDS[0]/#\\~\\//$HOME/}\" ${config:+--config \"$config\"} guest list --names 2>/dev/null)\n"
	"\t\t;;\n"
	"\tfile | dir)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\twhile IFS= read -r line; do\n"
	"\t\t\tCOMPREPLY+=(\"$prefix$line\")\n"
	"\t\tdone < <(compgen -\"${kind:0:1}\" -- \"$plain\")\n"
	"\t\t;;\n"
	"\tcommand)\n"
	"\t\twhile IFS= read -r line; do\n"
	"\t\t\tCOMPREPLY+=(\"$line\")\n"
	"\t\tdone < <(compgen -c -- \"$plain\")\n"
	"\t\t;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"# Reads the words before the cursor. Sets module, action, pending (an option that waits for its\n"
	"# value), ended (after --), operands and config.\n"
	"_zolkit_read()\n"
	"{\n"
	"\tlocal word k\n"
	"\tfor word; do\n"
	"\t\tif [[ $pending ]]; then\n"
	"\t\t\t[[ $pending == --config ]] && config=$word\n"
	"\t\t\tpending=\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\tif ((ended)); then\n"
	"\t\t\toperands=$((operands + 1))\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\tcase $word in\n"
	"\t\t--) [[ $action ]] && ended=1 ;;\n"
	"\t\t--config=*) config=${word#*=} ;;\n"
	"\t\t--*=*) ;;\n"
	"\t\t--*) _zolkit_value \"$module $action\" \"$word\" && pending=$word ;;\n"
	"\t\t-?*)\n"
	"\t\t\tfor ((k = 1; k < ${#word}; k++)); do\n"
	"\t\t\t\tif _zolkit_value \"$module $action\" \"-${word:k:1}\"; then\n"
	"\t\t\t\t\t((k + 1 == ${#word})) && pending=-${word:k:1}\n"
	"\t\t\t\t\tbreak\n"
	"\t\t\t\tfi\n"
	"\t\t\tdone\n"
	"\t\t\t;;\n"
	"\t\t*)\n"
	"\t\t\tif [[ ! $module ]]; then\n"
	"\t\t\t\t_zolkit_module \"$word\" || return 1\n"
	"\t\t\telif [[ ! $action ]]; then\n"
	"\t\t\t\t_zolkit_actions \"$module\"\n"
	"\t\t\t\t_zolkit_pick \"$word\" \"${reply[@]}\" || return 1\n"
	"\t\t\t\taction=$picked\n"
	"\t\t\telse\n"
	"\t\t\t\toperands=$((operands + 1))\n"
	"\t\t\t\t_zolkit_operand \"$module $action\"\n"
	"\t\t\t\t[[ ${reply[0]} == command ]] && ended=1\n"
	"\t\t\tfi\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\treturn 0\n"
	"}\n"
	"\n"
	"_zolkit()\n"
	"{\n"
	"\tlocal IFS=$' \\t\\n' cur prefix='' module='' action='' pending='' config='' picked='' word before='' i\n"
	"\tlocal -i ended=0 operands=0\n"
	"\tlocal -a w=() reply=()\n"
	"\tCOMPREPLY=()\n"
	"\t# For readline \"=\" is a word of its own: --option=value is put together again.\n"
	"\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif ((${#w[@]})) && { [[ $word == = && ${w[-1]} == --* ]] || [[ $before == = ]]; }; then\n"
	"\t\t\tw[-1]+=$word\n"
	"\t\telse\n"
	"\t\t\tw+=(\"$word\")\n"
	"\t\tfi\n"
	"\t\tbefore=$word\n"
	"\tdone\n"
	"\tcur=${w[-1]}\n"
	"\tunset 'w[-1]'\n"
	"\t_zolkit_read \"${w[@]}\" || return 0\n"
	"\tif [[ $pending ]]; then\n"
	"\t\t_zolkit_value \"$module $action\" \"$pending\" && _zolkit_fill \"${reply[@]}\"\n"
	"\telif ((!ended)) && [[ $cur == --*=* ]]; then\n"
	"\t\tword=${cur%%=*}\n"
	"\t\tcur=${cur#*=}\n"
	"\t\t[[ $COMP_WORDBREAKS == *=* ]] || prefix=$word=\n"
	"\t\t_zolkit_value \"$module $action\" \"$word\" && _zolkit_fill \"${reply[@]}\"\n"
	"\telif ((!ended)) && [[ $cur == -* ]]; then\n"
	"\t\t_zolkit_options \"$module $action\"\n"
	"\t\t_zolkit_add \"${reply[@]}\"\n"
	"\telif [[ ! $module ]]; then\n"
	"\t\t_zolkit_modules\n"
	"\t\t_zolkit_add \"${reply[@]}\"\n"
	"\telif [[ ! $action ]]; then\n"
	"\t\t_zolkit_actions \"$module\"\n"
	"\t\t_zolkit_add \"${reply[@]}\"\n"
	"\telse\n"
	"\t\t_zolkit_operand \"$module $action\" && _zolkit_fill \"${reply[@]}\"\n"
	"\tfi\n"
	"\treturn 0\n"
	"}\n"
	"\n"
	"complete -F _zolkit zolkit\n";

static const char *kind_word(enum zol_complete c)
{
	switch (c) {
	case ZOL_COMPLETE_FILE:
		return "file";
	case ZOL_COMPLETE_DIR:
		return "dir";
	case ZOL_COMPLETE_GUEST:
		return "guest";
	case ZOL_COMPLETE_COMMAND:
		return "command";
	case ZOL_COMPLETE_NONE:
	default:
		return "none";
	}
}

static void modules(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "_zolkit_modules()\n{\n\treply=(");
	zol_parts_first_words(t, s);
	zol_str_puts(s, ")\n}\n\n_zolkit_module()\n{\n\t_zolkit_modules\n"
			"\t_zolkit_pick \"$1\" \"${reply[@]}\" || return 1\n\tcase $picked in\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		for (size_t k = 0; !t->modules[i]->name[0] && k < t->modules[i]->nactions; k++)
			zol_str_printf(s, "\t%s)\n\t\tmodule=-\n\t\taction=%s\n\t\t;;\n",
				       t->modules[i]->actions[k].name, t->modules[i]->actions[k].name);
	}
	zol_str_puts(s, "\t*) module=$picked ;;\n\tesac\n}\n\n");
}

static void actions(const struct zol_table *t, struct zol_str *s)
{
	zol_str_puts(s, "_zolkit_actions()\n{\n\treply=()\n\tcase $1 in\n");
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		if (!m->name[0])
			continue;
		zol_str_printf(s, "\t%s) reply=(", m->name);
		zol_parts_action_names(m, s);
		zol_str_puts(s, ") ;;\n");
	}
	zol_str_puts(s, "\tesac\n}\n\n");
}

static void option_words(const struct zol_opt *o, const char **sep, struct zol_str *s)
{
	if (o->letter)
		zol_str_printf(s, "%s-%c", *sep, o->letter);
	zol_str_printf(s, "%s--%s", o->letter ? " " : *sep, o->name);
	*sep = " ";
}

static void global_words(const struct zol_action *a, const char *sep, struct zol_str *s)
{
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++)
		if (!a || zol_parts_global_fits(a, &globals[i]))
			option_words(&globals[i], &sep, s);
}

static void options_of(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	struct zol_str *s = ctx;
	const char *sep = "";

	zol_str_printf(s, "\t'%s %s') reply=(", m->name[0] ? m->name : "-", a->name);
	for (size_t i = 0; i < a->nopts; i++)
		option_words(&a->opts[i], &sep, s);
	global_words(a, sep, s);
	zol_str_puts(s, ") ;;\n");
}

static void value_kind(const struct zol_opt *o, struct zol_str *s)
{
	if (!o->choices) {
		zol_str_printf(s, "reply=(%s) ;;\n", kind_word(o->complete));
		return;
	}
	zol_str_puts(s, "reply=(words ");
	zol_str_shell_join(s, o->choices);
	zol_str_puts(s, ") ;;\n");
}

static void value_of(const char *where, const struct zol_opt *o, struct zol_str *s)
{
	if (o->letter)
		zol_str_printf(s, "\t%s' -%c' | ", where, o->letter);
	else
		zol_str_puts(s, "\t");
	zol_str_printf(s, "%s' --%s') ", where, o->name);
	if (!zol_opt_takes_word(o))
		zol_str_puts(s, "return 1 ;;\n");
	else
		value_kind(o, s);
}

static void values_of(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	for (size_t i = 0; i < a->nopts; i++) {
		ZOL_AUTO(str) struct zol_str where = ZOL_STR_INIT;

		zol_str_printf(&where, "'%s %s'", m->name[0] ? m->name : "-", a->name);
		value_of(zol_str_c(&where), &a->opts[i], ctx);
		zol_parts_same_fate(ctx, &where);
	}
}

static void operand_of(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	struct zol_str *s = ctx;

	if (!a->operand)
		return;
	zol_str_printf(s, "\t'%s %s') reply=(%s) ;;\n", m->name[0] ? m->name : "-", a->name,
		       kind_word(a->operand->complete));
}

void zol_export_bash(const struct zol_table *t, struct zol_str *s)
{
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	zol_str_printf(s, "# bash completion for %s: generated from its option tables\n# shellcheck shell=bash\n\n",
		       t->program);
	modules(t, s);
	actions(t, s);
	zol_str_puts(s, "# The options of \"MODULE ACTION\".\n_zolkit_options()\n{\n\tcase $1 in\n");
	zol_parts_each_action(t, options_of, s);
	zol_str_puts(s, "\t*) reply=(");
	global_words(NULL, "", s);
	zol_str_puts(
		s,
		") ;;\n\tesac\n}\n\n# The value of an option: its kind, and the words of a choice. False for flags.\n"
		"_zolkit_value()\n{\n\tcase \"$1 $2\" in\n");
	zol_parts_each_action(t, values_of, s);
	for (size_t i = 0; i < n; i++)
		value_of("*", &globals[i], s);
	zol_str_puts(s, "\t*) return 1 ;;\n\tesac\n}\n\n# The kind of operand.\n_zolkit_operand()\n{\n\treply=(none)\n"
			"\tcase $1 in\n");
	zol_parts_each_action(t, operand_of, s);
	zol_str_puts(s, "\tesac\n}\n\n");
	zol_str_puts(s, machine);
}
