/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/path.h"
#include "sys/chroot_priv.h"
#include "sys/mnt.h"
#include "sys/mounts.h"

static void send_report(int fd, const struct zol_chroot_report *r)
{
	/* Less than PIPE_BUF into an empty pipe: cannot be partial. Nobody to tell when it fails. */
	ZOL_UNUSED ssize_t n = write(fd, r, sizeof(*r));
}

void zol_chroot_report_err(int fd, const struct zol_err *err)
{
	struct zol_chroot_report r = { .news = ZOL_CHROOT_FAILED, .code = (int)err->code, .errnum = err->errnum };

	(void)snprintf(r.msg, sizeof(r.msg), "%s", zol_err_text(err));
	(void)snprintf(r.hint, sizeof(r.hint), "%s", err->hint ? err->hint : "");
	send_report(fd, &r);
}

static bool is_orphan(const struct zol_chroot_job *job)
{
	struct pollfd pfd = { .fd = job->lifeline, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

/* The parent of a process by /proc/<pid>/stat: the fourth field, behind the name in parentheses. */
static pid_t parent_of(const char *pid)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char path[64];
	int ppid = 0;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if (zol_read_file(path, 4096, &text, &err) < 0)
		return 0;

	const char *name_end = strrchr(zol_str_c(&text), ')');

	return name_end && sscanf(name_end, ") %*c %d", &ppid) == 1 ? ppid : 0;
}

/* SIGKILL for all children; how many there were. */
static int kill_children(void)
{
	ZOL_AUTO(dir) DIR *dir = opendir("/proc");
	int n = 0;

	for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
		if (*d->d_name < '0' || *d->d_name > '9' || parent_of(d->d_name) != getpid())
			continue;
		n++;
		(void)kill((pid_t)strtol(d->d_name, NULL, 10), SIGKILL);
	}
	return n;
}

/*
 * Ends all that is left inside after the process outside was killed. PID 1 need only leave.
 * Without a PID namespace: orphans become our children (PR_SET_CHILD_SUBREAPER), generation
 * after generation.
 */
static void end_all(pid_t command)
{
	if (getpid() == 1)
		return;
	(void)kill(-command, SIGKILL);
	while (kill_children() > 0)
		while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
			;
}

/*
 * Waits for the command while reaping whatever else ends. Signals from outside are blocked and read
 * from a descriptor: PID 1 would never get those without a handler, but blocked ones are kept for it.
 */
static int wait_for(const struct zol_chroot_job *job, pid_t command, int sigfd)
{
	for (;;) {
		struct pollfd fds[2] = { { .fd = sigfd, .events = POLLIN }, { .fd = job->lifeline, .events = POLLIN } };
		struct signalfd_siginfo info;
		int status;

		for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG))
			if (pid == command)
				return status;
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return SIGKILL;
		if (fds[1].revents) {
			end_all(command);
			_exit(128 + SIGKILL);
		}
		if ((fds[0].revents & POLLIN) && read(sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info) &&
		    info.ssi_signo != SIGCHLD && kill(-command, (int)info.ssi_signo) < 0)
			(void)kill(command, (int)info.ssi_signo);
	}
}

static int settle_in(const struct zol_chroot_job *job, int *ret_hold, struct zol_err *err)
{
	int rc = zol_mnt_detach_host(err);

	if (rc < 0)
		return rc;
	int tree = job->opts->tree > 0 ? job->opts->tree : -1;
	ZOL_AUTO(fd) int root = zol_mounts_apply(job->opts->plan, tree, job->opts->ev, ret_hold, err);

	if (root < 0)
		return zol_take_fd(&root);
	rc = zol_mnt_pivot(root, err);
	if (rc < 0)
		return rc;
	(void)umask(022);
	if (zol_chroot_is_x86_32() && personality(PER_LINUX32) < 0)
		return zol_err_sys(err, "cannot set the personality of a 32-bit guest");
	return 0;
}

static void add_unless_set(struct zol_strv *env, const char *assignment)
{
	size_t len = strcspn(assignment, "=") + 1;

	for (size_t i = 0; i < env->len; i++)
		if (strncmp(env->v[i], assignment, len) == 0)
			return;
	zol_strv_add(env, assignment);
}

/* What a shell does for the others: the last of several values counts, and what the caller wants before ours. */
static void add_wanted(const char *const *wanted, const struct zol_strv *env, struct zol_strv *ret)
{
	size_t n = 0;

	while (wanted && wanted[n])
		n++;
	while (n > 0)
		add_unless_set(ret, wanted[--n]);
	for (size_t i = 0; i < env->len; i++)
		add_unless_set(ret, env->v[i]);
}

/* Starts the command; -1 after a report when it cannot be. */
static pid_t start(const struct zol_chroot_job *job, struct zol_err *err)
{
	ZOL_AUTO(passwd) struct zol_passwd user = { 0 };
	ZOL_AUTO(strv) struct zol_strv env = ZOL_STRV_INIT, all = ZOL_STRV_INIT, argv = ZOL_STRV_INIT;
	int rc = zol_chroot_user(job->opts->user, &user, err);

	if (rc < 0)
		return -1;
	zol_chroot_environ(&user, &env);
	if (zol_strv_check(&env, err) < 0 || zol_chroot_argv(job, &argv, err) < 0)
		return -1;
	zol_chroot_env_update(job, zol_strv_list(&env));
	/* A command in a guest without a shell has none to add them. */
	bool shell = strcmp(argv.v[0], "/bin/bash") == 0 || strcmp(argv.v[0], "/bin/sh") == 0;

	add_wanted(shell ? NULL : job->opts->env, &env, &all);
	if (zol_strv_check(&all, err) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		zol_chroot_exec(job, &user, &argv, &all);
	if (pid < 0)
		(void)zol_err_sys(err, "cannot start the command");
	return pid;
}

void zol_chroot_init(const struct zol_chroot_job *job)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_chroot_report r = { .news = ZOL_CHROOT_ENTERED };
	int hold = -1;
	sigset_t all;

	/* The parent may be gone already: the lifeline tells, whichever came first. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || is_orphan(job))
		_exit(128 + SIGKILL);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	ZOL_AUTO(fd) int sigfd = signalfd(-1, &all, SFD_CLOEXEC);
	int rc = sigfd < 0 ? zol_err_sys(&err, "cannot watch signals") : settle_in(job, &hold, &err);

	if (rc == 0)
		send_report(job->report, &r);
	pid_t command = rc < 0 ? -1 : start(job, &err);

	if (command < 0) {
		zol_chroot_report_err(job->report, &err);
		_exit(1);
	}
	if (getpid() != 1) {
		/* From here on the lifeline does it, so that the command's group can be ended first. */
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
		(void)prctl(PR_SET_PDEATHSIG, 0);
	}

	int status = wait_for(job, command, sigfd);

	r.news = ZOL_CHROOT_ENDED;
	r.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	r.status = r.signal ? 128 + r.signal : WEXITSTATUS(status);
	send_report(job->report, &r);
	_exit(0);
}
