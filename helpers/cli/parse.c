/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/parse.h"

#include <limits.h>

#include "base/rows.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/match.h"

static const char *const color_choices[] = { "always", "auto", "never", NULL };

#define SW(member) offsetof(struct zol_switches, member)

static const struct zol_opt global_opts[] = {
	{ "config", 0, ZOL_OPT_STR, SW(config), "FILE",
	  "read this configuration instead of the system's and the user's files", NULL, ZOL_COMPLETE_FILE },
	{ "guest", 'g', ZOL_OPT_STR, SW(guest), "NAME", "the guest to work on, instead of the configured one", NULL,
	  ZOL_COMPLETE_GUEST },
	{ "dry-run", 'n', ZOL_OPT_FLAG, SW(dry_run), NULL,
	  "print the exact plan (mounts, commands, file edits) and change nothing", NULL, ZOL_COMPLETE_NONE },
	{ "quiet", 'q', ZOL_OPT_FLAG, SW(quiet), NULL, "only results, warnings and errors; no progress", NULL,
	  ZOL_COMPLETE_NONE },
	{ "verbose", 'v', ZOL_OPT_FLAG, SW(verbose), NULL, "say more; give it twice for debugging", NULL,
	  ZOL_COMPLETE_NONE },
	{ "json", 0, ZOL_OPT_FLAG, SW(json), NULL, "print results, and errors, as JSON", NULL, ZOL_COMPLETE_NONE },
	{ "color", 0, ZOL_OPT_CHOICE, SW(color), "WHEN", "colour the output", color_choices, ZOL_COMPLETE_NONE },
	{ "progress-fd", 0, ZOL_OPT_U64, SW(progress_fd), "N",
	  "write progress as lines of JSON to this file descriptor", NULL, ZOL_COMPLETE_NONE },
	{ "help", 'h', ZOL_OPT_FLAG, SW(help), NULL, "show help for the command so far, and exit", NULL,
	  ZOL_COMPLETE_NONE },
	{ "version", 0, ZOL_OPT_FLAG, SW(version), NULL, "show the version, and exit", NULL, ZOL_COMPLETE_NONE },
};

const struct zol_opt *zol_cli_global_opts(size_t *ret_n)
{
	*ret_n = ZOL_COUNT(global_opts);
	return global_opts;
}

#define SHOWN_MAX 60U

void zol_cli_quote(struct zol_str *s, const char *word)
{
	char head[SHOWN_MAX + 1];

	if (strlen(word) <= SHOWN_MAX) {
		zol_text_escape(s, word);
		return;
	}
	memcpy(head, word, SHOWN_MAX);
	head[SHOWN_MAX] = '\0';
	zol_text_escape(s, head);
	zol_str_puts(s, "...");
}

void zol_parsed_free(struct zol_parsed *p)
{
	if (p->action)
		zol_args_free(p->action, p->args);
	p->args = NULL;
}

/* The words that are left, and what they have given so far. */
struct state {
	const struct zol_table *table;
	char *const *argv; /* next word, NULL-terminated by its count */
	int left;
	struct zol_parsed *p;
};

static const char *next_word(struct state *s)
{
	if (!s->left)
		return NULL;
	s->left--;
	return *s->argv++;
}

/* What has no better way out: the help of the command so far. */
static int hint(const struct state *s, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str command = ZOL_STR_INIT;

	zol_help_command(s->table, s->p->module, s->p->action, &command);
	return zol_err_hint(err, "see '%s --help'", zol_str_c(&command));
}

static int no_option(const struct state *s, const char *shown, const char *name, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str quoted = ZOL_STR_INIT;
	const char *near = name ? zol_match_nearest_opt(s->p->action, name) : NULL;

	zol_cli_quote(&quoted, shown);
	zol_err_set(err, ZOL_USAGE, 0, "no option '%s'", zol_str_c(&quoted));
	return near ? zol_err_hint(err, "did you mean '--%s'?", near) : -ZOL_USAGE;
}

/* The repeatable switches become numbers at once. */
static int apply_switches(struct zol_switches *sw, struct zol_err *err)
{
	if (sw->quiet)
		sw->verbosity = -1;
	if (sw->verbose && sw->verbosity < 3)
		sw->verbosity = (sw->verbosity < 0 ? 0 : sw->verbosity) + 1;
	sw->quiet = false;
	sw->verbose = false;
	if (sw->progress_fd != UINT64_MAX && sw->progress_fd > INT_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "not a file descriptor");
	return 0;
}

static int set(struct state *s, const struct zol_opt *opt, bool global, const char *value, struct zol_err *err)
{
	void *base = global ? (void *)&s->p->sw : s->p->args;
	int r = zol_args_set(base, opt, value, err);

	if (r == 0 && global)
		r = apply_switches(&s->p->sw, err);
	if (r < 0)
		return zol_err_wrap(err, "--%s", opt->name);
	return 0;
}

/* The value of an option is the rest of its word, or the next one. */
static int set_with_value(struct state *s, const struct zol_opt *opt, bool global, const char *value,
			  struct zol_err *err)
{
	if (!value)
		value = next_word(s);
	if (!value)
		return zol_err_set(err, ZOL_USAGE, 0, "--%s needs a value: %s", opt->name, opt->arg ? opt->arg : "");
	return set(s, opt, global, value, err);
}

