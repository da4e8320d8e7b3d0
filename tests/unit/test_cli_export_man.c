/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "sample.h"

#include "unit.h"

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(the_synopsis_has_each_action_with_its_options)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_man_synopsis(&sample, "stage", &s);
	has(&s, "*zolkit stage fetch* \\[*-a*|*--all*]");
	has(&s, " \\[*-A*|*--arch* _ARCH_]");
	has(&s, " \\[*--mirror* _DIR_]...");
	has(&s, " \\[*-w*|*--at*\\[=_WHEN_]]");
	has(&s, " _NAME_...++\n*zolkit stage list*++\n");
	assert_null(strstr(zol_str_c(&s), "secret"));
}

/* As --help has it: a row that names each of its words says nothing of more. */
UNIT(a_fixed_number_of_operands_is_no_list)
{
	static const struct zol_operand pair = { "OLD NEW", 2, 2, 0, "two", ZOL_COMPLETE_NONE };
	static const struct zol_action actions[] = { { .name = "copy", .summary = "copy it", .operand = &pair } };
	static const struct zol_module module = { "stage", "stages", NULL, actions, 1 };
	static const struct zol_module *const modules[] = { &module };
	static const struct zol_table table = { "zolkit", "1", "A table.", modules, 1 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_man_synopsis(&table, "stage", &s);
	assert_string_equal(zol_str_c(&s), "*zolkit stage copy* _OLD NEW_\n");
}

UNIT(the_top_has_the_grammar_and_the_global_options)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str o = ZOL_STR_INIT;
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	zol_export_man_synopsis(&sample, "", &s);
	has(&s, "*zolkit* \\[_global options_] _module_ _action_");
	has(&s, "++\n*zolkit up*++\n*zolkit state*\n");
	zol_export_man_options(&sample, "", &o);
	has(&o, "## Global options\n");
	has(&o, "\n*-n*, *--dry-run*\n\t");
	has(&o, "\n*--color* _WHEN_\n\tcolour the output (always, auto, never).\n");
	has(&o, "## up\n\nDo it all.\n");
	for (size_t i = 0; i < n; i++)
		has(&o, globals[i].name);
}

UNIT(options_are_described_and_escaped)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_man_options(&sample, "stage", &s);
	has(&s, "## stage fetch\n\nFetch it.\n\nOne paragraph.\n\nAnother \\*one\\*.\n");
	has(&s, "\nTakes *--dry-run*. Takes *--json*.\n");
	has(&s, "\n_NAME_\n\twhat to fetch.\n");
	has(&s, "\n*-k*, *--keep*\n\tkeep \\[old\\]: ones\\_too.\n");
	has(&s, "\n*--mirror* _DIR_\n\ta mirror; may be given again and again.\n");
	has(&s, "## stage mount\n\nMount it.\n\nNeeds root. Takes *--dry-run*.\n");
	assert_null(strstr(zol_str_c(&s), "secret"));
}

UNIT(an_unknown_module_gives_nothing)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_man_options(&sample, "none", &s);
	assert_int_equal(s.len, 0);
}

UNIT_MAIN()
