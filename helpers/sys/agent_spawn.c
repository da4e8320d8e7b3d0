/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/path.h"
#include "sys/agent.h"

/* The child's ends of its streams, and the pipe on which it reports why it could not start. */
struct ends {
	int fd[3];
	int report;
};

static const char *const default_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	"USER=root",
	"LOGNAME=root",
	"SHELL=/bin/sh",
	"TERM=dumb",
};

static void close_ends(struct ends *e)
{
	for (size_t i = 0; i < 3; i++) {
		if (e->fd[i] >= 0 && (i == 0 || e->fd[i] != e->fd[0]))
			close(e->fd[i]);
		if (i > 0 && e->fd[i] == e->fd[0])
			e->fd[i] = -1;
	}
	e->fd[0] = -1;
}

static int make_tty(struct zol_chan *c, const struct zol_exec_spec *x, struct ends *e)
{
	struct winsize size = { .ws_row = (unsigned short)x->rows, .ws_col = (unsigned short)x->cols };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	char name[64];
	int slave;

	if (master < 0)
		return errno;
	c->fd[1] = master;
	if (grantpt(master) < 0 || unlockpt(master) < 0 || ptsname_r(master, name, sizeof(name)) != 0)
		return errno;
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return errno;
	if (x->rows > 0 && x->cols > 0)
		(void)ioctl(slave, TIOCSWINSZ, &size);
	e->fd[0] = e->fd[1] = e->fd[2] = slave;
	c->fd[0] = fcntl(master, F_DUPFD_CLOEXEC, 3);
	return c->fd[0] < 0 ? errno : 0;
}

static int make_pipes(struct zol_chan *c, const struct zol_exec_spec *x, struct ends *e)
{
	for (int i = 0; i < 3; i++) {
		int p[2];

		if (i == 0 && x->no_stdin) {
			e->fd[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
			if (e->fd[0] < 0)
				return errno;
			continue;
		}
		if (pipe2(p, O_CLOEXEC) < 0)
			return errno;
		e->fd[i] = p[i == 0 ? 0 : 1];
		c->fd[i] = p[i == 0 ? 1 : 0];
		(void)fcntl(c->fd[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static ZOL_NORETURN void fail(int report, char step)
{
	struct {
		int errnum;
		char step;
	} why = { .errnum = errno, .step = step };

	(void)!write(report, &why, sizeof(why));
	_exit(127);
}

static void enter_dir(const struct zol_exec_spec *x, int report)
{
	if (x->cwd) {
		if (chdir(x->cwd) < 0)
			fail(report, 'd');
	} else if (chdir("/root") < 0 && chdir("/") < 0) {
		fail(report, 'd');
	}
}

static ZOL_NORETURN void child(const struct zol_exec_spec *x, const struct ends *e)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (x->tty && ioctl(e->fd[0], TIOCSCTTY, 0) < 0)
		fail(e->report, 't');
	for (int i = 0; i < 3; i++)
		if (dup2(e->fd[i], i) < 0)
			fail(e->report, 's');
	enter_dir(x, e->report);
	clearenv();
	for (size_t i = 0; i < ZOL_COUNT(default_env); i++) {
		char *row = strdup(default_env[i]);

		if (row)
			(void)putenv(row);
	}
	for (size_t i = 0; i < x->env.len; i++)
		if (strchr(x->env.v[i], '='))
			(void)putenv(x->env.v[i]);
	execvp(x->argv.v[0], x->argv.v);
	fail(e->report, 'x');
}

static const char *step_text(char step)
{
	return step == 'd' ? "cannot enter the directory" :
	       step == 't' ? "cannot take the terminal" :
	       step == 's' ? "cannot set up its streams" :
			     "cannot execute";
}

/* What the child reports before its exec closes the pipe: nothing when it has started. */
static int wait_exec(int fd, const char **ret_what)
{
	struct {
		int errnum;
		char step;
	} why;
	ssize_t n;

	do {
		n = read(fd, &why, sizeof(why));
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(why))
		return 0;
	*ret_what = step_text(why.step);
	return why.errnum ? why.errnum : EIO;
}

int zol_agent_spawn(struct zol_chan *c, const struct zol_exec_spec *x, const char **ret_what)
{
	struct ends e = { .fd = { -1, -1, -1 }, .report = -1 };
	int report[2];
	int failed;

	*ret_what = "cannot make its streams";
	c->tty = x->tty;
	failed = x->tty ? make_tty(c, x, &e) : make_pipes(c, x, &e);
	if (failed == 0 && pipe2(report, O_CLOEXEC) < 0)
		failed = errno;
	if (failed) {
		close_ends(&e);
		return failed;
	}
	e.report = report[1];
	*ret_what = "cannot fork";
	c->pid = fork();
	if (c->pid == 0)
		child(x, &e);
	failed = c->pid < 0 ? errno : 0;
	close_ends(&e);
	close(report[1]);
	if (failed == 0)
		failed = wait_exec(report[0], ret_what);
	close(report[0]);
	return failed;
}
