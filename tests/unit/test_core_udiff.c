/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/udiff.h"
#include "unit.h"

static void diff(const char *a, const char *b, const char *want)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_udiff(&out, "a", zol_span_c(a), "b", zol_span_c(b), &err), 0);
	assert_string_equal(zol_str_c(&out), want);
}

#define HEAD "--- a\n+++ b\n"

UNIT(equal_texts_have_none)
{
	diff("", "", "");
	diff("a\nb", "a\nb", "");
}

UNIT(as_diff_prints_them)
{
	diff("", "a\n", HEAD "@@ -0,0 +1 @@\n+a\n");
	diff("a\n", "", HEAD "@@ -1 +0,0 @@\n-a\n");
	diff("a\n", "b\n", HEAD "@@ -1 +1 @@\n-a\n+b\n");
	diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
	     HEAD "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
	diff("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
	     HEAD "@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n");
}

UNIT(far_changes_are_hunks_of_their_own)
{
	diff("x\n1\n2\n3\n4\n5\n6\n7\ny\n", "X\n1\n2\n3\n4\n5\n6\n7\nY\n",
	     HEAD "@@ -1,4 +1,4 @@\n-x\n+X\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-y\n+Y\n");
	diff("x\n1\n2\n3\n4\n5\n6\ny\n", "X\n1\n2\n3\n4\n5\n6\nY\n",
	     HEAD "@@ -1,8 +1,8 @@\n-x\n+X\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n+Y\n");
}

UNIT(missing_newlines_are_told)
{
	diff("a", "a\n", HEAD "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
	diff("a\nb", "a\nc",
	     HEAD "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n");
}

UNIT(absent_files)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_udiff(&out, NULL, zol_span_c(""), "b", zol_span_c("x\n"), &err), 0);
	assert_string_equal(zol_str_c(&out), "--- /dev/null\n+++ b\n@@ -0,0 +1 @@\n+x\n");
	zol_str_truncate(&out, 0);
	assert_int_equal(zol_udiff(&out, "a", zol_span_c("x\n"), NULL, zol_span_c(""), &err), 0);
	assert_string_equal(zol_str_c(&out), "--- a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
}

/* Applies our own output: keeps ' ' and '+' lines of a diff over the whole text. */
static void apply(struct zol_span patch, struct zol_str *out, unsigned *ret_minus)
{
	struct zol_span line;

	*ret_minus = 0;
	while (zol_span_line(&patch, &line)) {
		if (zol_span_starts(line, "---") || zol_span_starts(line, "+++") || zol_span_starts(line, "@@"))
			continue;
		if (line.ptr[0] == '-') {
			(*ret_minus)++;
			continue;
		}
		zol_str_add(out, line.ptr + 1, line.len - 1);
		zol_str_putc(out, '\n');
	}
}

UNIT(random_texts_come_out_right)
{
	unsigned seed = 1;

	for (int round = 0; round < 300; round++) {
		ZOL_AUTO(str) struct zol_str a = ZOL_STR_INIT, b = ZOL_STR_INIT, out = ZOL_STR_INIT, got = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		unsigned minus;

		/* Change at least every third line, so that one hunk has all lines. */
		for (int i = 0; i < 12; i++) {
			seed = seed * 1103515245U + 12345U;
			zol_str_printf(&a, "%c\n", 'a' + (seed >> 16) % 3);
			if ((seed >> 20) % 4)
				zol_str_printf(&b, "%c\n", 'a' + (seed >> 24) % 3);
			if (i % 3 == 0) {
				zol_str_printf(&a, "-%d\n", i);
				zol_str_printf(&b, "+%d\n", i);
			}
		}
		zol_str_puts(&a, "old\n");
		zol_str_puts(&b, "new\n");
		assert_int_equal(zol_udiff(&out, "a", zol_span_str(&a), "b", zol_span_str(&b), &err), 0);
		apply(zol_span_str(&out), &got, &minus);
		assert_true(minus >= 5);
		assert_non_null(strstr(zol_str_c(&b), zol_str_c(&got)));
		assert_true(got.len + 8 >= b.len);
	}
}

UNIT(very_different_texts_are_replaced_whole)
{
	ZOL_AUTO(str) struct zol_str a = ZOL_STR_INIT, b = ZOL_STR_INIT, out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (int i = 0; i < 2000; i++) {
		zol_str_printf(&a, "a%d\n", i);
		zol_str_printf(&b, "b%d\n", i);
	}
	assert_int_equal(zol_udiff(&out, "a", zol_span_str(&a), "b", zol_span_str(&b), &err), 0);
	assert_non_null(strstr(zol_str_c(&out), "@@ -1,2000 +1,2000 @@\n-a0\n"));
	assert_non_null(strstr(zol_str_c(&out), "-a1999\n+b0\n"));
}

UNIT_MAIN()
