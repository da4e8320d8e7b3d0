/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/match.h"
#include "sample.h"

#include "unit.h"

static void first_is(const char *word, const char *module, const char *action)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_module *m = NULL;
	const struct zol_action *a = NULL;

	assert_int_equal(zol_match_first(&sample, word, &m, &a, &err), 0);
	assert_string_equal(m->name, module);
	if (action)
		assert_string_equal(a->name, action);
	else
		assert_null(a);
}

static void first_fails(const char *word, const char *text, const char *hint)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_module *m = NULL;
	const struct zol_action *a = NULL;

	assert_int_equal(zol_match_first(&sample, word, &m, &a, &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), text);
	if (hint)
		assert_string_equal(err.hint, hint);
	assert_null(m);
	assert_null(a);
}

UNIT(modules_and_top_actions_are_found)
{
	first_is("stage", "stage", NULL);
	first_is("guest", "guest", NULL);
	first_is("g", "guest", NULL);
	first_is("stag", "stage", NULL);
	first_is("up", "", "up");
	first_is("u", "", "up");
	first_is("stat", "", "state");
}

UNIT(ambiguous_prefixes_list_what_they_may_mean)
{
	first_fails("sta", "module 'sta' is ambiguous: state, stage", NULL);
	first_fails("s", "module 's' is ambiguous: state, stage", NULL);
}

UNIT(unknown_words_get_the_nearest)
{
	first_fails("geust", "no module 'geust'", "did you mean 'guest'?");
	first_fails("frobnicate", "no module 'frobnicate'", "see 'zolkit --help'");
	first_fails("", "no module ''", "see 'zolkit --help'");
	first_fails("stages", "no module 'stages'", "did you mean 'stage'?");
}

UNIT(an_exact_name_wins_over_longer_ones)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_action *a = NULL;

	assert_int_equal(zol_match_action(&sample, &stage_module, "list", &a, &err), 0);
	assert_string_equal(a->name, "list");
	assert_int_equal(zol_match_action(&sample, &stage_module, "liste", &a, &err), 0);
	assert_string_equal(a->name, "listen");
	assert_int_equal(zol_match_action(&sample, &stage_module, "lis", &a, &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), "stage action 'lis' is ambiguous: list, lists, listen");
}

UNIT(hidden_actions_are_found_by_their_full_name_only)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err second = ZOL_ERR_INIT;
	const struct zol_action *a = NULL;

	assert_int_equal(zol_match_action(&sample, &stage_module, "secret", &a, &err), 0);
	assert_string_equal(a->name, "secret");
	assert_int_equal(zol_match_action(&sample, &stage_module, "secre", &a, &err), -ZOL_USAGE);
	assert_string_equal(err.hint, "see 'zolkit stage --help'");
	assert_int_equal(zol_match_action(&sample, &stage_module, "se", &a, &second), -ZOL_USAGE);
}

UNIT(hostile_words_are_escaped_and_cut_in_messages)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err second = ZOL_ERR_INIT;
	const struct zol_action *a = NULL;
	size_t size = 1 << 20;
	char *big = malloc(size + 1);

	assert_int_equal(zol_match_action(&sample, &stage_module, "\xff\033[31m", &a, &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), "no stage action '\\xff\\x1b[31m'");
	memset(big, 'x', size);
	big[size] = '\0';
	assert_int_equal(zol_match_action(&sample, &stage_module, big, &a, &second), -ZOL_USAGE);
	assert_true(strlen(zol_err_text(&second)) < 120);
	free(big);
}

UNIT(options_of_the_action_come_before_global_ones)
{
	bool global = true;
	const struct zol_action *fetch = &stage_actions[0];

	assert_string_equal(zol_match_long(fetch, "mode=fast", 4, &global)->name, "mode");
	assert_false(global);
	assert_null(zol_match_long(fetch, "mod", 3, &global));
	assert_null(zol_match_long(fetch, "", 0, &global));
	assert_string_equal(zol_match_long(fetch, "guest", 5, &global)->name, "guest");
	assert_true(global);
	assert_null(zol_match_long(NULL, "mode", 4, &global));
	assert_string_equal(zol_match_letter(fetch, 'a', &global)->name, "all");
	assert_false(global);
	assert_string_equal(zol_match_letter(fetch, 'n', &global)->name, "dry-run");
	assert_true(global);
	assert_null(zol_match_letter(NULL, 'a', &global));
	assert_null(zol_match_letter(fetch, '\0', &global)); /* rows without a letter have 0 */
}

UNIT(the_nearest_option_is_of_both_kinds)
{
	assert_string_equal(zol_match_nearest_opt(&stage_actions[0], "mirrors"), "mirror");
	assert_string_equal(zol_match_nearest_opt(&stage_actions[0], "dryrun"), "dry-run");
	assert_string_equal(zol_match_nearest_opt(NULL, "verbos"), "verbose");
	assert_null(zol_match_nearest_opt(NULL, "qqqqqqqqqqq"));
}

UNIT_MAIN()
