/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export.h"
#include "sample.h"

#include "unit.h"

static void has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
}

UNIT(rows_become_complete_commands)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_fish(&sample, &s);
	has(&s, "complete -c zolkit -f\n");
	has(&s, "complete -c zolkit -s g -l guest -x -a '(__zolkit_guests)' -d ");
	has(&s, "complete -c zolkit -n '__zolkit_is \"\"' -a stage -d 'stages of [it]'\n");
	has(&s, "complete -c zolkit -n '__zolkit_is \"\"' -a up -d 'do it all'\n");
	has(&s, "complete -c zolkit -n '__zolkit_is \"stage\"' -a fetch -d 'fetch it'\n");
	has(&s, "complete -c zolkit -n '__zolkit_is \"stage fetch\"' -s a -l all -d 'every variant'\n");
	has(&s,
	    "complete -c zolkit -n '__zolkit_is \"stage fetch\"' -s m -l mode -x -a 'fast safe don\\'t care' -d 'how'\n");
	has(&s, "complete -c zolkit -n '__zolkit_is \"stage fetch\"' -l mirror -x -a '(__fish_complete_directories)'");
	has(&s, "complete -c zolkit -n '__zolkit_is \"stage fetch\"' -F\n");
	assert_null(strstr(zol_str_c(&s), "secret"));
}

UNIT(values_of_global_options_are_skipped_when_looking_for_the_command)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_export_fish(&sample, &s);
	has(&s,
	    "contains -- $word --config --guest --color --progress-fd; or string match -qr -- '^-[nqvh]*[g]$' $word");
}

UNIT_MAIN()
