/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/proc_child.h"
#include "base/sig.h"

/* --- starting --- */

/* Both ends of the pipes of one start; what is -1 is not there. */
struct ends {
	int child[3];
	int ours[3];
	int report[2]; /* carries what went wrong before exec; closed by exec */
};

static void zol_cleanup_ends(struct ends *e)
{
	for (int i = 0; i < 3; i++) {
		zol_cleanup_fd(&e->child[i]);
		zol_cleanup_fd(&e->ours[i]);
	}
	zol_cleanup_fd(&e->report[0]);
	zol_cleanup_fd(&e->report[1]);
}

static int make_pipe(struct ends *e, int which, struct zol_err *err)
{
	int p[2];
	bool input = which == 0;

	if (pipe2(p, O_CLOEXEC) < 0)
		return zol_err_sys(err, "cannot make a pipe");
	e->child[which] = p[input ? 0 : 1];
	e->ours[which] = p[input ? 1 : 0];
	return 0;
}

/* Tells why the child did not come to run the program. */
static int report_failure(const struct zol_spawn *spawn, const struct zol_child_report *r, struct zol_err *err)
{
	const char *program = spawn->argv[0];

	if (r->step == ZOL_STEP_CWD)
		return zol_err_set(err, ZOL_SYSTEM, r->errnum, "cannot change to directory %s", spawn->cwd);
	if (r->step == ZOL_STEP_EXEC)
		return zol_err_set(err, ZOL_SYSTEM, r->errnum, "cannot run %s", program);
	return zol_err_set(err, ZOL_SYSTEM, r->errnum, "cannot set up the process of %s", program);
}

/* 0 when the program runs; else the failure that the child reported, which is reaped. */
static int await_exec(const struct zol_spawn *spawn, struct ends *e, pid_t pid, struct zol_err *err)
{
	struct zol_child_report report = { 0 };
	ssize_t n;

	zol_cleanup_fd(&e->report[1]);
	e->report[1] = -1;
	do
		n = read(e->report[0], &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(report))
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return report_failure(spawn, &report, err);
}

