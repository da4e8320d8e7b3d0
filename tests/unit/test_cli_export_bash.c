/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "sample.h"

#include "unit.h"

/* What the script does is tested by running it: tests/cli/completion-*.t. */

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(tables_become_cases)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_bash(&sample, &s);
	has(&s, "reply=(up state stage guest)");
	has(&s, "\tstage) reply=(fetch list lists listen mount) ;;\n");
	has(&s, "\t'stage list') reply=(--config -g --guest -q --quiet");
	has(&s, "\tup)\n\t\tmodule=-\n\t\taction=up\n");
	has(&s, "\t'- up') reply=(");
	has(&s, "complete -F _zolkit zolkit\n");
	assert_null(strstr(zol_str_c(&s), "secret"));
}

UNIT(values_have_kinds_and_choices_are_quoted)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_bash(&sample, &s);
	has(&s, "\t'stage fetch'' -a' | 'stage fetch'' --all') return 1 ;;\n");
	has(&s, "\t'stage fetch'' --mirror') reply=(dir) ;;\n");
	has(&s, "\t'stage fetch'' -w' | 'stage fetch'' --at') return 1 ;;\n");
	has(&s, "\t'stage fetch'' --size') reply=(file) ;;\n");
	has(&s, "\t'stage fetch'' --wait') reply=(guest) ;;\n");
	has(&s, "\t'stage fetch'' -A' | 'stage fetch'' --arch') reply=(none) ;;\n");
	has(&s, "reply=(words fast safe 'don'\\''t care') ;;\n");
	has(&s, "\t*' --color') reply=(words always auto never) ;;\n");
	has(&s, "\t'guest run') reply=(command) ;;\n");
}

UNIT(a_module_less_table_still_gives_a_script)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	const struct zol_table empty = { "zolkit", "1", "x", NULL, 0 };

	zol_export_bash(&empty, &s);
	has(&s, "reply=()\n");
}

UNIT_MAIN()
