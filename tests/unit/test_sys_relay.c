/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "sys/relay.h"
#include "unit.h"

struct seen {
	struct zol_str text;
	size_t n;
	int which;
};

static void on_line(void *ctx, int which, struct zol_span line)
{
	struct seen *s = ctx;

	s->n++;
	s->which = which;
	zol_str_putc(&s->text, '<');
	zol_str_add(&s->text, line.ptr, line.len < 20 ? line.len : 20);
	zol_str_putc(&s->text, '>');
}

/* Turns until nothing is left to do. */
static void turn_all(struct zol_relay *r)
{
	struct zol_err err = ZOL_ERR_INIT;

	for (;;) {
		struct pollfd fds[2 * ZOL_RELAY_MAX];
		bool idle = true;

		zol_relay_want(r, fds);
		for (size_t i = 0; i < ZOL_COUNT(fds); i++)
			idle = idle && fds[i].fd < 0;
		if (idle)
			return;
		assert_true(poll(fds, ZOL_COUNT(fds), 10000) > 0);
		assert_int_equal(zol_relay_turn(r, fds, &err), 0);
	}
}

static void filled(int fds[2], const char *text, size_t len)
{
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], text, len), len);
	close(fds[1]);
}

/* What opens something meanwhile gets the number of an end that was closed. */
UNIT(closes_its_end_once)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;
	struct pollfd fds[2 * ZOL_RELAY_MAX];
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	struct zol_relay_stream *s = zol_relay_add(&r, -1, p[1], &err);

	assert_non_null(s);
	s->rest = zol_span_c("text");
	s->owns_to = true;
	turn_all(&r);

	ZOL_AUTO(fd) int other = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(other, p[1]);
	zol_relay_want(&r, fds);
	assert_int_equal(zol_relay_turn(&r, fds, &err), 0);
	assert_true(fcntl(other, F_GETFD) >= 0);
	zol_relay_free(&r);
	assert_true(fcntl(other, F_GETFD) >= 0);
	close(p[0]);
}

UNIT(splits_lines)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;
	struct seen seen = { 0 };
	int p[2];

	filled(p, "one\n\ntwo\r\nlast", 14);
	struct zol_relay_stream *s = zol_relay_add(&r, p[0], -1, &err);

	s->on_line = on_line;
	s->ctx = &seen;
	s->which = 2;
	turn_all(&r);
	assert_string_equal(zol_str_c(&seen.text), "<one><><two\r><last>");
	assert_int_equal(seen.which, 2);
	zol_str_free(&seen.text);
	close(p[0]);
}

UNIT(cuts_endless_lines)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;
	struct seen seen = { 0 };
	FILE *f = tmpfile();

	for (int i = 0; i < 150000; i++)
		(void)fputc('x', f);
	rewind(f);
	struct zol_relay_stream *s = zol_relay_add(&r, fileno(f), -1, &err);

	s->on_line = on_line;
	s->ctx = &seen;
	turn_all(&r);
	assert_int_equal(seen.n, 3);
	zol_str_free(&seen.text);
	fclose(f);
}

UNIT(keeps_the_end_only)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	ZOL_AUTO(str) struct zol_str keep = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;
	FILE *f = tmpfile();

	for (int i = 0; i < 100000; i++)
		fprintf(f, "%06d\n", i);
	rewind(f);
	struct zol_relay_stream *s = zol_relay_add(&r, fileno(f), -1, &err);

	s->keep = &keep;
	s->max_keep = 14;
	turn_all(&r);
	assert_string_equal(zol_str_c(&keep), "099998\n099999\n");
	fclose(f);
}

UNIT(passes_bytes_on_through_a_full_pipe)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	ZOL_AUTO(str) struct zol_str input = ZOL_STR_INIT, keep = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;
	int p[2];

	for (int i = 0; i < 50000; i++)
		zol_str_printf(&input, "%d,", i);
	assert_int_equal(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
	struct zol_relay_stream *in = zol_relay_add(&r, -1, p[1], &err);

	in->rest = zol_span_str(&input);
	in->owns_to = true;
	struct zol_relay_stream *out = zol_relay_add(&r, p[0], -1, &err);

	out->keep = &keep;
	out->max_keep = 1U << 20;
	turn_all(&r);
	assert_int_equal(keep.len, input.len);
	assert_memory_equal(keep.ptr, input.ptr, keep.len);
	close(p[0]);
}

UNIT(closes_an_empty_input)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;
	struct pollfd fds[2 * ZOL_RELAY_MAX];
	char byte;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	zol_relay_add(&r, -1, p[1], &err)->owns_to = true;
	zol_relay_want(&r, fds);
	assert_int_equal(zol_relay_turn(&r, fds, &err), 0);
	assert_int_equal(read(p[0], &byte, 1), 0);
	close(p[0]);
}

UNIT(survives_a_reader_that_went_away)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;
	int from[2], to[2];

	(void)signal(SIGPIPE, SIG_IGN);
	filled(from, "lost\n", 5);
	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	close(to[0]);
	assert_non_null(zol_relay_add(&r, from[0], to[1], &err));
	turn_all(&r);
	close(from[0]);
	close(to[1]);
}

UNIT(drains_what_is_there_without_waiting)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	ZOL_AUTO(str) struct zol_str keep = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(write(p[1], "here", 4), 4);
	struct zol_relay_stream *s = zol_relay_add(&r, p[0], -1, &err);

	s->keep = &keep;
	s->max_keep = 100;
	/* The other end is open: a daemon that was left behind. */
	assert_int_equal(zol_relay_drain(&r, -1, &err), 0);
	assert_string_equal(zol_str_c(&keep), "here");
	close(p[0]);
	close(p[1]);
}

UNIT(takes_no_more_streams_than_it_has)
{
	ZOL_AUTO(relay) struct zol_relay r = { 0 };
	struct zol_err err = ZOL_ERR_INIT;

	for (int i = 0; i < ZOL_RELAY_MAX; i++)
		assert_non_null(zol_relay_add(&r, -1, -1, &err));
	assert_null(zol_relay_add(&r, -1, -1, &err));
	zol_err_clear(&err);
}

UNIT_MAIN()
