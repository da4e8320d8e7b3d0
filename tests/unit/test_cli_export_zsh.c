/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "sample.h"

#include "unit.h"

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(rows_become_specifications)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_zsh(&sample, &s);
	assert_int_equal(strncmp(zol_str_c(&s), "#compdef zolkit\n", 16), 0);
	has(&s, "\t\t'(-a --all)'{-a,--all}'[every variant]'\n");
	has(&s, "\t\t'(-A --arch)'{-A+,--arch=}'[the architecture]:ARCH: '\n");
	has(&s, "\t\t'*'--mirror='[a mirror]:DIR:_files -/'\n");
	has(&s, "\t\t--size='[at most this]:SIZE:_files'\n");
	has(&s, "\t\t--wait='[at most this long]:TIME:_zolkit_guests'\n");
	has(&s, "\t\t'*'{-v,--verbose}'[");
	has(&s, "\t\t'*:NAME:_files'\n");
	has(&s, "\t\t'(-)1:CMD:_command_names -e'\n");
	has(&s, "_zolkit_stage_fetch() {\n");
	has(&s, "_zolkit__up() {\n");
	has(&s, "\tup) _zolkit__up ;;\n");
	assert_null(strstr(zol_str_c(&s), "secret"));
}

UNIT(what_zsh_would_take_as_markup_is_escaped)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_zsh(&sample, &s);
	has(&s, "'[keep \\[old\\]\\: ones_too]'");
	has(&s, "'[how]:MODE:(fast safe don'\\''t care)'");
	has(&s, "'stage:stages of \\[it\\]'");
}

UNIT(flags_decide_which_global_options_an_action_has)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const char *lists, *end, *dry;

	zol_export_zsh(&sample, &s);
	lists = strstr(zol_str_c(&s), "_zolkit_stage_lists() {");
	assert_non_null(lists);
	end = strstr(lists, "\n}\n");
	dry = strstr(lists, "--dry-run");
	assert_true(!dry || dry > end);
}

UNIT_MAIN()
