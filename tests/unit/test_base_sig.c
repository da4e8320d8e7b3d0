/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>

#include "base/proc.h"
#include "base/sig.h"

#include "unit.h"

/* The flag is for good: the tests stand in the order in which it is raised. */

UNIT(nothing_is_pending_at_first)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_sig_pending(), 0);
	assert_int_equal(zol_sig_check(&err), 0);
}

UNIT(ignored_signals_stay_ignored_and_sigpipe_becomes_so)
{
	struct sigaction sa;

	assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
	zol_sig_install();
	assert_int_equal(sigaction(SIGHUP, NULL, &sa), 0);
	assert_true(sa.sa_handler == SIG_IGN);
	assert_int_equal(sigaction(SIGPIPE, NULL, &sa), 0);
	assert_true(sa.sa_handler == SIG_IGN);
	assert_int_equal(sigaction(SIGTERM, NULL, &sa), 0);
	assert_true(sa.sa_handler != SIG_DFL && sa.sa_handler != SIG_IGN);
	assert_int_equal(sa.sa_flags & SA_RESTART, 0);
}

/* As under a daemon that ignores SIGCHLD: the status of a child would be lost. */
UNIT(an_ignored_sigchld_loses_no_child)
{
	static const char *const argv[] = { "sh", "-c", "exit 3", NULL };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = argv, .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_NULL, .err = ZOL_STDIO_NULL },
	};

	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	zol_sig_install();
	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_int_equal(r.exit.status, 3);
}

/* The child interrupts us as a terminal would. */
UNIT(signal_ends_a_running_child)
{
	static const char *const argv[] = { "sh", "-c", "kill -TERM $PPID; exec sleep 100", NULL };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = argv, .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_NULL },
	};

	zol_sig_install();
	assert_int_equal(zol_proc_run(&run, &r, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINTR);
	assert_int_equal(zol_sig_pending(), SIGTERM);
}

UNIT(pending_signal_is_a_failure)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	/* a background job inherits SIGINT ignored, and that is left so */
	assert_true(signal(SIGINT, SIG_DFL) != SIG_ERR);
	zol_sig_install();
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(zol_sig_pending(), SIGINT);
	assert_int_equal(zol_sig_check(&err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINTR);
	assert_string_equal(err.msg, "interrupted");
}

UNIT(nothing_new_is_started_then)
{
	static const char *const argv[] = { "true", NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_proc_capture(argv, NULL, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINTR);
}

UNIT_MAIN()
