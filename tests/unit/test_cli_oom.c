/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
#include <errno.h>
#include <stdlib.h>

#include "cli/export.h"
#include "cli/parse.h"
#include "core/settings.h"
#include "oom.h"
#include "sample.h"

#include "unit.h"

#define EACH_ALLOCATION(n) for (long n = 0; oom_failed = false, oom_left = n, n < 10000; n++)

static char program[] = "zolkit", stage[] = "stage", fetch[] = "fetch", mirror[] = "--mirror", dir[] = "/m",
	    name[] = "x", bogus[] = "--mirrro";

UNIT(parsing_says_when_memory_is_short)
{
	char *argv[] = { program, stage, fetch, mirror, dir, name, mirror, dir, NULL };
	long n_failed = 0;

	EACH_ALLOCATION(n)
	{
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(parsed) struct zol_parsed p = { .args = NULL };
		int r = zol_parse(&sample, 8, argv, &p, &err);

		oom_left = -1;
		if (!oom_failed) {
			assert_int_equal(r, 0);
			break;
		}
		n_failed++;
		assert_int_equal(r, -ZOL_SYSTEM);
		assert_int_equal(err.errnum, ENOMEM);
	}
	assert_true(n_failed >= 4);
}

UNIT(mistakes_stay_mistakes_when_memory_is_short)
{
	char *argv[] = { program, stage, fetch, bogus, NULL };

	EACH_ALLOCATION(n)
	{
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(parsed) struct zol_parsed p = { .args = NULL };
		int r = zol_parse(&sample, 4, argv, &p, &err);

		oom_left = -1;
		assert_true(r == -ZOL_USAGE || r == -ZOL_SYSTEM);
		assert_non_null(zol_err_text(&err));
		if (!oom_failed)
			break;
	}
	assert_false(oom_failed);
}

static void man(const struct zol_table *t, struct zol_str *s)
{
	zol_export_man_synopsis(t, "stage", s);
	zol_export_man_options(t, "stage", s);
}

static void help(const struct zol_table *t, struct zol_str *s)
{
	zol_cli_help(t, &stage_module, &stage_actions[0], 80, s);
	zol_cli_help(t, &stage_module, NULL, 80, s);
	zol_cli_help(t, NULL, NULL, 80, s);
}

static void settings(ZOL_UNUSED const struct zol_table *t, struct zol_str *s)
{
	zol_settings_file(s);
	zol_settings_man(s);
}

UNIT(what_is_generated_is_whole_or_reported)
{
	static void (*const write[])(const struct zol_table *, struct zol_str *) = {
		zol_export_bash, zol_export_zsh, zol_export_fish, zol_export_eselect, man, help, settings,
	};

	for (size_t i = 0; i < ZOL_COUNT(write); i++) {
		ZOL_AUTO(str) struct zol_str whole = ZOL_STR_INIT;

		oom_left = -1;
		write[i](&sample, &whole);
		EACH_ALLOCATION(n)
		{
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

			write[i](&sample, &s);
			oom_left = -1;
			if (zol_str_check(&s, &err) == 0)
				assert_string_equal(zol_str_c(&s), zol_str_c(&whole));
			else
				assert_true(oom_failed);
			if (!oom_failed)
				break;
		}
		assert_false(oom_failed);
	}
}

UNIT(settings_are_whole_or_not_there)
{
	long n_failed = 0;

	EACH_ALLOCATION(n)
	{
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_settings s;
		int r = zol_settings_init(&s, &err);

		oom_left = -1;
		if (!oom_failed) {
			assert_int_equal(r, 0);
			zol_settings_free(&s);
			break;
		}
		n_failed++;
		assert_int_equal(r, -ZOL_SYSTEM);
	}
	assert_true(n_failed > 20);
}

UNIT(a_list_keeps_its_words_when_one_cannot_be_added)
{
	const struct zol_set_row *row = zol_settings_find("stage", "mirrors");

	EACH_ALLOCATION(n)
	{
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(settings) struct zol_settings s;
		int r;

		oom_left = -1;
		assert_int_equal(zol_settings_init(&s, &err), 0);
		oom_left = n;
		r = zol_settings_set(&s, row, "http://a http://b", &err);
		oom_left = -1;
		assert_int_equal(s.stage.mirrors.len, r == 0 ? 3 : 1);
		assert_string_equal(s.stage.mirrors.v[0], "https://distfiles.gentoo.org");
		if (!oom_failed) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ZOL_SYSTEM);
	}
	assert_false(oom_failed);
}

UNIT_MAIN()
