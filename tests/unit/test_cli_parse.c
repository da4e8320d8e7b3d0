/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/parse.h"
#include "sample.h"

#include "unit.h"

#define MAX_WORDS 16

/* A command line as one string of words, or a list when a word has blanks. */
struct line {
	char *argv[MAX_WORDS + 1];
	int argc;
	char text[256];
};

static void split(struct line *l, const char *text)
{
	char *save = l->text;

	l->argc = 0;
	assert_true(strlen(text) < sizeof(l->text));
	memcpy(l->text, text, strlen(text) + 1);
	while (*save) {
		l->argv[l->argc++] = save;
		save += strcspn(save, " ");
		if (*save)
			*save++ = '\0';
	}
	l->argv[l->argc] = NULL;
}

static int parse(struct line *l, const char *text, struct zol_parsed *p, struct zol_err *err)
{
	split(l, text);
	return zol_parse(&sample, l->argc, l->argv, p, err);
}

#define PARSED(text)                                             \
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;         \
	ZOL_AUTO(parsed) struct zol_parsed p = { .args = NULL }; \
	struct line line;                                        \
	int rc = parse(&line, text, &p, &err)

static void refused(const char *text, const char *message, const char *hint)
{
	PARSED(text);

	assert_int_equal(rc, -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), message);
	assert_non_null(err.hint);
	assert_string_equal(err.hint, hint);
}

UNIT(words_options_and_operands_go_where_they_belong)
{
	PARSED("zolkit stage fetch -a --arch amd64 one --mode=fast --mirror /a two --mirror=/b");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_ptr_equal(p.module, &stage_module);
	assert_ptr_equal(p.action, &stage_actions[0]);
	assert_true(a->all);
	assert_string_equal(a->arch, "amd64");
	assert_string_equal(a->mode, "fast");
	assert_int_equal(a->names.len, 2);
	assert_string_equal(a->names.v[1], "two");
	assert_int_equal(a->mirrors.len, 2);
	assert_string_equal(a->mirrors.v[1], "/b");
}

UNIT(a_value_that_may_be_left_out_never_takes_the_next_word)
{
	PARSED("zolkit stage fetch --at later");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->when, "now");
	assert_string_equal(a->names.v[0], "later");
}

UNIT(a_value_that_may_be_left_out_is_taken_when_it_is_there)
{
	PARSED("zolkit stage fetch --at=later x");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->when, "later");
	assert_int_equal(a->names.len, 1);
}

UNIT(its_letter_stands_among_flags)
{
	PARSED("zolkit stage fetch -awk x");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->when, "now");
	assert_true(a->all && a->keep);
}

UNIT(its_value_is_one_of_the_choices)
{
	PARSED("zolkit stage fetch --at=never x");

	assert_int_equal(rc, -ZOL_USAGE);
	assert_non_null(strstr(zol_err_text(&err), "--at"));
}

UNIT(global_options_stand_before_between_and_among)
{
	PARSED("zolkit -n stage -g one fetch x --json -q --config=/c");

	assert_int_equal(rc, 0);
	assert_true(p.sw.dry_run);
	assert_true(p.sw.json);
	assert_string_equal(p.sw.guest, "one");
	assert_string_equal(p.sw.config, "/c");
	assert_int_equal(p.sw.verbosity, -1);
}

UNIT(verbosity_counts_and_the_last_of_q_and_v_wins)
{
	static const struct {
		const char *text;
		int verbosity;
	} cases[] = {
		{ "zolkit up", 0 },          { "zolkit -v up", 1 },     { "zolkit up -vv", 2 },
		{ "zolkit -v up -v -v", 3 }, { "zolkit up -vvvvv", 3 }, { "zolkit up -q", -1 },
		{ "zolkit up -vq", -1 },     { "zolkit up -q -v", 1 },  { "zolkit up --quiet --verbose", 1 },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		PARSED(cases[i].text);

		assert_int_equal(rc, 0);
		assert_int_equal(p.sw.verbosity, cases[i].verbosity);
		assert_false(p.sw.quiet);
		assert_false(p.sw.verbose);
	}
}

UNIT(short_flags_are_bundled_and_the_last_takes_a_value)
{
	PARSED("zolkit stage fetch -akj3 -Aarm x -nvg g1");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_true(a->all);
	assert_true(a->keep);
	assert_int_equal(a->jobs, 3);
	assert_string_equal(a->arch, "arm");
	assert_string_equal(p.sw.guest, "g1");
	assert_true(p.sw.dry_run);
	assert_int_equal(p.sw.verbosity, 1);
}

