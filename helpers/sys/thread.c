/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/thread.h"

#include <sched.h>
#include <signal.h>

enum { MAX_THREADS = 64 };

int zol_thread_start(pthread_t *ret, void *(*run)(void *), void *ctx)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(ret, NULL, run, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

unsigned zol_thread_count(unsigned want)
{
	cpu_set_t set;

	if (!want)
		want = sched_getaffinity(0, sizeof(set), &set) ? 1U : (unsigned)CPU_COUNT(&set);
	return want > MAX_THREADS ? MAX_THREADS : want ? want : 1;
}
