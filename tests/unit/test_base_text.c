/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"

#include "unit.h"

static void both(const char *text, const char *json, const char *plain)
{
	ZOL_AUTO(str) struct zol_str j = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str p = ZOL_STR_INIT;

	zol_json_string(&j, text);
	zol_text_escape(&p, text);
	assert_string_equal(zol_str_c(&j), json);
	assert_string_equal(zol_str_c(&p), plain);
}

UNIT(plain_text_stays)
{
	both("", "\"\"", "");
	both("hello world", "\"hello world\"", "hello world");
	both("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"",
	     "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
}

UNIT(control_characters_are_escaped)
{
	both("a\nb\tc\rd", "\"a\\nb\\tc\\rd\"", "a\\x0ab\\x09c\\x0dd");
	both("\033[2J", "\"\\u001b[2J\"", "\\x1b[2J");
	both("\x7f", "\"\\u007f\"", "\\x7f");
	both("\xc2\x9b", "\"\\u009b\"", "\\xc2\\x9b");
}

UNIT(json_quotes)
{
	both("a\"b\\c/", "\"a\\\"b\\\\c/\"", "a\"b\\c/");
}

UNIT(what_is_no_utf8)
{
	static const char *const bad[] = {
		"\x80",
		"\xff",
		"\xc3",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x80\xaf",
		"\xed\xa0\x80",
		"\xf0\x80\x80\xaf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xe2\x82",
		"\xf0\x9f\x98",
		"\xe2\x28\xa1",
		"\xf0\x9f\x28\x80",
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(str) struct zol_str j = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str p = ZOL_STR_INIT;

		zol_json_string(&j, bad[i]);
		zol_text_escape(&p, bad[i]);
		assert_int_equal(strncmp(zol_str_c(&j), "\"\xef\xbf\xbd", 4), 0);
		assert_int_equal(strncmp(zol_str_c(&p), "\\x", 2), 0);
	}
	both("a\xffz", "\"a\xef\xbf\xbdz\"", "a\\xffz");
}

/* Whatever the bytes, the result holds no control character and only whole sequences. */
UNIT(every_pair_of_bytes_is_safe)
{
	for (int a = 1; a < 256; a++) {
		for (int b = 1; b < 256; b++) {
			char text[3] = { (char)a, (char)b, '\0' };
			ZOL_AUTO(str) struct zol_str once = ZOL_STR_INIT;
			ZOL_AUTO(str) struct zol_str twice = ZOL_STR_INIT;

			zol_text_escape(&once, text);
			for (const char *p = zol_str_c(&once); *p; p++)
				assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
			zol_text_escape(&twice, zol_str_c(&once));
			assert_string_equal(zol_str_c(&once), zol_str_c(&twice));
		}
	}
}

static void xml(const char *text, size_t n, const char *want)
{
	ZOL_AUTO(free) char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a byte too far */
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	memcpy(exact, text, n);
	zol_xml_text(&s, zol_span(exact, n));
	assert_string_equal(zol_str_c(&s), want);
}

UNIT(xml_escapes)
{
	xml("", 0, "");
	xml("plain", 5, "plain");
	xml("a<b>&\"c'", 8, "a&lt;b&gt;&amp;&quot;c'");
	xml("<<", 2, "&lt;&lt;");
	xml("a\tb\rc\nd", 7, "a&#9;b&#13;c\nd");
	xml("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

UNIT(xml_has_only_characters_that_it_allows)
{
	xml("a\0b", 3,
	    "a\xef\xbf\xbd"
	    "b");
	xml("\1\x7f", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	xml("\xc2\x9b\xc2\xa0", 4, "\xef\xbf\xbd\xc2\xa0");
	xml("\xc3", 1, "\xef\xbf\xbd");
	xml("x\xf0\x9f\x98", 4, "x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	xml("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	xml("\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf", 9, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

/* All pieces of a text, with a bar between them. */
static void pieces(const char *text, size_t width, bool cut, const char *want)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_span left = zol_span_c(text), piece;
	bool first = true;

	for (; zol_text_piece(&left, width, cut, &piece); first = false) {
		zol_str_puts(&s, first ? "" : "|");
		zol_str_add(&s, piece.ptr, piece.len);
	}
	assert_string_equal(zol_str_c(&s), want);
}

UNIT(pieces_end_at_blanks)
{
	pieces("", 5, true, "");
	pieces("aa bb cc dd", 5, true, "aa bb|cc dd");
	pieces("aa bb cc dd", 5, false, "aa bb|cc dd");
	pieces("aa bb", 80, false, "aa bb");
	pieces("aa    bb", 4, false, "aa|bb");
	pieces("  aa bb", 5, false, "  aa|bb"); /* blanks that begin it belong to it */
	pieces("aa ", 2, false, "aa");
	pieces("aaaaaaa bb", 3, false, "aaaaaaa|bb");
	pieces("aaaaaaa bb", 3, true, "aaa|aaa|a|bb");
	pieces("aa bbbbb", 3, false, "aa|bbbbb");
	pieces("/usr/lib/x", 6, true, "/usr/|lib/x"); /* behind a separator */
	pieces("/usrliblibx", 6, true, "/usrli|blibx");
	pieces("\xc3\xa4\xc3\xa4\xc3\xa4", 2, true, "\xc3\xa4\xc3\xa4|\xc3\xa4"); /* columns, not bytes */
	assert_int_equal(zol_text_width("\xc3\xa4x\xe2\x82\xac", 6), 3);
}

UNIT(wrapped_text_is_indented)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_puts(&s, " * ");
	zol_text_wrap(&s, zol_span_c("one two three"), 3, 10);
	assert_string_equal(zol_str_c(&s), " * one two\n   three");
	zol_str_truncate(&s, 0);
	zol_text_wrap(&s, zol_span_c("a b"), 9, 4); /* no room: a word a line */
	assert_string_equal(zol_str_c(&s), "a\n         b");
	zol_str_truncate(&s, 0);
	zol_text_wrap(&s, zol_span_c(""), 9, 4);
	assert_string_equal(zol_str_c(&s), "");
}

UNIT_MAIN()
