/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: zol_now_ms */
#include <fcntl.h>

#include "base/num.h"
#include "base/progress.h"

#include "capture.h"
#include "unit.h"

/* Time passes as the tests want it. */
static uint64_t now = 1000;

uint64_t __wrap_zol_now_ms(void);
uint64_t __wrap_zol_now_ms(void)
{
	return now;
}

static const struct zol_weight plan[] = { { "download", 30 }, { "unpack", 70 } };

UNIT(nothing_without_a_terminal_or_with_q)
{
	for (int i = 0; i < 2; i++) {
		CAPTURE(c);
		ZOL_AUTO(progress) struct zol_progress *p = NULL;
		struct zol_events ev;

		c.o.tty_err = i == 1;
		c.o.verbosity = i == 1 ? -1 : 0;
		p = zol_progress_new(&c.o, plan, 2);
		ev = zol_progress_events(p, &c.o);
		zol_ev_stage(&ev, "download", 100, ZOL_UNIT_BYTES);
		zol_ev_progress(&ev, 100);
		zol_progress_hide(p);
		assert_string_equal(capture_err(&c), "");
	}
}

UNIT(bar_shows_amount_rate_and_time_left)
{
	CAPTURE(c);
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev;

	c.o.tty_err = true;
	c.o.width = 120;
	p = zol_progress_new(&c.o, plan, 2);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "download", 100000000, ZOL_UNIT_BYTES);
	assert_string_equal(capture_new(&c), "\r * download [----------------------------------------]   0%"
					     "  0 B of 100.0 MB\033[K");
	now += 2000;
	zol_ev_progress(&ev, 20000000);
	/* A fifth of thirty of hundred. */
	assert_string_equal(capture_new(&c), "\r * download [##--------------------------------------]   6%"
					     "  20.0 MB of 100.0 MB  10.0 MB/s  9.0s left\033[K");
	zol_ev_stage(&ev, "unpack", 10, ZOL_UNIT_COUNT);
	assert_string_equal(capture_new(&c), "\r * unpack [############----------------------------]  30%"
					     "  0 of 10\033[K");
	zol_ev_progress(&ev, 10);
	assert_string_equal(capture_new(&c), "\r * unpack [########################################] 100%"
					     "  10 of 10\033[K");
}

UNIT(drawn_at_most_ten_times_a_second)
{
	CAPTURE(c);
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev;
	size_t len;

	c.o.tty_err = true;
	p = zol_progress_new(&c.o, NULL, 0);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "x", 1000, ZOL_UNIT_COUNT);
	(void)capture_err(&c);
	len = c.err_len;
	for (uint64_t i = 0; i < 99; i++) {
		now++;
		zol_ev_progress(&ev, i);
	}
	(void)capture_err(&c);
	assert_int_equal(c.err_len, len);
	now++;
	zol_ev_progress(&ev, 100);
	(void)capture_err(&c);
	assert_true(c.err_len > len);
	/* Its end is drawn in any case. */
	len = c.err_len;
	zol_ev_progress(&ev, 1000);
	assert_non_null(strstr(capture_err(&c) + len, "100%"));
}

UNIT(unknown_totals_and_stages)
{
	CAPTURE(c);
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev;

	c.o.tty_err = true;
	p = zol_progress_new(&c.o, NULL, 0);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "scan\033", 0, ZOL_UNIT_COUNT);
	now += 150;
	zol_ev_progress(&ev, 7);
	assert_non_null(strstr(capture_new(&c), "\r * scan\\x1b   7\033[K"));
}

UNIT(narrow_terminals_get_no_bar)
{
	CAPTURE(c);
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev;

	c.o.tty_err = true;
	c.o.width = 16;
	p = zol_progress_new(&c.o, plan, 2);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "download", 100000000, ZOL_UNIT_BYTES);
	assert_string_equal(capture_new(&c), "\r * download   0\033[K");
}

