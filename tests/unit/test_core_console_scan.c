/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_priv.h"

#include "unit.h"

ZOL_CLEANUP_PTR(prefilter, struct zol_console_prefilter *, zol_console_prefilter_free);

/* Every text is found wherever it stands, at each alignment and at both ends. */
UNIT(every_text_is_found_everywhere)
{
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();

	assert_non_null(p);
	for (size_t i = 0; zol_console_find_pattern(i); i++) {
		const char *text = zol_console_find_pattern(i);
		size_t n = strlen(text);
		char buf[200];

		for (size_t at = 0; at + n <= 70; at++)
			for (size_t len = at + n; len <= 70; len += 7) {
				size_t hit;

				memset(buf, '.', sizeof(buf));
				memcpy(buf + at, text, n);
				hit = zol_console_prefilter_next(p, buf, len, 0);
				assert_true(hit >= at && hit < at + n);
			}
	}
}

UNIT(nothing_is_found_where_nothing_is)
{
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();
	static const char text[] = "[    1.234567] Freeing unused kernel image memory: 1028K, B UG: Kernel panik\n";

	assert_int_equal(zol_console_prefilter_next(p, text, strlen(text), 0), strlen(text));
	assert_int_equal(zol_console_prefilter_next(p, text, 3, 0), 3);
	assert_int_equal(zol_console_prefilter_next(p, text, 0, 0), 0);
	assert_null(zol_console_prefilter_rule(p, zol_span_c("BUG"), NULL));
}

UNIT(rules_of_one_text_come_in_their_order)
{
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();
	const struct zol_console_rule *r = zol_console_prefilter_rule(p, zol_span_c("BUG: KASAN: x"), NULL);

	assert_string_equal(r->text, "BUG: KASAN: ");
	r = zol_console_prefilter_rule(p, zol_span_c("BUG: KASAN: x"), r);
	assert_string_equal(r->text, "BUG: ");
	assert_null(zol_console_prefilter_rule(p, zol_span_c("BUG: KASAN: x"), r));
}

UNIT(lines_are_counted)
{
	char buf[9000];

	for (size_t len = 0; len < 40; len++) {
		memset(buf, '\n', sizeof(buf));
		assert_int_equal(zol_console_count_lines(buf, len), len);
		memset(buf, '\n' + 1, sizeof(buf));
		assert_int_equal(zol_console_count_lines(buf, len), 0);
		memset(buf, '\n' ^ 0x80, sizeof(buf));
		assert_int_equal(zol_console_count_lines(buf, len), 0);
	}
	memset(buf, '\n', sizeof(buf));
	assert_int_equal(zol_console_count_lines(buf, sizeof(buf)), sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (char)(i % 3 == 0 ? '\n' : i & 0xff);
	{
		size_t want = 0;

		for (size_t i = 0; i < sizeof(buf); i++)
			want += buf[i] == '\n';
		assert_int_equal(zol_console_count_lines(buf, sizeof(buf)), want);
	}
}

UNIT_MAIN()
