/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>

#include "base/sig.h"

/* The one variable of the program: a signal has no other place to leave its mark. */
static volatile sig_atomic_t arrived;

static void on_signal(int sig)
{
	arrived = sig;
}

void zol_sig_install(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };
	struct sigaction old;

	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ZOL_COUNT(signals); i++) {
		/* nohup(1) and background jobs of a plain sh are ignored signals: they stay so. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(signals[i], &sa, NULL);
	}
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
	/* Whoever starts us may ignore it, and then the kernel keeps no child's status to wait for (waitpid(2)). */
	sa.sa_handler = SIG_DFL;
	(void)sigaction(SIGCHLD, &sa, NULL);
}

int zol_sig_pending(void)
{
	return arrived;
}

int zol_sig_take(void)
{
	int sig = arrived;

	arrived = 0;
	return sig;
}

int zol_sig_check(struct zol_err *err)
{
	if (!arrived)
		return 0;
	(void)zol_err_set(err, ZOL_SYSTEM, 0, "interrupted");
	err->errnum = EINTR;
	return -(int)ZOL_SYSTEM;
}
