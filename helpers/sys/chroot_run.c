/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/num.h"
#include "base/path.h"
#include "sys/chroot_priv.h"
#include "sys/pty.h"
#include "sys/relay.h"
#include "sys/resolv.h"

#define GRACE_MS 2000U

/* One run, as seen from outside. */
struct run {
	const struct zol_chroot_opts *opts;
	struct zol_chroot_job job;
	struct zol_run_result *result;
	struct zol_relay relay;
	struct zol_pty pty;
	struct zol_raw raw;
	int tty_like;         /* the terminal whose size the pair follows, or -1 */
	int ours[3];          /* our ends of pipes */
	int theirs[3];        /* the command's ends, closed once it runs */
	int lifeline, report; /* our ends */
	int sigfd;
	sigset_t old_mask;
	bool masked;
	pid_t pid;
	int caught;        /* the last of SIGINT, SIGTERM, SIGHUP */
	uint64_t deadline; /* UINT64_MAX: none */
	unsigned told;     /* how often it was, since the deadline */
	bool entered;      /* the callback was called, or need not be */
	bool reported;     /* how it ended is known */
};

/* Without a PID namespace nobody but the first process inside finds what the command left: it gets a moment for it. */
static void let_it_end(struct run *r)
{
	uint64_t end = zol_now_ms() + GRACE_MS;

	while (r->pid > 0 && !r->opts->pid_ns && zol_now_ms() < end) {
		pid_t ended = waitpid(r->pid, NULL, WNOHANG);

		if (ended == r->pid || (ended < 0 && errno == ECHILD))
			r->pid = -1;
		else
			(void)poll(NULL, 0, 10);
	}
}

static void run_free(struct run *r)
{
	/* The lifeline first: it ends whatever still runs. */
	zol_cleanup_fd(&r->lifeline);
	let_it_end(r);
	if (r->pid > 0) {
		(void)kill(r->pid, SIGKILL);
		(void)waitpid(r->pid, NULL, 0);
	}
	zol_raw_leave(&r->raw);
	zol_relay_free(&r->relay);
	zol_pty_close(&r->pty);
	for (int i = 0; i < 3; i++) {
		zol_cleanup_fd(&r->ours[i]);
		zol_cleanup_fd(&r->theirs[i]);
	}
	zol_cleanup_fd(&r->report);
	zol_cleanup_fd(&r->sigfd);
	if (r->masked)
		(void)sigprocmask(SIG_SETMASK, &r->old_mask, NULL);
}

ZOL_CLEANUP_STRUCT(chroot_run, struct run, run_free);

static bool is_piped(const struct zol_chroot_opts *o)
{
	return o->in == ZOL_STDIO_PIPE || o->out == ZOL_STDIO_PIPE || o->err == ZOL_STDIO_PIPE;
}

/* --- streams --------------------------------------------------------------------------------- */

static int make_pipe(struct run *r, int i, struct zol_err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return zol_err_sys(err, "cannot make a pipe");
	r->ours[i] = ends[i == 0];
	r->theirs[i] = ends[i != 0];
	(void)fcntl(r->ours[i], F_SETFL, O_NONBLOCK);
	r->job.std[i] = r->theirs[i];
	return 0;
}

