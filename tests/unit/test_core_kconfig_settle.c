/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges that hang on other values, or on the very value that they cut; each line is what conf of 6.1 and 6.12 writes. */
#include "core/kconfig_dotconfig.h"

#include "kworld.h"

static void both(const char *kconfig, const char *config, const char *want_one, const char *want_two)
{
	const char *const files[] = { "Kconfig", kconfig, NULL };
	ZOL_AUTO(free) char *one = run(files, 1, config, NULL);
	ZOL_AUTO(free) char *two = run(files, 2, config, NULL);

	assert_string_equal(one, want_one);
	assert_string_equal(two, want_two);
}

UNIT(an_end_that_is_made_of_the_value)
{
	const char *tree = "config N\n int \"n\"\n range 1 M\n default 5\nconfig M\n int\n default N\n";

	both(tree, "", "CONFIG_N=5\nCONFIG_M=5\n", "CONFIG_N=5\nCONFIG_M=5\n");
	both(tree, "CONFIG_N=0\n", "CONFIG_N=1\nCONFIG_M=1\n", "CONFIG_N=1\nCONFIG_M=1\n");
	both(tree, "CONFIG_N=-3\n", "CONFIG_N=1\nCONFIG_M=1\n", "CONFIG_N=1\nCONFIG_M=1\n");
	both(tree, "CONFIG_N=7\n", "CONFIG_N=7\nCONFIG_M=7\n", "CONFIG_N=7\nCONFIG_M=7\n");
}

/* Then it matters whom conf asks first: up to 6.10 MI5 stands behind I5 in its table, and MI4 before I4. */
UNIT(who_is_asked_first)
{
	both("config I5\n int \"n\"\n range 7 MI5\n default 9\nconfig MI5\n int\n default I5\n", "CONFIG_I5=9\n",
	     "CONFIG_I5=9\nCONFIG_MI5=9\n", "CONFIG_I5=0\nCONFIG_MI5=0\n");
	both("config I4\n int \"n\"\n range 7 MI4\n default 9\nconfig MI4\n int\n default I4\n", "CONFIG_I4=9\n",
	     "CONFIG_I4=\nCONFIG_MI4=\n", "CONFIG_I4=0\nCONFIG_MI4=0\n");
}

/* Up to 6.10 what was made of a forgotten value stays, until it is read again. */
UNIT(what_was_made_of_a_forgotten_value)
{
	both("config A\n int \"a\"\n range 1 9\n default 5\nconfig B\n int\n default A\n", "CONFIG_A=0\n",
	     "CONFIG_A=5\nCONFIG_B=1\n", "CONFIG_A=1\nCONFIG_B=1\n");
}

UNIT(a_value_that_is_cut_is_the_text_of_the_end)
{
	both("config A\n hex \"a\"\n range E 0XfF\n default 1\nconfig E\n int\n default 007\n", "",
	     "CONFIG_A=007\nCONFIG_E=007\n", "CONFIG_A=007\nCONFIG_E=007\n");
	both("config A\n hex \"a\"\n range 0x1 0XF\n default 0x20\n", "", "CONFIG_A=0XF\n", "CONFIG_A=0XF\n");
}

UNIT_MAIN()
