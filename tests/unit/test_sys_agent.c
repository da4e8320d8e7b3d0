/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>

#include "sys/agent.h"
#include "unit.h"

static void give(struct zol_agent *a, enum zol_frame_type type, const struct zol_str *data)
{
	const struct zol_frame f = { .type = type, .channel = 7, .data = data ? zol_span_str(data) : zol_span("", 0) };

	zol_chan_frame(a, &f);
}

/* A command of the shell, until it has ended; nobody gives it credit for what it prints. */
static void run_to_its_end(struct zol_agent *a, const char *script)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { .no_stdin = true };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;

	zol_strv_add(&x.argv, "sh");
	zol_strv_add(&x.argv, "-c");
	zol_strv_add(&x.argv, script);
	zol_exec_spec_write(&x, &records);
	give(a, ZOL_FRAME_SPEC, &records);
	give(a, ZOL_FRAME_START, NULL);
	assert_int_equal(a->chans[0].kind, ZOL_CHAN_COMMAND);
	while (a->chans[0].kind == ZOL_CHAN_COMMAND && !a->chans[0].reaped) {
		zol_chan_work(a);
		zol_str_truncate(&a->out, 0);
		zol_chan_reap(a);
		(void)poll(NULL, 0, 1);
	}
	zol_chan_work(a);
}

UNIT(ends_with_its_command)
{
	static struct zol_agent a;

	run_to_its_end(&a, "echo hello");
	assert_int_equal(a.chans[0].kind, ZOL_CHAN_FREE);
	zol_str_free(&a.out);
}

/* More than the window, and little enough for the pipe: it has ended, and the rest waits for credit. */
#define TOO_MUCH "head -c 300000 /dev/zero"

UNIT(closes_a_command_that_has_ended_with_output_left)
{
	static struct zol_agent a;

	run_to_its_end(&a, TOO_MUCH);
	assert_int_equal(a.chans[0].kind, ZOL_CHAN_COMMAND);
	assert_true(a.chans[0].reaped);
	give(&a, ZOL_FRAME_CLOSE, NULL);
	zol_chan_work(&a);
	assert_int_equal(a.chans[0].kind, ZOL_CHAN_FREE);
	zol_str_free(&a.out);
}

UNIT(hangs_up_a_command_that_has_ended_with_output_left)
{
	static struct zol_agent a;

	run_to_its_end(&a, TOO_MUCH);
	zol_chan_hangup_all(&a);
	zol_chan_work(&a);
	assert_int_equal(a.chans[0].kind, ZOL_CHAN_FREE);
	zol_str_free(&a.out);
}

UNIT_MAIN()