static int plain_stream(struct run *r, int i, int how, struct zol_err *err)
{
	if (how == ZOL_STDIO_PIPE)
		return make_pipe(r, i, err);
	if (how == ZOL_STDIO_STDOUT) {
		r->job.std[i] = r->job.std[1];
		return 0;
	}
	if (how >= 0 || (how == ZOL_STDIO_INHERIT && fcntl(i, F_GETFD) >= 0)) {
		r->job.std[i] = how >= 0 ? how : i;
		return 0;
	}
	r->theirs[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (r->theirs[i] < 0)
		return zol_err_sys(err, "/dev/null");
	r->job.std[i] = r->theirs[i];
	return 0;
}

/* Those of the streams that are terminals become one new one, with a relay between the two. */
static int make_tty(struct run *r, struct zol_err *err)
{
	bool is_tty[3];
	int shown = -1;

	for (int i = 2; i >= 0; i--) {
		is_tty[i] = isatty(r->job.std[i]) == 1;
		if (is_tty[i] && (i > 0 || shown < 0))
			shown = r->job.std[i];
	}
	if (shown < 0)
		return 0;
	bool raw = is_tty[0] && zol_raw_enter(&r->raw, r->job.std[0]) > 0;

	r->tty_like = shown;
	int rc = zol_pty_open(shown, !raw, &r->pty, err);
	if (rc < 0)
		return rc;
	/* The raw settings were copied; those that the user has are in the saved ones. */
	if (raw)
		(void)tcsetattr(r->pty.slave, TCSANOW, &r->raw.saved);

	struct zol_relay_stream *s = zol_relay_add(&r->relay, r->pty.master, shown, err);

	if (!s)
		return -(int)err->code;
	if (raw) {
		s = zol_relay_add(&r->relay, r->job.std[0], r->pty.master, err);
		if (!s)
			return -(int)err->code;
		s->tail_is_eof = true;
	}
	for (int i = 0; i < 3; i++)
		if (is_tty[i])
			r->job.std[i] = r->pty.slave;
	r->job.tty = r->pty.slave;
	return 0;
}

static int add_pipes(struct run *r, struct zol_err *err)
{
	if (r->ours[0] >= 0) {
		struct zol_relay_stream *s = zol_relay_add(&r->relay, -1, r->ours[0], err);

		if (!s)
			return -(int)err->code;
		s->rest = r->opts->input;
		s->owns_to = true;
		r->ours[0] = -1;
	}
	for (int i = 1; i < 3; i++) {
		if (r->ours[i] < 0)
			continue;
		struct zol_relay_stream *s = zol_relay_add(&r->relay, r->ours[i], -1, err);

		if (!s)
			return -(int)err->code;
		s->keep = i == 1 ? &r->result->out : &r->result->err;
		s->max_keep = r->opts->max_output ? r->opts->max_output : 1U << 20;
		s->on_line = r->opts->on_line;
		s->ctx = r->opts->ctx;
		s->which = i;
	}
	return 0;
}

static int set_up_streams(struct run *r, struct zol_err *err)
{
	const int how[3] = { r->opts->in, r->opts->out, r->opts->err };

	for (int i = 0; i < 3; i++) {
		int rc = plain_stream(r, i, how[i], err);

		if (rc < 0)
			return rc;
	}
	int rc = r->opts->own_tty ? make_tty(r, err) : 0;

	return rc < 0 ? rc : add_pipes(r, err);
}

/* --- start ----------------------------------------------------------------------------------- */

static int watch_signals(struct run *r, struct zol_err *err)
{
	static const int watched[] = { SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1,
				       SIGUSR2, SIGCHLD, SIGWINCH, SIGPIPE, SIGTTOU };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ZOL_COUNT(watched); i++)
		(void)sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_BLOCK, &set, &r->old_mask) < 0)
		return zol_err_sys(err, "cannot block signals");
	r->masked = true;
	r->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->sigfd < 0 ? zol_err_sys(err, "cannot watch signals") : 0;
}