UNIT(notes_take_the_bar_away)
{
	CAPTURE(c);
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev;

	c.o.tty_err = true;
	p = zol_progress_new(&c.o, NULL, 0);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "x", 10, ZOL_UNIT_COUNT);
	(void)capture_new(&c);
	zol_ev_note(&ev, ZOL_LEVEL_NOTE, "told");
	assert_non_null(strstr(capture_new(&c), "\r\033[K * told\n"));
	zol_ev_progress(&ev, 1);
	assert_non_null(strstr(capture_new(&c), "1 of 10"));
}

UNIT(notes_without_progress)
{
	CAPTURE(c);
	struct zol_events ev = zol_progress_events(NULL, &c.o);

	zol_ev_stage(&ev, "x", 10, ZOL_UNIT_COUNT);
	zol_ev_progress(&ev, 1);
	zol_ev_note(&ev, ZOL_LEVEL_NOTE, "note");
	zol_ev_note(&ev, ZOL_LEVEL_WARN, "warn");
	zol_ev_note(&ev, ZOL_LEVEL_INFO, "hidden");
	zol_ev_note(&ev, ZOL_LEVEL_DEBUG, "hidden");
	c.o.verbosity = 1;
	zol_ev_note(&ev, ZOL_LEVEL_INFO, "info");
	zol_ev_note(&ev, ZOL_LEVEL_DEBUG, "hidden");
	c.o.verbosity = 2;
	zol_ev_note(&ev, ZOL_LEVEL_DEBUG, "debug");
	c.o.verbosity = -1;
	zol_ev_note(&ev, ZOL_LEVEL_NOTE, "hidden");
	zol_ev_note(&ev, ZOL_LEVEL_WARN, "warn");
	assert_string_equal(capture_err(&c), " * note\n * warn\n * info\n * debug\n * warn\n");
	zol_progress_hide(NULL);
	zol_progress_free(NULL);
}

static void log_stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	zol_str_printf(ctx, "stage %s %d %d;", name, (int)total, (int)unit);
}

static void log_progress(void *ctx, uint64_t done)
{
	zol_str_printf(ctx, "%d;", (int)done);
}

UNIT(lines_for_programs_are_relayed)
{
	ZOL_AUTO(str) struct zol_str log = ZOL_STR_INIT;
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_events ev, sink = { .ctx = &log, .stage = log_stage, .progress = log_progress };
	struct zol_span rest, line;
	CAPTURE(c);
	char buf[1024];
	int fds[2];
	ssize_t n;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	c.o.progress_fd = fds[1];
	p = zol_progress_new(&c.o, plan, 2);
	ev = zol_progress_events(p, &c.o);
	zol_ev_stage(&ev, "download", 200, ZOL_UNIT_BYTES);
	zol_ev_progress(&ev, 1); /* too early */
	now += 100;
	zol_ev_progress(&ev, 100);
	zol_ev_stage(&ev, "unpack", 7, ZOL_UNIT_COUNT);
	n = read(fds[0], buf, sizeof(buf));
	assert_true(n > 0);
	rest = zol_span(buf, (size_t)n);
	assert_true(zol_span_starts(rest, "{\"stage\":\"download\",\"done\":0,\"total\":200,\"unit\":\"bytes\","
					  "\"overall\":0.0000}\n"));
	while (zol_span_line(&rest, &line))
		zol_progress_relay(&sink, line);
	assert_string_equal(zol_str_c(&log), "stage download 200 1;100;stage unpack 7 0;");
	assert_string_equal(capture_err(&c), "");
	(void)close(fds[0]);
	(void)close(fds[1]);
}

UNIT(other_lines_are_not_relayed)
{
	static const char *const bad[] = { "",
					   "{}",
					   "{\"stage\":\"x",
					   "{\"stage\":\"x\"}",
					   "{\"stage\":\"x\",\"done\":1}",
					   "{\"stage\":\"x\",\"done\":-1,\"total\":3}",
					   "{\"stage\":\"x\",\"done\":1,\"total\":99999999999999999999}" };
	ZOL_AUTO(str) struct zol_str log = ZOL_STR_INIT;
	struct zol_events sink = { .ctx = &log, .stage = log_stage, .progress = log_progress };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		zol_progress_relay(&sink, zol_span_c(bad[i]));
	assert_string_equal(zol_str_c(&log), "");
}

UNIT_MAIN()