UNIT(two_dashes_end_the_options)
{
	PARSED("zolkit stage fetch -a -- -k --json --");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_true(a->all);
	assert_false(a->keep);
	assert_false(p.sw.json);
	assert_int_equal(a->names.len, 3);
	assert_string_equal(a->names.v[2], "--");
}

UNIT(one_dash_is_an_operand)
{
	PARSED("zolkit stage fetch - -a");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->names.v[0], "-");
	assert_true(a->all);
}

UNIT(the_first_operand_of_a_command_ends_options)
{
	PARSED("zolkit guest run -t ls -l --json -- -g");
	const struct run_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_true(a->tty);
	assert_int_equal(a->argv.len, 5);
	assert_string_equal(a->argv.v[2], "--json");
	assert_string_equal(a->argv.v[3], "--");
	assert_null(p.sw.guest);
}

UNIT(two_dashes_before_a_command_are_not_part_of_it)
{
	PARSED("zolkit guest run -- -t -- x");
	const struct run_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_false(a->tty);
	assert_int_equal(a->argv.len, 3);
	assert_string_equal(a->argv.v[0], "-t");
	assert_string_equal(a->argv.v[1], "--");
}

UNIT(a_value_may_look_like_an_option)
{
	PARSED("zolkit stage fetch --arch -a x --mirror -- --mirror=--");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->arch, "-a");
	assert_false(a->all);
	assert_string_equal(a->mirrors.v[0], "--");
	assert_string_equal(a->mirrors.v[1], "--");
}

UNIT(an_empty_value_is_a_value)
{
	PARSED("zolkit stage fetch --arch= x");

	assert_int_equal(rc, 0);
	assert_string_equal(((const struct fetch_args *)p.args)->arch, "");
}

UNIT(repeated_options_keep_the_last)
{
	PARSED("zolkit stage fetch x --arch a -Ab -a -a -j1 --jobs=2");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->arch, "b");
	assert_int_equal(a->jobs, 2);
}

UNIT(prefixes_are_enough)
{
	PARSED("zolkit stag f x");

	assert_int_equal(rc, 0);
	assert_ptr_equal(p.action, &stage_actions[0]);
}

UNIT(what_is_wrong_is_said_with_a_way_out)
{
	static const char help[] = "see 'zolkit stage fetch --help'";

	refused("zolkit", "a module is missing", "see 'zolkit --help'");
	refused("zolkit -v --json", "a module is missing", "see 'zolkit --help'");
	refused("zolkit --", "a module is missing", "see 'zolkit --help'");
	refused("zolkit stage", "an action of stage is missing", "see 'zolkit stage --help'");
	refused("zolkit stage fetch", "NAME is missing", help);
	refused("zolkit stage fetch 1 2 3 4", "too much: '4'", help);
	refused("zolkit up now", "too much: 'now'", "see 'zolkit up --help'");
	refused("zolkit stage fetch x --arch", "--arch needs a value: ARCH", help);
	refused("zolkit stage fetch x -A", "--arch needs a value: ARCH", help);
	refused("zolkit stage fetch x --all=yes", "--all takes no value", help);
	refused("zolkit stage fetch x -Z", "no option '-Z'", help);
	refused("zolkit stage fetch x -aZ", "no option '-Z'", help);
	refused("zolkit stage fetch x --al", "no option '--al'", "did you mean '--all'?");
	refused("zolkit stage fetch x --moode=3", "no option '--moode=3'", "did you mean '--mode'?");
	refused("zolkit --mode=fast stage fetch x", "no option '--mode=fast'", "see 'zolkit --help'");
	refused("zolkit stage --mode=fast", "no option '--mode=fast'", "see 'zolkit stage --help'");
	refused("zolkit stage lists --json", "lists has no --json", "see 'zolkit stage lists --help'");
	refused("zolkit -n stage list", "list has no --dry-run", "see 'zolkit stage list --help'");
	refused("zolkit guest run", "CMD is missing", "see 'zolkit guest run --help'");
	refused("zolkit -g", "--guest needs a value: NAME", "see 'zolkit --help'");
	refused("zolkit --color purple up", "--color: 'purple' is none of: always, auto, never", "see 'zolkit --help'");
	refused("zolkit sta x", "module 'sta' is ambiguous: state, stage", "see 'zolkit --help'");
	refused("zolkit stage lis", "stage action 'lis' is ambiguous: list, lists, listen",
		"see 'zolkit stage --help'");
	refused("zolkit guest run --", "CMD is missing", "see 'zolkit guest run --help'");
}