/* fork(2) into new namespaces: no process in between, as unshare(2) would need for the PID namespace. */
static pid_t fork_into(unsigned long flags)
{
	flags |= SIGCHLD;
#if defined(__s390__) || defined(__s390x__)
	return (pid_t)syscall(SYS_clone, 0UL, flags, 0UL, 0UL, 0UL);
#else
	return (pid_t)syscall(SYS_clone, flags, 0UL, 0UL, 0UL, 0UL);
#endif
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * In the first process inside: closes all but what it needs, above all the ends of pipes whose
 * closing means something to the command or to others.
 */
static void close_ours(struct run *r)
{
	int keep[] = { 2,
		       r->opts->tree > 2 ? r->opts->tree : 2,
		       r->job.lifeline,
		       r->job.report,
		       r->job.std[0],
		       r->job.std[1],
		       r->job.std[2] };

	zol_cleanup_fd(&r->lifeline);
	zol_cleanup_fd(&r->report);
	zol_cleanup_fd(&r->sigfd);
	zol_cleanup_fd(&r->pty.master);
	zol_relay_free(&r->relay);
	for (int i = 0; i < 3; i++)
		zol_cleanup_fd(&r->ours[i]);
	qsort(keep, ZOL_COUNT(keep), sizeof(keep[0]), by_number);
	for (size_t i = 0; i < ZOL_COUNT(keep); i++) {
		unsigned from = (unsigned)keep[i] + 1;
		unsigned to = i + 1 < ZOL_COUNT(keep) ? (unsigned)keep[i + 1] - 1 : ~0U;

		/* Without close_range (Linux 5.9) what others opened without CLOEXEC stays until the end. */
		if (keep[i] >= 2 && from <= to)
			(void)syscall(SYS_close_range, from, to, 0U);
	}
}

static int start(struct run *r, struct zol_err *err)
{
	ZOL_AUTO(fd) int life_in = -1, report_out = -1;
	int life[2], report[2];

	if (pipe2(life, O_CLOEXEC) < 0)
		return zol_err_sys(err, "cannot make a pipe");
	life_in = life[0];
	r->lifeline = life[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return zol_err_sys(err, "cannot make a pipe");
	r->report = report[0];
	(void)fcntl(r->report, F_SETFL, O_NONBLOCK);
	report_out = report[1];
	r->job.lifeline = life_in;
	r->job.report = report_out;
	r->pid = fork_into(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (r->opts->pid_ns ? CLONE_NEWPID : 0U));
	if (r->pid == 0) {
		close_ours(r);
		zol_chroot_init(&r->job);
	}
	if (r->pid < 0) {
		int rc = zol_err_sys(err, "cannot make namespaces for the guest");

		if (err->errnum == EPERM)
			rc = zol_err_hint(err, "run as root, or in a user namespace: unshare -Ur zolkit ...");
		return rc;
	}
	for (int i = 0; i < 3; i++)
		zol_cleanup_fd(&r->theirs[i]);
	zol_cleanup_fd(&r->pty.slave);
	return 0;
}

/* --- supervision ----------------------------------------------------------------------------- */

static void take_signals(struct run *r)
{
	struct signalfd_siginfo info;

	while (read(r->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGCHLD || sig == SIGPIPE || sig == SIGTTOU)
			continue;
		if (sig == SIGWINCH) {
			if (r->tty_like >= 0)
				zol_pty_resize(&r->pty, r->tty_like);
			continue;
		}
		if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP)
			r->caught = sig;
		(void)kill(r->pid, sig);
	}
}

static int until(const struct run *r)
{
	uint64_t now = zol_now_ms();

	if (r->deadline == UINT64_MAX)
		return -1;
	if (r->deadline <= now)
		return 0;
	return r->deadline - now > 3600000 ? 3600000 : (int)(r->deadline - now);
}

/*
 * SIGTERM, then SIGKILL. Without a PID namespace what the command left behind does not end with the first process
 * inside: before that is killed, it is told to see to it.
 */
static void check_deadline(struct run *r)
{
	if (r->deadline > zol_now_ms())
		return;
	r->result->exit.timed_out = true;
	r->told += r->told == 1 && r->opts->pid_ns ? 2 : 1;
	r->deadline = r->told > 2 ? UINT64_MAX : zol_now_ms() + GRACE_MS;
	if (r->told == 2)
		zol_cleanup_fd(&r->lifeline);
	else
		(void)kill(r->pid, r->told == 1 ? SIGTERM : SIGKILL);
}

static int failed_inside(struct zol_chroot_report *got, struct zol_err *err)
{
	got->msg[sizeof(got->msg) - 1] = got->hint[sizeof(got->hint) - 1] = '\0';
	/* The message has the text of errno already. */
	int rc = zol_err_set(err, (enum zol_code)got->code, 0, "%s", got->msg);

	err->errnum = got->errnum;
	return got->hint[0] ? zol_err_hint(err, "%s", got->hint) : rc;
}

/* Takes in what the first process inside has reported so far. */
static int read_reports(struct run *r, struct zol_err *err)
{
	struct zol_chroot_report got;

	while (read(r->report, &got, sizeof(got)) == (ssize_t)sizeof(got)) {
		if (got.news == ZOL_CHROOT_FAILED)
			return failed_inside(&got, err);
		if (got.news == ZOL_CHROOT_ENDED) {
			r->result->exit.signal = got.signal;
			r->result->exit.status = got.status;
			r->reported = true;
		} else if (r->opts->entered) {
			int rc = r->opts->entered(r->opts->entered_ctx, r->pid, err);

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* After its end: it said how the command ended, or was killed itself. */
static int final_report(struct run *r, struct zol_err *err)
{
	int rc = read_reports(r, err);

	if (rc < 0 || r->reported)
		return rc;
	if (!r->result->exit.timed_out)
		return zol_err_set(err, ZOL_SYSTEM, 0, "the chroot's first process was killed");
	r->result->exit.signal = SIGKILL;
	r->result->exit.status = 128 + SIGKILL;
	return 0;
}

/* Relays until the first process inside has ended. */
static int supervise(struct run *r, struct zol_err *err)
{
	for (;;) {
		struct pollfd fds[2 * ZOL_RELAY_MAX + 2];
		pid_t ended = waitpid(r->pid, NULL, WNOHANG);

		if (ended == r->pid || (ended < 0 && errno == ECHILD))
			break;
		zol_relay_want(&r->relay, fds);
		fds[2 * ZOL_RELAY_MAX] = (struct pollfd){ .fd = r->sigfd, .events = POLLIN };
		/* Of interest only while it can say something new: its end is one event for ever. */
		bool listening = r->opts->entered && !r->entered;

		fds[2 * ZOL_RELAY_MAX + 1] = (struct pollfd){ .fd = listening ? r->report : -1, .events = POLLIN };
		if (poll(fds, ZOL_COUNT(fds), until(r)) < 0 && errno != EINTR)
			return zol_err_sys(err, "cannot wait for the command");
		take_signals(r);
		check_deadline(r);
		int rc = zol_relay_turn(&r->relay, fds, err);

		if (rc == 0 && fds[2 * ZOL_RELAY_MAX + 1].revents) {
			rc = read_reports(r, err);
			r->entered = true;
		}
		if (rc < 0)
			return rc;
	}
	r->pid = -1;
	return zol_relay_drain(&r->relay, r->raw.fd, err);
}

static void tidy(const struct zol_chroot_opts *opts)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_mplan *plan = opts->plan;

	if (opts->tree > 0)
		zol_resolv_tidy(opts->tree);
	if (!plan->len || plan->ops[0].kind != ZOL_MOP_ROOT)
		return;
	ZOL_AUTO(fd) int root = zol_root_open(plan->ops[0].src, &err);

	if (root >= 0)
		zol_resolv_tidy(root);
}

int zol_chroot_run(const struct zol_chroot_opts *opts, const char *const *argv, struct zol_run_result *ret,
		   struct zol_err *err)
{
	ZOL_AUTO(chroot_run)
	struct run r = {
		.opts = opts,
		.job = { .opts = opts, .argv = argv, .tty = -1 },
		.result = ret,
		.pty = ZOL_PTY_INIT,
		.raw = ZOL_RAW_INIT,
		.tty_like = -1,
		.ours = { -1, -1, -1 },
		.theirs = { -1, -1, -1 },
		.lifeline = -1,
		.report = -1,
		.sigfd = -1,
		.pid = -1,
		.deadline = opts->timeout_ms ? zol_now_ms() + opts->timeout_ms : UINT64_MAX,
	};
	int rc = 0;

	*ret = (struct zol_run_result){ 0 };
	if (!opts->shell && (!argv || !argv[0]))
		return zol_err_set(err, ZOL_USAGE, 0, "no command for the guest");
	for (size_t i = 0; rc == 0 && opts->env && opts->env[i]; i++)
		rc = zol_chroot_check_env(opts->env[i], err);
	if (rc == 0)
		rc = watch_signals(&r, err);
	if (rc == 0)
		rc = set_up_streams(&r, err);
	if (rc == 0)
		rc = start(&r, err);
	if (rc == 0)
		rc = supervise(&r, err);
	if (rc == 0)
		rc = final_report(&r, err);
	int caught = is_piped(opts) ? r.caught : 0;

	run_free(&r);
	r = (struct run){ .lifeline = -1,
			  .report = -1,
			  .sigfd = -1,
			  .pid = -1,
			  .ours = { -1, -1, -1 },
			  .theirs = { -1, -1, -1 },
			  .pty = ZOL_PTY_INIT,
			  .raw = ZOL_RAW_INIT };
	tidy(opts);
	/* Whoever runs this as one step among many wants to stop, too. */
	if (caught)
		(void)raise(caught);
	if (rc < 0) {
		zol_run_result_free(ret);
		*ret = (struct zol_run_result){ 0 };
	}
	return rc;
}
