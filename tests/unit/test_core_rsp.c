/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rsp.h"
#include "unit.h"

static void feed(struct zol_rsp *r, const char *text)
{
	zol_rsp_feed(r, text, strlen(text));
}

static void gives(struct zol_rsp *r, const char *data)
{
	struct zol_span got = { 0 };

	assert_int_equal(zol_rsp_next(r, &got), ZOL_RSP_PACKET);
	if (!zol_span_eq(got, data))
		fail_msg("%.*s is not %s", (int)got.len, got.ptr, data);
}

UNIT(packets_have_a_checksum)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_rsp_put(&s, zol_span_c("OK"));
	assert_string_equal(zol_str_c(&s), "$OK#9a");
	zol_rsp_put(&s, zol_span_c(""));
	assert_string_equal(zol_str_c(&s), "$OK#9a$#00");
}

UNIT(bytes_that_mean_something_are_escaped_and_come_back)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };

	zol_rsp_put(&s, zol_span_c("a$b#c}d*e"));
	assert_null(strchr(zol_str_c(&s) + 1, '$'));
	zol_rsp_feed(&r, s.ptr, s.len);
	gives(&r, "a$b#c}d*e");
}

UNIT(runs_are_expanded)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };

	feed(&r, "$0* #7a"); /* gdb's own example: "0* " is "0000" */
	gives(&r, "0000");
}

UNIT(packets_come_in_pieces)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	struct zol_span got;
	const char *text = "+$OK#9a";

	for (size_t i = 0; text[i]; i++) {
		zol_rsp_feed(&r, text + i, 1);
		if (i == 0)
			assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_ACK);
		else if (text[i + 1])
			assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_NONE);
	}
	gives(&r, "OK");
	assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_NONE);
}

UNIT(several_at_once_and_what_stands_between)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	struct zol_span got;

	feed(&r, "+junk$OK#9a-%Stop:T05#xx$E14#aa");
	assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_ACK);
	gives(&r, "OK");
	assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_NAK);
	gives(&r, "E14");
}

UNIT(damage_is_noticed)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	struct zol_span got;

	feed(&r, "$OK#9b$OK#zz$*a#8b$a*\x01#8c$}#7d$OK#9a");
	for (int i = 0; i < 5; i++)
		assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_BAD);
	gives(&r, "OK");
}

UNIT(nothing_grows_without_end)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	struct zol_span got;
	char many[1024];

	memset(many, 'x', sizeof(many));
	feed(&r, "$");
	for (size_t i = 0; i < ZOL_RSP_MAX / sizeof(many); i++) {
		zol_rsp_feed(&r, many, sizeof(many));
		assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_NONE);
	}
	zol_rsp_feed(&r, many, sizeof(many));
	assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_BAD);
	feed(&r, "$OK#9a");
	gives(&r, "OK");
}

UNIT(runs_do_not_grow_without_end_either)
{
	ZOL_AUTO(rsp) struct zol_rsp r = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_span got;
	unsigned char sum = 'a';

	zol_str_puts(&s, "$a");
	for (size_t i = 0; i < ZOL_RSP_MAX / 80; i++) {
		zol_str_puts(&s, "*~");
		sum = (unsigned char)(sum + '*' + '~');
	}
	zol_str_printf(&s, "#%02x", sum);
	zol_rsp_feed(&r, s.ptr, s.len);
	assert_int_equal(zol_rsp_next(&r, &got), ZOL_RSP_BAD);
}

UNIT(stop_replies_are_known)
{
	assert_true(zol_rsp_is_stop(zol_span_c("T05thread:01;")));
	assert_true(zol_rsp_is_stop(zol_span_c("S05")));
	assert_true(zol_rsp_is_stop(zol_span_c("W00")));
	assert_false(zol_rsp_is_stop(zol_span_c("E14")));
	assert_false(zol_rsp_is_stop(zol_span_c("T")));
	assert_false(zol_rsp_is_stop(zol_span("\0"
					      "05",
					      3)));
	assert_false(zol_rsp_is_stop(zol_span_c("Txy")));
}

UNIT_MAIN()
