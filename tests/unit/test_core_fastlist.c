/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fastlist.h"

#include "unit.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static int parse(const char *text, uint64_t end, struct zol_fast_list *list)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int rc = zol_fast_list_parse(zol_span_c(text), end, list, &err);

	if (rc)
		assert_non_null(strstr(zol_err_text(&err), "frame list, line"));
	return rc;
}

UNIT(list_survives_printing_and_parsing)
{
	ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 }, back = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, again = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	/* As threads finish: out of order. */
	for (size_t i = 1000; i-- > 0;) {
		struct zol_fast_frame f = { .offset = i * 100, .packed = 100, .unpacked = (uint32_t)i + 1 };

		f.sha256[0] = (uint8_t)i;
		f.sha256[31] = 0xab;
		assert_int_equal(zol_fast_list_set(&list, i, &f, &err), 0);
	}
	assert_int_equal(list.n, 1000);
	zol_fast_list_print(&list, &text);
	assert_int_equal(parse(zol_str_c(&text), 100000, &back), 0);
	assert_int_equal(back.n, 1000);
	assert_int_equal(back.size, 1000 * 1001 / 2);
	assert_int_equal(back.size, list.size);
	zol_fast_list_print(&back, &again);
	assert_string_equal(zol_str_c(&again), zol_str_c(&text));
	assert_int_equal(parse(zol_str_c(&text), 99999, &back), -ZOL_MALFORMED);
}

UNIT(empty_list_is_a_list)
{
	ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 };

	assert_int_equal(parse("", 0, &list), 0);
	assert_int_equal(list.n, 0);
	assert_int_equal(list.size, 0);
}

UNIT(bad_lists_are_refused)
{
	static const char *const bad[] = {
		"\n",
		"0 1\n",
		"0 1 1\n",
		"0 1 1 " ZEROS " more\n",
		"0 1 1 " ZEROS "0\n",
		"0 1 1 00\n",
		"0 1 1 g000000000000000000000000000000000000000000000000000000000000000\n",
		"0 1 1 A000000000000000000000000000000000000000000000000000000000000000\n",
		"-1 1 1 " ZEROS "\n",
		"0 0 1 " ZEROS "\n",
		"0 1 0 " ZEROS "\n",
		"0 1 16777217 " ZEROS "\n",
		"0 16777217 1 " ZEROS "\n",
		"100 1 1 " ZEROS "\n",
		"99 2 1 " ZEROS "\n",
		"18446744073709551615 2 1 " ZEROS "\n",
		"18446744073709551616 2 1 " ZEROS "\n",
		"0 1 1 " ZEROS "\nrubbish\n",
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 };

		assert_int_equal(parse(bad[i], 100, &list), -ZOL_MALFORMED);
		assert_null(list.frames);
	}
}

UNIT(list_has_an_end)
{
	ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_fast_frame f = { .packed = 1, .unpacked = 1 };

	assert_int_equal(zol_fast_list_set(&list, ZOL_FAST_FRAMES_MAX, &f, &err), -ZOL_MALFORMED);
	assert_int_equal(list.n, 0);
}

static void fill(struct zol_fast_mark *m)
{
	for (size_t i = 0; i < sizeof(m->sha512); i++) {
		m->sha512[i] = (uint8_t)i;
		m->blake2b[i] = (uint8_t)(255 - i);
	}
	memset(m->list, 0x5a, sizeof(m->list));
	m->entries = 76952;
	m->size = 787078137;
}

UNIT(mark_survives_printing_and_parsing)
{
	struct zol_fast_mark m = { .size = 0 }, back = { .size = 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	fill(&m);
	zol_fast_mark_print(&m, &text);
	assert_int_equal(zol_fast_mark_parse(zol_span_str(&text), &back, &err), 0);
	assert_memory_equal(m.sha512, back.sha512, sizeof(m.sha512));
	assert_memory_equal(m.blake2b, back.blake2b, sizeof(m.blake2b));
	assert_memory_equal(m.list, back.list, sizeof(m.list));
	assert_int_equal(back.entries, m.entries);
	assert_int_equal(back.size, m.size);
}

UNIT(no_prefix_of_a_mark_is_a_mark)
{
	struct zol_fast_mark m = { .size = 0 }, back = { .size = 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	fill(&m);
	zol_fast_mark_print(&m, &text);
	/* Without its last digits the size is still a number: its file's size gives it away. */
	for (size_t n = 0; n + sizeof("787078137\n") <= text.len; n++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_fast_mark_parse(zol_span(text.ptr, n), &back, &err), -ZOL_MALFORMED);
	}
	assert_int_equal(back.size, 0);
}

UNIT(bad_marks_are_refused)
{
	struct zol_fast_mark m = { .size = 0 }, back;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	static const char *const keys[] = { "zolkit-fast 1", "sha512", "blake2b", "list", "entries", "size" };

	fill(&m);
	zol_fast_mark_print(&m, &text);
	for (size_t i = 0; i < ZOL_COUNT(keys); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(free) char *copy = strdup(zol_str_c(&text));

		assert_non_null(copy);
		strstr(copy, keys[i])[0] = 'X';
		assert_int_equal(zol_fast_mark_parse(zol_span_c(copy), &back, &err), -ZOL_MALFORMED);
	}
	zol_str_puts(&text, "more 1\n");
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	assert_int_equal(zol_fast_mark_parse(zol_span_str(&text), &back, &err), -ZOL_MALFORMED);
}

UNIT_MAIN()