static int pidfd_open_raw(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* fork(2) with all signals blocked, so that none of our handlers runs in the child. */
static pid_t fork_child(const struct zol_child *child)
{
	sigset_t all, old;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (pid == 0)
		zol_child_exec(child);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

static int start(const struct zol_spawn *spawn, const char *file, struct ends *e, struct zol_proc *ret,
		 struct zol_err *err)
{
	struct zol_child child = {
		.spawn = spawn,
		.file = file,
		.stdio = { e->child[0], e->child[1], e->child[2] },
		.report = e->report[1],
		.parent = getpid(),
	};
	pid_t pid = fork_child(&child);

	if (pid < 0)
		return zol_err_sys(err, "cannot start a process");
	/* Also here, so that a signal sent at once reaches the group; fails when the child was first. */
	if (spawn->own_group && !spawn->own_session)
		(void)setpgid(pid, pid);
	if (await_exec(spawn, e, pid, err) < 0)
		return -(int)err->code;
	*ret = (struct zol_proc){
		.pid = pid,
		.pidfd = pidfd_open_raw(pid),
		.in = zol_take_fd(&e->ours[0]),
		.out = zol_take_fd(&e->ours[1]),
		.err = zol_take_fd(&e->ours[2]),
		.own_group = spawn->own_group || spawn->own_session,
	};
	return 0;
}

int zol_proc_spawn(const struct zol_spawn *spawn, struct zol_proc *ret, struct zol_err *err)
{
	__attribute__((cleanup(zol_cleanup_ends))) struct ends e = { .child = { -1, -1, -1 },
								     .ours = { -1, -1, -1 },
								     .report = { -1, -1 } };
	ZOL_AUTO(free) char *file = NULL;
	const int wanted[3] = { spawn->in, spawn->out, spawn->err };

	if (!spawn->argv[0])
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "no program to run");
	/* A name with a slash is seen from the child's directory. */
	file = strchr(spawn->argv[0], '/') ? zol_asprintf("%s", spawn->argv[0]) : zol_path_which(spawn->argv[0]);
	if (!file)
		return zol_err_set(err, ZOL_SYSTEM, ENOENT, "cannot run %s", spawn->argv[0]);
	for (int i = 0; i < 3; i++)
		if (wanted[i] == ZOL_STDIO_PIPE && make_pipe(&e, i, err) < 0)
			return -(int)err->code;
	if (pipe2(e.report, O_CLOEXEC) < 0)
		return zol_err_sys(err, "cannot make a pipe");
	return start(spawn, file, &e, ret, err);
}

/* --- waiting --- */

static void fill_exit(struct zol_exit *ret, int status)
{
	*ret = (struct zol_exit){ 0 };
	if (WIFSIGNALED(status)) {
		ret->signal = WTERMSIG(status);
		ret->status = 128 + ret->signal;
	} else {
		ret->status = WEXITSTATUS(status);
	}
}

/* Waits for something to happen to the child, or until ms have passed. */
static void nap(const struct zol_proc *p, uint64_t ms)
{
	struct timespec ts;

	if (p->pidfd >= 0) {
		struct pollfd pfd = { .fd = p->pidfd, .events = POLLIN };

		(void)poll(&pfd, 1, ms > INT_MAX ? INT_MAX : (int)ms);
		return;
	}
	/* Without a pidfd there is only looking again. */
	if (ms > 20)
		ms = 20;
	ts = (struct timespec){ .tv_nsec = (long)ms * 1000000 };
	(void)nanosleep(&ts, NULL);
}

static void reaped(struct zol_proc *p)
{
	p->pid = -1;
	zol_cleanup_fd(&p->pidfd);
	p->pidfd = -1;
}

/* zol_proc_wait(); heed: whether a signal to us ends the waiting. */
static int wait_exit(struct zol_proc *p, uint64_t timeout_ms, bool heed, struct zol_exit *ret, struct zol_err *err)
{
	uint64_t start_ms = zol_now_ms();

	for (;;) {
		uint64_t gone;
		int status = 0;
		pid_t pid = waitpid(p->pid, &status, WNOHANG);

		if (pid == p->pid) {
			fill_exit(ret, status);
			reaped(p);
			return 0;
		}
		if (pid < 0 && errno != EINTR) {
			(void)zol_err_sys(err, "cannot wait for process %d", (int)p->pid);
			reaped(p);
			return -(int)ZOL_SYSTEM;
		}
		if (heed && zol_sig_check(err) < 0)
			return -(int)err->code;
		gone = zol_now_ms() - start_ms;
		if (gone >= timeout_ms)
			return 1;
		nap(p, timeout_ms - gone > 250 ? 250 : timeout_ms - gone);
	}
}

int zol_proc_wait(struct zol_proc *p, uint64_t timeout_ms, struct zol_exit *ret, struct zol_err *err)
{
	if (p->pid < 0)
		return zol_err_set(err, ZOL_SYSTEM, ECHILD, "no process to wait for");
	return wait_exit(p, timeout_ms, true, ret, err);
}

void zol_proc_signal(struct zol_proc *p, int sig)
{
	/* The child is not reaped yet, so that its number cannot be another's. */
	if (p->pid > 0)
		(void)kill(p->own_group ? -p->pid : p->pid, sig);
}

static void close_pipes(struct zol_proc *p)
{
	int *const fds[] = { &p->in, &p->out, &p->err };

	for (size_t i = 0; i < ZOL_COUNT(fds); i++) {
		zol_cleanup_fd(fds[i]);
		*fds[i] = -1;
	}
}

void zol_proc_stop(struct zol_proc *p, uint64_t grace_ms)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_exit end;

	if (p->pid > 0 && grace_ms) {
		zol_proc_signal(p, SIGTERM);
		/* A stopped process does not obey before it goes on. */
		zol_proc_signal(p, SIGCONT);
		if (wait_exit(p, grace_ms, false, &end, &err) < 0)
			zol_err_clear(&err);
	}
	if (p->pid > 0) {
		zol_proc_signal(p, SIGKILL);
		(void)wait_exit(p, UINT64_MAX, false, &end, &err);
	}
	close_pipes(p);
}

void zol_proc_free(struct zol_proc *p)
{
	zol_proc_stop(p, 0);
}
