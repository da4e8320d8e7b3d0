/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"
#include "sample.h"

#include "unit.h"

static const char *help(struct zol_str *s, const struct zol_module *m, const struct zol_action *a, int width)
{
	zol_str_truncate(s, 0);
	zol_cli_help(&sample, m, a, width, s);
	return zol_str_c(s);
}

static size_t widest(const char *text)
{
	struct zol_span left = zol_span_c(text), line;
	size_t max = 0;

	while (zol_span_line(&left, &line))
		max = line.len > max ? line.len : max;
	return max;
}

UNIT(wrapping_keeps_words_and_width)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_help_wrap("aa bb cc dd", 0, 0, 5, &s);
	assert_string_equal(zol_str_c(&s), "aa bb\ncc dd\n");
	zol_str_truncate(&s, 0);
	zol_help_wrap("aa bb cc", 4, 2, 9, &s);
	assert_string_equal(zol_str_c(&s), "  aa bb\n    cc\n");
	zol_str_truncate(&s, 0);
	zol_help_wrap("averylongword b", 2, 0, 6, &s); /* longer than a line: stands alone, uncut */
	assert_string_equal(zol_str_c(&s), "  averylongword\n  b\n");
	zol_str_truncate(&s, 0);
	zol_help_wrap("", 2, 0, 6, &s);
	assert_string_equal(zol_str_c(&s), "\n");
	zol_str_truncate(&s, 0);
	zol_help_wrap("\xc3\xa4\xc3\xa4 \xc3\xb6\xc3\xb6", 0, 0, 5, &s); /* five columns, nine bytes */
	assert_string_equal(zol_str_c(&s), "\xc3\xa4\xc3\xa4 \xc3\xb6\xc3\xb6\n");
}

UNIT(operands_show_how_many)
{
	static const struct {
		unsigned min, max;
		const char *text;
	} cases[] = { { 0, 1, "[X]" }, { 1, 1, "X" }, { 0, 2, "[X...]" }, { 1, UINT_MAX, "X..." } };

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
		const struct zol_operand o = { .name = "X", .min = cases[i].min, .max = cases[i].max };

		zol_help_operand(&o, &s);
		assert_string_equal(zol_str_c(&s), cases[i].text);
	}
}

UNIT(choices_follow_the_help)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_help_text(&fetch_opts[3], &s);
	assert_string_equal(zol_str_c(&s), "how (fast, safe, don't care)");
}

UNIT(the_top_lists_commands_modules_and_global_options)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const char *text = help(&s, NULL, NULL, 80);
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	assert_non_null(strstr(text, "Usage: zolkit [global options] <module> <action>"));
	assert_non_null(strstr(text, "\n  up     do it all\n"));
	assert_non_null(strstr(text, "\n  stage  stages of [it]\n"));
	for (size_t i = 0; i < n; i++)
		assert_non_null(strstr(text, globals[i].name));
	for (size_t i = 0; zol_help_exits[i]; i++)
		assert_int_equal(zol_help_exits[i][0], '0' + (int)i);
	assert_non_null(strstr(text, "5 verification"));
	assert_non_null(strstr(help(&s, &top_module, NULL, 80), "Modules:"));
}

UNIT(a_module_lists_its_actions_but_not_hidden_ones)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const char *text = help(&s, &stage_module, NULL, 80);

	assert_non_null(strstr(text, "\n  fetch   fetch it\n"));
	assert_non_null(strstr(text, "\n  listen  wait for one\n"));
	assert_null(strstr(text, "secret"));
}

UNIT(an_action_shows_every_option_and_what_it_takes)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const char *text = help(&s, &stage_module, &stage_actions[0], 80);

	assert_non_null(strstr(text, "Usage: zolkit stage fetch [options] NAME...\n"));
	assert_non_null(strstr(text, "\nOne paragraph.\n\nAnother *one*.\n"));
	for (size_t i = 0; i < ZOL_COUNT(fetch_opts); i++)
		assert_non_null(strstr(text, fetch_opts[i].help));
	assert_non_null(strstr(text, "\n  -A, --arch ARCH   the architecture\n"));
	assert_non_null(strstr(text, "\n      --mirror DIR  a mirror\n"));
	assert_non_null(strstr(text, "\n  -w, --at[=WHEN]   maybe at once"));
	assert_non_null(strstr(text, "-n (--dry-run), --json."));
	assert_null(strstr(text, "Needs root"));
	text = help(&s, &stage_module, &stage_actions[5], 80);
	assert_non_null(strstr(text, "Needs root, except with --dry-run.\n"));
	assert_null(strstr(text, "--json"));
	assert_null(strstr(text, "Options:"));
	text = help(&s, &stage_module, &stage_actions[1], 80);
	assert_null(strstr(text, "dry-run"));
	text = help(&s, &top_module, &top_actions[0], 80);
	assert_non_null(strstr(text, "Usage: zolkit up [options]\n"));
}

UNIT(the_width_of_the_terminal_is_kept_within_reason)
{
	ZOL_AUTO(str) struct zol_str narrow = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str wide = ZOL_STR_INIT;
	struct zol_opt wordy = {
		"wordy",
		'w',
		ZOL_OPT_STR,
		0,
		"A_LONG_NAME_OF_A_VALUE_INDEED",
		"many words that say little but go on and on so that they need another line or two of it",
		NULL,
		ZOL_COMPLETE_NONE
	};
	const struct zol_action a = { .name = "talk", .summary = "talk", .opts = &wordy, .nopts = 1 };

	zol_cli_help(&sample, &stage_module, &a, 60, &narrow);
	zol_cli_help(&sample, &stage_module, &a, 5000, &wide);
	assert_true(widest(zol_str_c(&narrow)) <= 60);
	assert_true(widest(zol_str_c(&wide)) <= 100);
	assert_true(narrow.len > wide.len);
	assert_non_null(strstr(zol_str_c(&wide), "  -w, --wordy A_LONG_NAME_OF_A_VALUE_INDEED\n"
						 "                              many words that"));
	zol_str_truncate(&narrow, 0);
	zol_cli_help(&sample, NULL, NULL, 1, &narrow); /* no narrower than 40 */
	assert_true(narrow.len > 0);
}

UNIT(lack_of_memory_is_noticed_at_the_end)
{
	ZOL_AUTO(str) struct zol_str s = { .oom = true };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_cli_help(&sample, NULL, NULL, 80, &s);
	assert_int_equal(s.len, 0);
	assert_int_equal(zol_str_check(&s, &err), -ZOL_SYSTEM);
}

UNIT_MAIN()
