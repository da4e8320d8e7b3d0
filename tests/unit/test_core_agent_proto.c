/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
#include "core/agent_proto.h"

#include "oom.h"
#include "unit.h"

UNIT(a_frame_has_its_documented_bytes)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	static const unsigned char want[] = { 'z', 'o', 'l', 'A', ZOL_FRAME_DATA, 2, 0, 0, 4, 3, 2, 1, 3, 0, 0,
					      0,   'a', 'b', 'c' };

	zol_frame_put(&s, ZOL_FRAME_DATA, 0x01020304, 2, "abc", 3);
	assert_int_equal(s.len, sizeof(want));
	assert_memory_equal(s.ptr, want, sizeof(want));
}

UNIT(frames_come_back_as_they_went)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;
	uint32_t a = 0;
	uint32_t b = 0;

	zol_frame_put(&s, ZOL_FRAME_START, 7, 0, NULL, 0);
	zol_frame_put_u32(&s, ZOL_FRAME_CREDIT, 8, ZOL_STREAM_ERR, 0xfffefdfcU);
	zol_frame_put_u32x2(&s, ZOL_FRAME_EXIT, 9, ZOL_KILLED, 9);
	zol_frames_feed(&r, s.ptr, s.len);
	assert_true(zol_frames_next(&r, &f));
	assert_int_equal(f.type, ZOL_FRAME_START);
	assert_int_equal(f.channel, 7);
	assert_int_equal(f.data.len, 0);
	assert_false(zol_frame_u32(&f, 0, &a));
	assert_true(zol_frames_next(&r, &f));
	assert_int_equal(f.stream, ZOL_STREAM_ERR);
	assert_true(zol_frame_u32(&f, 0, &a));
	assert_int_equal(a, 0xfffefdfcU);
	assert_false(zol_frame_u32(&f, 1, &a));
	assert_true(zol_frames_next(&r, &f));
	assert_true(zol_frame_u32(&f, 0, &a) && zol_frame_u32(&f, 1, &b));
	assert_int_equal(a, ZOL_KILLED);
	assert_int_equal(b, 9);
	assert_false(zol_frames_next(&r, &f));
	assert_int_equal(r.skipped, 0);
}

UNIT(frames_may_come_byte_by_byte)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;
	size_t n = 0;

	for (uint32_t i = 1; i <= 5; i++)
		zol_frame_put(&s, ZOL_FRAME_DATA, i, 1, "0123456789", i);
	for (size_t i = 0; i < s.len; i++) {
		zol_frames_feed(&r, s.ptr + i, 1);
		while (zol_frames_next(&r, &f)) {
			n++;
			assert_int_equal(f.channel, n);
			assert_int_equal(f.data.len, n);
			assert_memory_equal(f.data.ptr, "0123456789", n);
		}
	}
	assert_int_equal(n, 5);
}

UNIT(what_is_no_frame_is_skipped)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;

	zol_str_puts(&s, "login: zolAzolA");
	zol_frame_put(&s, ZOL_FRAME_PING, 1, 0, "x", 1);
	zol_frames_feed(&r, s.ptr, s.len);
	assert_true(zol_frames_next(&r, &f));
	assert_int_equal(f.type, ZOL_FRAME_PING);
	assert_int_equal(r.skipped, strlen("login: zolAzolA"));
}

UNIT(headers_out_of_range_are_no_frames)
{
	static const struct {
		size_t at;
		unsigned char value;
	} bad[] = { { 4, 0 }, { 4, ZOL_FRAME_LAST }, { 6, 1 }, { 7, 1 }, { 13, 0x80 }, { 14, 1 }, { 15, 1 } };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
		ZOL_AUTO(frames) struct zol_frames r = { 0 };
		struct zol_frame f;

		zol_frame_put(&s, ZOL_FRAME_PING, 1, 0, NULL, 0);
		s.ptr[bad[i].at] = (char)bad[i].value;
		zol_frames_feed(&r, s.ptr, s.len);
		assert_false(zol_frames_next(&r, &f));
		assert_true(r.skipped > 0);
	}
}

UNIT(much_data_is_cut_into_frames)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str back = ZOL_STR_INIT;
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;

	for (unsigned i = 0; i < 100000; i++)
		zol_str_putc(&data, (char)(i * 7));
	zol_frame_put_all(&s, ZOL_FRAME_SPEC, 3, 0, zol_span_str(&data));
	zol_frames_feed(&r, s.ptr, s.len);
	while (zol_frames_next(&r, &f)) {
		assert_true(f.data.len <= ZOL_FRAME_PAYLOAD);
		zol_str_add(&back, f.data.ptr, f.data.len);
	}
	assert_int_equal(back.len, data.len);
	assert_memory_equal(back.ptr, data.ptr, data.len);
}