static int long_option(struct state *s, const char *word, struct zol_err *err)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	bool global;
	const struct zol_opt *opt = zol_match_long(s->p->action, name, len, &global);

	if (!opt) {
		ZOL_AUTO(free) char *only = zol_span_dup(zol_span(name, len));

		return no_option(s, word, only, err);
	}
	if (opt->kind == ZOL_OPT_MAYBE)
		return set(s, opt, global, equals ? equals + 1 : opt->choices[0], err);
	if (opt->kind != ZOL_OPT_FLAG)
		return set_with_value(s, opt, global, equals ? equals + 1 : NULL, err);
	if (equals)
		return zol_err_set(err, ZOL_USAGE, 0, "--%s takes no value", opt->name);
	return set(s, opt, global, NULL, err);
}

/* -abc, -gNAME, -g NAME */
static int short_options(struct state *s, const char *word, struct zol_err *err)
{
	for (const char *c = word + 1; *c; c++) {
		bool global;
		const struct zol_opt *opt = zol_match_letter(s->p->action, *c, &global);
		int r;

		if (!opt) {
			char shown[] = { '-', *c, '\0' };

			/* A UTF-8 letter is shown whole. */
			return no_option(s, (unsigned char)*c < 0x80 ? shown : word, NULL, err);
		}
		if (zol_opt_takes_word(opt))
			return set_with_value(s, opt, global, c[1] ? c + 1 : NULL, err);
		r = set(s, opt, global, opt->kind == ZOL_OPT_MAYBE ? opt->choices[0] : NULL, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int option(struct state *s, const char *word, struct zol_err *err)
{
	return word[1] == '-' ? long_option(s, word, err) : short_options(s, word, err);
}

static bool ends_early(const struct state *s)
{
	return s->p->sw.help || s->p->sw.version;
}

/* Global options up to the next word; *ret_word is NULL at the end. "--" is no word of a command: it is skipped. */
static int command_word(struct state *s, const char **ret_word, struct zol_err *err)
{
	const char *word;

	while ((word = next_word(s)) != NULL) {
		int r;

		if (strcmp(word, "--") == 0)
			continue;
		if (word[0] != '-' || !word[1])
			break;
		r = option(s, word, err);
		if (r < 0)
			return r;
	}
	*ret_word = word;
	return 0;
}

/* Finds module and action; leaves them NULL where the words end. */
static int find_command(struct state *s, struct zol_err *err)
{
	const struct zol_module *module = NULL;
	const struct zol_action *action = NULL;
	const char *word = NULL;
	int r = command_word(s, &word, err);

	if (r < 0 || !word)
		return r;
	r = zol_match_first(s->table, word, &module, &action, err);
	if (r < 0)
		return r;
	s->p->module = module;
	if (!action) {
		r = command_word(s, &word, err);
		if (r < 0 || !word)
			return r;
		r = zol_match_action(s->table, module, word, &action, err);
		if (r < 0)
			return r;
	}
	s->p->args = zol_args_new(action);
	if (!s->p->args)
		return zol_err_oom(err);
	s->p->action = action;
	return 0;
}

static int operand(struct state *s, const char *word, struct zol_err *err)
{
	const struct zol_operand *o = s->p->action->operand;
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;

	if (o && zol_args_operands(s->p->args, o) < o->max)
		return zol_args_operand(s->p->args, o, word, err);
	zol_cli_quote(&shown, word);
	return zol_err_set(err, ZOL_USAGE, 0, "too much: '%s'", zol_str_c(&shown));
}

static int rest(struct state *s, const struct zol_action *a, struct zol_err *err)
{
	bool options = true;
	const char *word;

	while (!ends_early(s) && (word = next_word(s)) != NULL) {
		int r;

		if (options && strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		if (options && word[0] == '-' && word[1]) {
			r = option(s, word, err);
		} else {
			r = operand(s, word, err);
			if (a->flags & ZOL_ACT_COMMAND)
				options = false;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* What the action's flags and operand row ask for; needing root is the caller's to check. */
static int check(const struct state *s, const struct zol_action *a, struct zol_err *err)
{
	const struct zol_switches *sw = &s->p->sw;

	if (sw->dry_run && !(a->flags & ZOL_ACT_DRY_RUN))
		return zol_err_set(err, ZOL_USAGE, 0, "%s has no --dry-run", a->name);
	if (sw->json && !(a->flags & ZOL_ACT_JSON))
		return zol_err_set(err, ZOL_USAGE, 0, "%s has no --json", a->name);
	if (sw->dry_run && sw->json && !(a->flags & ZOL_ACT_JSON_PLAN))
		return zol_err_set(err, ZOL_USAGE, 0, "the plan of %s has no --json", a->name);
	if (a->operand && zol_args_operands(s->p->args, a->operand) < a->operand->min)
		return zol_err_set(err, ZOL_USAGE, 0, "%s is missing", a->operand->name);
	return 0;
}

/* A word is missing. */
static int missing(const struct state *s, struct zol_err *err)
{
	if (!s->p->module)
		return zol_err_set(err, ZOL_USAGE, 0, "a module is missing");
	return zol_err_set(err, ZOL_USAGE, 0, "an action of %s is missing", s->p->module->name);
}

int zol_parse(const struct zol_table *table, int argc, char *const *argv, struct zol_parsed *ret, struct zol_err *err)
{
	struct state s = { .table = table, .argv = argv, .left = argc, .p = ret };
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->sw.progress_fd = UINT64_MAX;
	next_word(&s);
	r = find_command(&s, err);
	if (r == 0 && !ends_early(&s))
		r = ret->action ? rest(&s, ret->action, err) : missing(&s, err);
	if (r == 0 && !ends_early(&s) && ret->action)
		r = check(&s, ret->action, err);
	return r < 0 && err->code == ZOL_USAGE && !err->hint ? hint(&s, err) : r;
}
