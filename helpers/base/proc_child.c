/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/proc_child.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* More descriptors than this are not handed over at once. */
#define FDS_MAX 64

static ZOL_NORETURN void fail(const struct zol_child *c, enum zol_step step)
{
	struct zol_child_report report = { .step = (int)step, .errnum = errno };
	ssize_t n;

	do
		n = write(c->report, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	_exit(127);
}

static void reset_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	(void)sigemptyset(&sa.sa_mask);
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &sa, NULL); /* refused for SIGKILL and SIGSTOP */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* All descriptors from 3 on are closed by exec. */
static void cloexec_all(void)
{
	struct rlimit lim;
	int max = 1024;

	if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* Before Linux 5.11 one by one. */
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < 65536)
		max = (int)lim.rlim_cur;
	for (int fd = 3; fd < max; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0)
			(void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}

static int open_null(int which)
{
	return open("/dev/null", (which == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
}

/* The descriptor that becomes standard stream number which. */
static int source(const struct zol_child *c, int which)
{
	const int wanted[3] = { c->spawn->in, c->spawn->out, c->spawn->err };

	switch (wanted[which]) {
	case ZOL_STDIO_NULL:
		return open_null(which);
	case ZOL_STDIO_INHERIT:
		return which;
	case ZOL_STDIO_PIPE:
		return c->stdio[which];
	case ZOL_STDIO_STDOUT:
		return which == 2 ? source(c, 1) : -1;
	default:
		return wanted[which];
	}
}

/* One above all numbers that the child shall see. */
static int first_free(const struct zol_spawn *spawn)
{
	int first = 3;

	for (size_t i = 0; i < spawn->nfds; i++)
		if (spawn->fds[i].to >= first)
			first = spawn->fds[i].to + 1;
	return first;
}

/* Moves all sources above the numbers in use, then puts each where it belongs. */
static void place_fds(struct zol_child *c)
{
	const struct zol_spawn *spawn = c->spawn;
	int high[3 + FDS_MAX], above = first_free(spawn), report;

	if (spawn->nfds > FDS_MAX) {
		errno = EMFILE;
		fail(c, ZOL_STEP_SETUP);
	}
	report = fcntl(c->report, F_DUPFD_CLOEXEC, above);
	if (report < 0) /* the old one still reaches the parent */
		fail(c, ZOL_STEP_SETUP);
	c->report = report;
	for (size_t i = 0; i < 3 + spawn->nfds; i++) {
		int from = i < 3 ? source(c, (int)i) : spawn->fds[i - 3].from;

		if (from < 0) /* /dev/null could not be opened */
			fail(c, ZOL_STEP_SETUP);
		high[i] = fcntl(from, F_DUPFD_CLOEXEC, above);
		/* A standard stream of ours that is closed stays closed. */
		if (high[i] < 0 && !(errno == EBADF && i < 3 && from == (int)i))
			fail(c, ZOL_STEP_SETUP);
	}
	cloexec_all();
	for (size_t i = 0; i < 3 + spawn->nfds; i++)
		if (high[i] >= 0 && dup2(high[i], i < 3 ? (int)i : spawn->fds[i - 3].to) < 0)
			fail(c, ZOL_STEP_SETUP);
}

/* Not when the parent is gone already: the signal would never come. */
static void tie_to_parent(const struct zol_child *c)
{
	if (!c->spawn->pdeathsig)
		return;
	if (prctl(PR_SET_PDEATHSIG, c->spawn->pdeathsig) < 0)
		fail(c, ZOL_STEP_SETUP);
	if (getppid() != c->parent)
		_exit(127);
}

void zol_child_exec(const struct zol_child *given)
{
	struct zol_child c = *given;
	const struct zol_spawn *spawn = c.spawn;

	place_fds(&c);
	if (spawn->own_session && setsid() < 0)
		fail(&c, ZOL_STEP_SETUP);
	if (spawn->own_group && !spawn->own_session && setpgid(0, 0) < 0)
		fail(&c, ZOL_STEP_SETUP);
	tie_to_parent(&c);
	if (spawn->cwd && chdir(spawn->cwd) < 0)
		fail(&c, ZOL_STEP_CWD);
	reset_signals();
	/* POSIX declares the strings char *const for old programs' sake; they are not written to. */
	(void)execve(c.file, (char *const *)(uintptr_t)spawn->argv,
		     spawn->env ? (char *const *)(uintptr_t)spawn->env : environ);
	fail(&c, ZOL_STEP_EXEC);
}
