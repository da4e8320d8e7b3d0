/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "sample.h"

#include "unit.h"

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(modules_and_top_actions_become_actions_of_eselect)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_eselect(&sample, &s);
	has(&s, "\nDESCRIPTION=\"A sample.\"\n");
	has(&s, "\nVERSION=\"1.2\"\n");
	has(&s, "\ndescribe_stage() {\n\techo \"stages of [it]\"\n}\n");
	has(&s, "\ndescribe_stage_parameters() {\n\techo \"fetch|list|lists|listen|mount ...\"\n}\n");
	has(&s, "\ndo_stage() {\n\tzolkit_call stage \"$@\"\n}\n");
	has(&s, "\ndo_up() {\n\tzolkit_call up \"$@\"\n}\n");
	has(&s, "\ndo_list() {\n\tzolkit_call guest list \"$@\"\n}\n"); /* what `eselect x list` is used for */
	assert_null(strstr(zol_str_c(&s), "secret"));
}

UNIT(text_is_safe_inside_double_quotes)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const struct zol_module m = { .name = "m", .summary = "a \"b\" $(c) `d` \\e" };
	const struct zol_module *const modules[] = { &m };
	const struct zol_table t = { "zolkit", "1", "x", modules, 1 };

	zol_export_eselect(&t, &s);
	has(&s, "\techo \"a \\\"b\\\" \\$(c) \\`d\\` \\\\e\"\n");
	assert_null(strstr(zol_str_c(&s), "do_list"));
}

UNIT(live_packages_are_what_is_listed_and_set)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const struct zol_action live = { .name = "live", .summary = "x" }, list = { .name = "list", .summary = "y" };
	const struct zol_module portage = { .name = "portage", .summary = "p", .actions = &live, .nactions = 1 };
	const struct zol_module guest = { .name = "guest", .summary = "g", .actions = &list, .nactions = 1 };
	const struct zol_module *const modules[] = { &guest, &portage };
	const struct zol_table t = { "zolkit", "1", "x", modules, 2 };

	zol_export_eselect(&t, &s);
	has(&s, "\ndo_list() {\n\tzolkit_call portage live list \"$@\"\n}\n");
	has(&s, "\ndo_show() {\n\tzolkit_call portage live show \"$@\"\n}\n");
	has(&s, "\ndo_set() {\n\tzolkit_call portage live set \"$@\"\n}\n");
	has(&s, "\ndo_unset() {\n\tzolkit_call portage live unset \"$@\"\n}\n");
	assert_null(strstr(zol_str_c(&s), "guest list"));
}

UNIT_MAIN()
