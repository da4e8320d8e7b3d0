/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include "unit.h"

UNIT(comparisons)
{
	struct zol_span a = zol_span_c("abc"), none = zol_span(NULL, 0);

	assert_true(zol_span_eq(a, "abc"));
	assert_false(zol_span_eq(a, "ab"));
	assert_false(zol_span_eq(a, "abd"));
	assert_true(zol_span_eq(none, ""));
	assert_true(zol_span_starts(a, "ab"));
	assert_false(zol_span_starts(a, "b"));
	assert_false(zol_span_starts(a, "abcd"));
	assert_true(zol_span_starts(none, ""));
	assert_true(zol_span_ends(a, "bc"));
	assert_false(zol_span_ends(a, "ab"));
	assert_false(zol_span_ends(a, "zabc"));
	assert_true(zol_span_ends(none, ""));
}

UNIT(same_bytes_and_text_inside)
{
	const struct zol_span none = { .ptr = NULL, .len = 0 };

	assert_true(zol_span_same(zol_span_c("ab"), zol_span("abc", 2)));
	assert_true(zol_span_same(zol_span("a\0b", 3), zol_span("a\0b", 3)));
	assert_true(zol_span_same(none, zol_span_c("")));
	assert_true(zol_span_same(none, none));
	assert_false(zol_span_same(zol_span_c("ab"), zol_span_c("aB")));
	assert_false(zol_span_same(zol_span_c("ab"), zol_span_c("abc")));
	assert_false(zol_span_same(none, zol_span_c("a")));
	assert_true(zol_span_has(zol_span_c("a line of text"), "line"));
	assert_true(zol_span_has(zol_span_c("text"), "text"));
	assert_false(zol_span_has(zol_span("texts", 4), "texts"));
	assert_false(zol_span_has(zol_span_c("ex"), "text"));
	assert_false(zol_span_has(none, "x"));
}

UNIT(trim_takes_blanks_of_both_ends)
{
	assert_true(zol_span_eq(zol_span_trim(zol_span_c(" \t a b \r\n")), "a b"));
	assert_int_equal(zol_span_trim(zol_span_c("  ")).len, 0);
	assert_int_equal(zol_span_trim(zol_span(NULL, 0)).len, 0);
}

UNIT(lines_end_in_lf_or_nothing)
{
	struct zol_span rest = zol_span_c("one\n\nthree\r\nfour"), line;

	assert_true(zol_span_line(&rest, &line));
	assert_true(zol_span_eq(line, "one"));
	assert_true(zol_span_line(&rest, &line));
	assert_true(zol_span_eq(line, ""));
	assert_true(zol_span_line(&rest, &line));
	assert_true(zol_span_eq(line, "three\r"));
	assert_true(zol_span_line(&rest, &line));
	assert_true(zol_span_eq(line, "four"));
	assert_false(zol_span_line(&rest, &line));
	assert_true(zol_span_eq(line, "four"));
}

UNIT(fields_are_runs_between_separators)
{
	struct zol_span rest = zol_span_c(" ,a,,bc "), f;

	assert_true(zol_span_field(&rest, " ,", &f));
	assert_true(zol_span_eq(f, "a"));
	assert_true(zol_span_field(&rest, " ,", &f));
	assert_true(zol_span_eq(f, "bc"));
	assert_false(zol_span_field(&rest, " ,", &f));
	assert_int_equal(rest.len, 0);
}

UNIT(nul_is_no_separator)
{
	struct zol_span rest = zol_span("a\0b c", 5), f;

	assert_true(zol_span_field(&rest, " ", &f));
	assert_int_equal(f.len, 3);
}

UNIT(dup_on_one_line_has_no_control_characters)
{
	ZOL_AUTO(free) char *a = zol_span_dup_line(zol_span("a\0b\tc\n\033\x7f\xc3\xa4z", 10));
	ZOL_AUTO(free) char *none = zol_span_dup_line(zol_span(NULL, 0));

	assert_string_equal(a, "a b c   \xc3\xa4");
	assert_string_equal(none, "");
}

UNIT(base_name_is_what_follows_the_last_slash)
{
	assert_string_equal(zol_base_name("a"), "a");
	assert_string_equal(zol_base_name("/a/b"), "b");
	assert_string_equal(zol_base_name("/a/b/"), "");
	assert_string_equal(zol_base_name(""), "");
}

UNIT(dup_is_a_string)
{
	ZOL_AUTO(free) char *a = zol_span_dup(zol_span("abcdef", 3));
	ZOL_AUTO(free) char *none = zol_span_dup(zol_span(NULL, 0));

	assert_string_equal(a, "abc");
	assert_string_equal(none, "");
}

UNIT(span_of_a_string)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	assert_int_equal(zol_span_str(&s).len, 0);
	zol_str_puts(&s, "x");
	assert_true(zol_span_eq(zol_span_str(&s), "x"));
}

UNIT(nearest_corrects_slips)
{
	static const char *const names[] = { "status", "start", "stop", "snapshot", "monitor" };

	assert_string_equal(zol_nearest("statsu", names, ZOL_COUNT(names)), "status");
	assert_string_equal(zol_nearest("strat", names, ZOL_COUNT(names)), "start");
	assert_string_equal(zol_nearest("snapshto", names, ZOL_COUNT(names)), "snapshot");
	assert_string_equal(zol_nearest("monitr", names, ZOL_COUNT(names)), "monitor");
	assert_string_equal(zol_nearest("monnitor", names, ZOL_COUNT(names)), "monitor");
	assert_string_equal(zol_nearest("stop", names, ZOL_COUNT(names)), "stop");
}

UNIT(nearest_does_not_guess_wildly)
{
	static const char *const names[] = {
		"status", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};

	assert_null(zol_nearest("fetch", names, ZOL_COUNT(names)));
	assert_null(zol_nearest("", names, ZOL_COUNT(names)));
	assert_null(zol_nearest("status", names, 0));
	assert_null(zol_nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", names,
				ZOL_COUNT(names)));
}

UNIT_MAIN()
