/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: realloc */
#include <errno.h>

#include "base/str.h"

#include "unit.h"

/* Memory runs out after so many calls of realloc(3). */
static int allocations_left = INT32_MAX;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
	return allocations_left-- > 0 ? __real_realloc(p, size) : NULL;
}

UNIT(empty_is_an_empty_string)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(free) char *taken = NULL;

	assert_string_equal(zol_str_c(&s), "");
	zol_str_truncate(&s, 0);
	taken = zol_str_take(&s);
	assert_string_equal(taken, "");
}

UNIT(appends_of_all_kinds)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_puts(&s, "ab");
	zol_str_putc(&s, 'c');
	zol_str_add(&s, "d\0e", 3);
	zol_str_printf(&s, "%d-%s", 42, "x");
	assert_int_equal(s.len, 10);
	assert_memory_equal(s.ptr, "abcd\0e42-x", 11);
}

UNIT(printf_of_any_length)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (int width = 1; width < 300; width += 7) {
		zol_str_truncate(&s, 0);
		zol_str_printf(&s, "<%*d>", width, 7);
		assert_int_equal(s.len, width + 2);
		assert_int_equal(strlen(s.ptr), s.len);
		assert_int_equal(s.ptr[s.len - 2], '7');
	}
}

UNIT(grows_without_losing_anything)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (int i = 0; i < 100000; i++)
		zol_str_putc(&s, (char)('a' + i % 26));
	assert_int_equal(s.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(s.ptr[i], 'a' + i % 26);
}

UNIT(truncate_only_shortens)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_puts(&s, "hello");
	zol_str_truncate(&s, 9);
	assert_string_equal(zol_str_c(&s), "hello");
	zol_str_truncate(&s, 2);
	assert_string_equal(zol_str_c(&s), "he");
}

UNIT(take_resets)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(free) char *taken = NULL;

	zol_str_puts(&s, "mine");
	taken = zol_str_take(&s);
	assert_string_equal(taken, "mine");
	assert_null(s.ptr);
	assert_int_equal(s.len, 0);
}

UNIT(out_of_memory_is_sticky_at_every_allocation)
{
	for (int fail_at = 0; fail_at < 3; fail_at++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		allocations_left = fail_at;
		zol_str_puts(&s, "0123456789012345678901234567890123456789");
		zol_str_printf(&s, "%0100d", 1);
		zol_str_printf(&s, "%0200d", 1);
		allocations_left = INT32_MAX;
		zol_str_puts(&s, "more");
		assert_true(s.oom);
		assert_int_equal(strlen(zol_str_c(&s)), s.len);
		assert_null(zol_str_reserve(&s, 1));
		assert_int_equal(zol_str_check(&s, &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, ENOMEM);
		assert_null(zol_str_take(&s));
		assert_false(s.oom);
	}
}

UNIT(absurd_sizes_are_refused)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_puts(&s, "x");
	assert_null(zol_str_reserve(&s, SIZE_MAX));
	assert_true(s.oom);
}

UNIT(check_is_silent_otherwise)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_str_check(&s, &err), 0);
}

UNIT(asprintf_gives_a_fresh_string)
{
	ZOL_AUTO(free) char *s = zol_asprintf("%s/%d", "a", 1);

	assert_string_equal(s, "a/1");
	allocations_left = 0;
	assert_null(zol_asprintf("%s", "a"));
	allocations_left = INT32_MAX;
}

static void quotes(const char *word, const char *quoted)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_shell_quote(&s, word);
	assert_string_equal(zol_str_c(&s), quoted);
}

UNIT(words_are_quoted_for_a_shell)
{
	quotes("plain-1.0/x_y:z", "plain-1.0/x_y:z");
	quotes("", "''");
	quotes("a b", "'a b'");
	quotes("it's", "'it'\\''s'");
	quotes("$HOME", "'$HOME'");
	quotes("~", "'~'");
	quotes("new\nline", "'new\nline'");
	quotes("*", "'*'");
	quotes("\xc3\xa4", "'\xc3\xa4'");
}

UNIT(command_lines_are_joined)
{
	static const char *const argv[] = { "A=b", "C=d", "two words", NULL };
	static const char *const none[] = { NULL };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_shell_join(&s, none);
	assert_string_equal(zol_str_c(&s), "");
	zol_str_shell_join(&s, argv);
	assert_string_equal(zol_str_c(&s), "'A=b' C=d 'two words'");
}

UNIT(bytes_become_hexadecimal_digits)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_puts(&s, "x");
	zol_str_hex(&s, "\x00\xab\xff", 3);
	zol_str_hex(&s, NULL, 0);
	assert_string_equal(zol_str_c(&s), "x00abff");
}

UNIT_MAIN()
