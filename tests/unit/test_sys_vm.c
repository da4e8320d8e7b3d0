/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a silent QEMU may do. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "scratch.h"
#include "sys/qmp.h"
#include "sys/stub.h"
#include "sys/vm_sock.h"
#include "unit.h"

/* --- QEMU that says nothing ---------------------------------------------------------------------- */

static void on_alarm(int sig)
{
	(void)sig;
}

/* One signal in 50 ms, which interrupts calls. */
static void alarm_soon(void)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_value = { .tv_usec = 50000 } };

	assert_int_equal(sigaction(SIGALRM, &sa, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
}

UNIT(a_signal_does_not_make_the_monitor_wait_for_ever)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_vm_sock_listen(dir.path, "m", &err);
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;

	assert_true(fd >= 0);
	alarm_soon();
	assert_true(zol_qmp_open(dir.path, "m", 300, &q, &err) < 0);
	assert_int_equal(err.errnum, ETIMEDOUT);
}

UNIT(nor_the_gdbserver)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = zol_asprintf("%s/g", dir.path);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_vm_sock_listen(dir.path, "g", &err);
	ZOL_AUTO(stub) struct zol_stub s = ZOL_STUB_INIT;

	assert_true(fd >= 0);
	alarm_soon();
	assert_true(zol_stub_open(path, 300, &s, &err) < 0);
	assert_int_equal(err.errnum, ETIMEDOUT);
}

UNIT_MAIN()