UNIT(records_are_read_in_order_and_never_beyond_the_end)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_span data;
	enum zol_tag tag;

	zol_tag_puts(&s, ZOL_TAG_CWD, "/root");
	zol_tag_put_u32(&s, ZOL_TAG_PID, 77);
	rest = zol_span_str(&s);
	assert_true(zol_tag_next(&rest, &tag, &data));
	assert_int_equal(tag, ZOL_TAG_CWD);
	assert_true(zol_span_eq(data, "/root"));
	assert_true(zol_tag_next(&rest, &tag, &data));
	assert_int_equal(zol_tag_u32(data, 0), 77);
	assert_int_equal(zol_tag_u32(data, 1), 0);
	assert_false(zol_tag_next(&rest, &tag, &data));
	for (size_t cut = 1; cut < 10; cut++) {
		rest = zol_span(s.ptr, cut);
		assert_false(zol_tag_next(&rest, &tag, &data));
	}
}

UNIT(a_command_comes_back_as_it_was)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { .tty = true, .no_stdin = true, .rows = 24, .cols = 80 };
	ZOL_AUTO(exec_spec) struct zol_exec_spec y = { 0 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_strv_add(&x.argv, "sh");
	zol_strv_add(&x.argv, "");
	zol_strv_add(&x.argv, "a b\n\"c\"");
	zol_strv_add(&x.env, "A=1");
	x.cwd = strdup("/tmp/x y");
	zol_exec_spec_write(&x, &s);
	/* A record that a newer host may send. */
	zol_tag_puts(&s, (enum zol_tag)200, "?");
	assert_int_equal(zol_exec_spec_read(zol_span_str(&s), &y, &err), 0);
	assert_int_equal(y.argv.len, 3);
	assert_string_equal(y.argv.v[1], "");
	assert_string_equal(y.argv.v[2], "a b\n\"c\"");
	assert_int_equal(y.env.len, 1);
	assert_string_equal(y.env.v[0], "A=1");
	assert_string_equal(y.cwd, "/tmp/x y");
	assert_true(y.tty && y.no_stdin);
	assert_int_equal(y.rows, 24);
	assert_int_equal(y.cols, 80);
}

static void refused(const struct zol_str *s, const char *why)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec y = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_exec_spec_read(zol_span_str(s), &y, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), why));
	assert_null(y.argv.v);
}

UNIT(broken_commands_are_refused)
{
	ZOL_AUTO(str) struct zol_str empty = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str nul = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str cut = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str twice = ZOL_STR_INIT;
	ZOL_AUTO(exec_spec) struct zol_exec_spec y = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_tag_puts(&empty, ZOL_TAG_ENV, "A=1");
	refused(&empty, "no command");
	zol_tag_put(&nul, ZOL_TAG_ARG, zol_span("a\0b", 3));
	refused(&nul, "NUL");
	zol_tag_puts(&cut, ZOL_TAG_ARG, "true");
	zol_str_putc(&cut, ZOL_TAG_ARG);
	refused(&cut, "cut short");
	zol_tag_puts(&twice, ZOL_TAG_ARG, "true");
	zol_tag_puts(&twice, ZOL_TAG_CWD, "/a");
	zol_tag_puts(&twice, ZOL_TAG_CWD, "/b");
	assert_int_equal(zol_exec_spec_read(zol_span_str(&twice), &y, &err), 0);
	assert_string_equal(y.cwd, "/b");
}

static int read_with_directory(const void *records)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { 0 };
	int r = zol_exec_spec_read(zol_span_str(records), &x, &err);

	if (r == 0)
		assert_true(x.cwd && strcmp(x.cwd, "/a") == 0);
	return r;
}

/* A command never runs in another directory than the one that was asked for. */
UNIT(short_memory_loses_no_directory)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_tag_puts(&s, ZOL_TAG_ARG, "true");
	zol_tag_puts(&s, ZOL_TAG_CWD, "/a");
	assert_true(oom_walk(read_with_directory, &s) > 2);
}

UNIT(an_error_has_a_number_and_a_text)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(frames) struct zol_frames r = { 0 };
	struct zol_frame f;
	uint32_t number = 0;

	zol_frame_put_error(&s, 7, 0x105, "no");
	zol_frames_feed(&r, s.ptr, s.len);
	assert_true(zol_frames_next(&r, &f));
	assert_int_equal(f.type, ZOL_FRAME_ERROR);
	assert_int_equal(f.channel, 7);
	assert_true(zol_frame_u32(&f, 0, &number));
	assert_int_equal(number, 0x105);
	assert_int_equal(f.data.len, 6);
	assert_memory_equal(f.data.ptr + 4, "no", 2);
}

UNIT_MAIN()
