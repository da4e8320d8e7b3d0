/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup */
#include <errno.h>
#include <stdlib.h>

#include "cli/export.h"
#include "cli/parse.h"
#include "core/settings.h"
#include "sample.h"

#include "unit.h"

/* The nth allocation of ours fails, n = 1, 2, 3 ... until none is left to fail. */

static long left = -1; /* until the failure; negative: none */
static bool failed;

static bool fails(void)
{
	if (left < 0 || left-- != 0)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

#define EACH_ALLOCATION(n) for (long n = 0; failed = false, left = n, n < 10000; n++)

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

		left = -1;
		if (!failed) {
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

		left = -1;
		assert_true(r == -ZOL_USAGE || r == -ZOL_SYSTEM);
		assert_non_null(zol_err_text(&err));
		if (!failed)
			break;
	}
	assert_false(failed);
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

		left = -1;
		write[i](&sample, &whole);
		EACH_ALLOCATION(n)
		{
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

			write[i](&sample, &s);
			left = -1;
			if (zol_str_check(&s, &err) == 0)
				assert_string_equal(zol_str_c(&s), zol_str_c(&whole));
			else
				assert_true(failed);
			if (!failed)
				break;
		}
		assert_false(failed);
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

		left = -1;
		if (!failed) {
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

		left = -1;
		assert_int_equal(zol_settings_init(&s, &err), 0);
		left = n;
		r = zol_settings_set(&s, row, "http://a http://b", &err);
		left = -1;
		assert_int_equal(s.stage.mirrors.len, r == 0 ? 3 : 1);
		assert_string_equal(s.stage.mirrors.v[0], "https://distfiles.gentoo.org");
		if (!failed) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ZOL_SYSTEM);
	}
	assert_false(failed);
}

UNIT_MAIN()