UNIT(numbers_are_strict)
{
	static const char *const cases[] = {
		"zolkit stage fetch x -j many",  "zolkit stage fetch x -j -1",     "zolkit stage fetch x --jobs=",
		"zolkit stage fetch x -j1x",     "zolkit stage fetch x --size 1X", "zolkit stage fetch x --wait 1y",
		"zolkit --progress-fd x up",     "zolkit --progress-fd -1 up",     "zolkit --progress-fd 2147483648 up",
		"zolkit stage fetch x --mode f",
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		PARSED(cases[i]);

		assert_int_equal(rc, -ZOL_USAGE);
		assert_int_equal(strncmp(zol_err_text(&err), "--", 2), 0); /* names the option */
	}
}

UNIT(options_before_the_mistake_are_known)
{
	PARSED("zolkit --json -v stage fetch --bogus");

	assert_int_equal(rc, -ZOL_USAGE);
	assert_true(p.sw.json);
	assert_int_equal(p.sw.verbosity, 1);
}

UNIT(help_and_version_need_nothing_else)
{
	static const struct {
		const char *text;
		const struct zol_module *module;
		const struct zol_action *action;
	} cases[] = {
		{ "zolkit --help", NULL, NULL },
		{ "zolkit -h", NULL, NULL },
		{ "zolkit stage --help", &stage_module, NULL },
		{ "zolkit --help stage", &stage_module, NULL },
		{ "zolkit stage fetch --help", &stage_module, &stage_actions[0] },
		{ "zolkit --help stage fetch", &stage_module, &stage_actions[0] },
		{ "zolkit stage fetch --help --bogus", &stage_module, &stage_actions[0] },
		{ "zolkit stage lists --json --help", &stage_module, &stage_actions[2] },
		{ "zolkit up -h", &top_module, &top_actions[0] },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		PARSED(cases[i].text);

		assert_int_equal(rc, 0);
		assert_true(p.sw.help);
		assert_ptr_equal(p.module, cases[i].module);
		assert_ptr_equal(p.action, cases[i].action);
	}
}

UNIT(help_after_two_dashes_is_an_operand)
{
	PARSED("zolkit stage fetch -- --help");

	assert_int_equal(rc, 0);
	assert_false(p.sw.help);
}

UNIT(bytes_that_are_no_text_pass_unchanged)
{
	PARSED("zolkit stage fetch \xff\xfe --arch=\xc3");
	const struct fetch_args *a = p.args;

	assert_int_equal(rc, 0);
	assert_string_equal(a->names.v[0], "\xff\xfe");
	assert_string_equal(a->arch, "\xc3");
}

UNIT(an_option_letter_that_is_no_text_is_shown_escaped)
{
	PARSED("zolkit up -\xff");

	assert_int_equal(rc, -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), "no option '-\\xff'");
}

UNIT(a_megabyte_is_an_argument_like_any_other)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(parsed) struct zol_parsed p = { .args = NULL };
	size_t size = 1 << 20;
	char *big = malloc(size + 1);
	char program[] = "zolkit", module[] = "stage", action[] = "fetch", option[] = "--arch";
	char *argv[] = { program, module, action, option, big, big, NULL };

	memset(big, 'x', size);
	big[size] = '\0';
	assert_int_equal(zol_parse(&sample, 6, argv, &p, &err), 0);
	assert_ptr_equal(((struct fetch_args *)p.args)->arch, big);
	assert_int_equal(strlen(((struct fetch_args *)p.args)->names.v[0]), size);
	free(big);
}

UNIT(no_words_at_all_are_a_missing_module)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(parsed) struct zol_parsed p = { .args = NULL };
	char *argv[] = { NULL };

	assert_int_equal(zol_parse(&sample, 0, argv, &p, &err), -ZOL_USAGE);
}

UNIT(quoting_escapes_and_cuts)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	char word[200];

	zol_cli_quote(&s, "a\tb");
	assert_string_equal(zol_str_c(&s), "a\\x09b");
	zol_str_truncate(&s, 0);
	memset(word, 'w', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	zol_cli_quote(&s, word);
	assert_int_equal(s.len, 63);
	assert_string_equal(zol_str_c(&s) + 60, "...");
}

UNIT(global_rows_are_complete)
{
	size_t n;
	const struct zol_opt *rows = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].offset < sizeof(struct zol_switches));
		assert_int_equal(rows[i].kind == ZOL_OPT_FLAG, rows[i].arg == NULL);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(rows[i].name, rows[k].name);
			assert_false(rows[i].letter && rows[i].letter == rows[k].letter);
		}
	}
}

UNIT_MAIN()
