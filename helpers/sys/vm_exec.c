/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/num.h"
#include "base/sig.h"
#include "sys/vm_link.h"

#define CHANNEL 1U
#define START_MS 60000U /* for the agent to answer that the command runs */
#define GRACE_MS 2000U
#define GIVE_UP_MS 10000U
#define TICK_MS 1000U
#define IMPATIENCE 3     /* so many signals of ours without effect, and we leave */
#define PIPE_WRITE 4096U /* a pipe that polls writable takes that much without blocking (PIPE_BUF) */

struct exec {
	struct zol_link *l;
	const struct zol_exec *x;
	struct zol_str to_agent;
	size_t to_agent_pos;
	struct zol_str out[3]; /* [1], [2]: bytes for our stdout and stderr */
	size_t out_pos[3];
	uint64_t credit; /* for stdin */
	bool in_open;
	int sigfd;
	int signals;
	bool started, done;
	uint64_t started_at, deadline; /* deadline 0: none */
	uint64_t ticked;
	int timeout_step;
	struct zol_exec_result result;
};

static int fd_of(const struct exec *e, unsigned s)
{
	return s == ZOL_STREAM_OUT ? e->x->out : e->x->err;
}

static void send_resize(struct exec *e)
{
	struct winsize size;

	if (e->x->spec->tty && ioctl(e->x->out, TIOCGWINSZ, &size) == 0)
		zol_frame_put_u32x2(&e->to_agent, ZOL_FRAME_RESIZE, CHANNEL, size.ws_row, size.ws_col);
}

static int take_signals(struct exec *e, struct zol_err *err)
{
	struct signalfd_siginfo info;

	while (read(e->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			send_resize(e);
			continue;
		}
		zol_frame_put_u32(&e->to_agent, ZOL_FRAME_SIGNAL, CHANNEL, 0, info.ssi_signo);
		if (++e->signals >= IMPATIENCE)
			return zol_err_set(err, ZOL_SYSTEM, EINTR, "interrupted; the command was hung up");
	}
	return 0;
}

static int take_output(struct exec *e, const struct zol_frame *f, struct zol_err *err)
{
	struct zol_str *to;

	if (f->stream != ZOL_STREAM_OUT && f->stream != ZOL_STREAM_ERR)
		return 0;
	if (fd_of(e, f->stream) < 0) {
		zol_frame_put_u32(&e->to_agent, ZOL_FRAME_CREDIT, CHANNEL, f->stream, (uint32_t)f->data.len);
		return 0;
	}
	to = &e->out[f->stream];
	/* What is there is credited only when all of it is written. */
	if (f->data.len > ZOL_AGENT_WINDOW - to->len)
		return zol_err_set(err, ZOL_CHILD, EPROTO, "the agent in the guest sends more than it may");
	zol_str_add(to, f->data.ptr, f->data.len);
	return zol_str_check(to, err);
}

static int start_error(const struct exec *e, const struct zol_frame *f, struct zol_err *err)
{
	uint32_t errnum = EIO;
	const char *what = e->x->spec->argv.len ? e->x->spec->argv.v[0] : "";

	(void)zol_frame_u32(f, 0, &errnum);
	if (e->started)
		return zol_err_set(err, ZOL_CHILD, (int)errnum, "%.*s", f->data.len > 4 ? (int)(f->data.len - 4) : 0,
				   f->data.ptr + 4);
	return zol_err_set(err, ZOL_CHILD, (int)errnum, "%s: %.*s in the guest", what,
			   f->data.len > 4 ? (int)(f->data.len - 4) : 0, f->data.ptr + 4);
}

static int take_frame(struct exec *e, const struct zol_frame *f, struct zol_err *err)
{
	uint32_t a = 0;
	uint32_t b = 0;

	(void)zol_frame_u32(f, 0, &a);
	(void)zol_frame_u32(f, 1, &b);
	if (f->channel != CHANNEL)
		return 0;
	if (f->type == ZOL_FRAME_STARTED) {
		e->started = true;
	} else if (f->type == ZOL_FRAME_DATA) {
		return take_output(e, f, err);
	} else if (f->type == ZOL_FRAME_CREDIT && f->stream == ZOL_STREAM_IN) {
		e->credit += a;
	} else if (f->type == ZOL_FRAME_EXIT) {
		e->done = true;
		e->result.signal = a == ZOL_KILLED ? (int)(b & 0x7f) : 0;
		e->result.status = a == ZOL_KILLED ? 128 + e->result.signal : (int)(b & 0xff);
	} else if (f->type == ZOL_FRAME_ERROR) {
		return start_error(e, f, err);
	}
	return 0;
}

static int vm_ended(const struct exec *e, struct zol_err *err)
{
	const struct zol_link *l = e->l;
	int r = zol_err_set(err, ZOL_CHILD, 0, "the VM ended before the command did: %s",
			    l->why.msg ? l->why.msg : "no reason known");

	return l->why.hint ? zol_err_hint(err, "%s", l->why.hint) : r;
}

static int read_link(struct exec *e, struct zol_err *err)
{
	struct zol_frame f;

	/* All that is there: the windows bound it. */
	for (int r = zol_link_recv(e->l, 0, &f, err); r != 1; r = zol_link_recv(e->l, 0, &f, err)) {
		if (r < 0)
			return r;
		if (take_frame(e, &f, err) < 0)
			return -(int)err->code;
		if (e->done)
			return 0;
		if (e->l->ended)
			return vm_ended(e, err);
	}
	return 0;
}

static int write_link(struct exec *e, struct zol_err *err)
{
	while (e->to_agent_pos < e->to_agent.len) {
		ssize_t n = send(e->l->fd, e->to_agent.ptr + e->to_agent_pos, e->to_agent.len - e->to_agent_pos,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		/* A supervisor that has closed has said why: it is read next. */
		if (n < 0 && errno != EPIPE && errno != ECONNRESET)
			return zol_err_sys(err, "connection to the VM");
		if (n < 0)
			break;
		e->to_agent_pos += (size_t)n;
	}
	zol_str_truncate(&e->to_agent, 0);
	e->to_agent_pos = 0;
	return zol_str_check(&e->to_agent, err);
}

static int read_input(struct exec *e, struct zol_err *err)
{
	char buf[ZOL_FRAME_PAYLOAD];
	size_t want = e->credit < sizeof(buf) ? (size_t)e->credit : sizeof(buf);
	ssize_t n = read(e->x->in, buf, want);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0 && errno != EIO)
		return zol_err_sys(err, "stdin");
	if (n <= 0) {
		e->in_open = false;
		n = 0;
	}
	e->credit -= (uint64_t)n;
	zol_frame_put(&e->to_agent, ZOL_FRAME_DATA, CHANNEL, ZOL_STREAM_IN, buf, (size_t)n);
	return 0;
}

/* Writes some; what was written is credited to the sender. */
static int write_output(struct exec *e, unsigned s, struct zol_err *err)
{
	size_t left = e->out[s].len - e->out_pos[s];
	ssize_t n = write(fd_of(e, s), e->out[s].ptr + e->out_pos[s], left < PIPE_WRITE ? left : PIPE_WRITE);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return zol_err_sys(err, s == ZOL_STREAM_OUT ? "stdout" : "stderr");
	e->out_pos[s] += (size_t)n;
	if (e->out_pos[s] < e->out[s].len)
		return 0;
	if (!e->done)
		zol_frame_put_u32(&e->to_agent, ZOL_FRAME_CREDIT, CHANNEL, s, (uint32_t)e->out[s].len);
	zol_str_truncate(&e->out[s], 0);
	e->out_pos[s] = 0;
	return 0;
}

static void tick(struct exec *e, uint64_t now)
{
	if (!e->x->on_tick || e->deadline == 0 || e->done || e->timeout_step || now - e->ticked < TICK_MS)
		return;
	e->ticked = now;
	if (e->x->on_tick(e->x->ctx))
		e->deadline = now;
}

static int check_time(struct exec *e, struct zol_err *err)
{
	uint64_t now = zol_now_ms();

	tick(e, now);
	if (!e->started && now - e->started_at > START_MS)
		return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "the agent in the guest does not answer");
	if (e->deadline == 0 || now < e->deadline || e->done)
		return 0;
	if (!e->result.timed_out && e->x->on_limit)
		e->x->on_limit(e->x->ctx);
	now = zol_now_ms();
	e->result.timed_out = true;
	if (e->timeout_step++ >= 2)
		return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "the command cannot be killed");
	zol_frame_put_u32(&e->to_agent, ZOL_FRAME_SIGNAL, CHANNEL, 0, e->timeout_step == 1 ? SIGTERM : SIGKILL);
	e->deadline = now + (e->timeout_step == 1 ? GRACE_MS : GIVE_UP_MS);
	return 0;
}

static int wait_ms(const struct exec *e)
{
	uint64_t now = zol_now_ms();

	if (e->deadline == 0)
		return e->started ? -1 : 1000;
	return e->deadline > now ? (int)(e->deadline - now < 1000 ? e->deadline - now : 1000) : 0;
}

static int loop_once(struct exec *e, struct zol_err *err)
{
	enum { LINK, IN, OUT, ERR, SIG, SLOTS };
	bool take_in = e->in_open && e->credit > 0 && e->started && !e->done && e->to_agent.len < ZOL_AGENT_WINDOW;
	struct pollfd set[SLOTS] = {
		[LINK] = { .fd = e->done ? -1 : e->l->fd, .events = POLLIN },
		[IN] = { .fd = take_in ? e->x->in : -1, .events = POLLIN },
		[OUT] = { .fd = e->out[1].len ? e->x->out : -1, .events = POLLOUT },
		[ERR] = { .fd = e->out[2].len ? e->x->err : -1, .events = POLLOUT },
		[SIG] = { .fd = e->sigfd, .events = POLLIN },
	};

	if (e->to_agent.len > 0)
		set[LINK].events |= POLLOUT;
	if (poll(set, SLOTS, wait_ms(e)) < 0 && errno != EINTR)
		return zol_err_sys(err, "poll");
	if (e->x->interruptible && zol_sig_check(err) < 0)
		return -(int)err->code;
	if (set[SIG].revents && take_signals(e, err) < 0)
		return -(int)err->code;
	if (set[IN].revents && read_input(e, err) < 0)
		return -(int)err->code;
	if (set[OUT].revents && write_output(e, ZOL_STREAM_OUT, err) < 0)
		return -(int)err->code;
	if (set[ERR].revents && write_output(e, ZOL_STREAM_ERR, err) < 0)
		return -(int)err->code;
	if (!e->done && write_link(e, err) < 0)
		return -(int)err->code;
	if ((set[LINK].revents & (POLLIN | POLLHUP)) && read_link(e, err) < 0)
		return -(int)err->code;
	return check_time(e, err);
}

static void begin(struct exec *e)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;

	zol_exec_spec_write(e->x->spec, &records);
	if (records.oom)
		e->to_agent.oom = true;
	zol_frame_put_all(&e->to_agent, ZOL_FRAME_SPEC, CHANNEL, 0, zol_span_str(&records));
	zol_frame_put(&e->to_agent, ZOL_FRAME_START, CHANNEL, 0, NULL, 0);
	e->credit = ZOL_AGENT_WINDOW;
	e->in_open = e->x->in >= 0;
	e->started_at = zol_now_ms();
	e->deadline = e->x->timeout_ms ? e->started_at + e->x->timeout_ms : 0;
}

int zol_exec_run(struct zol_link *l, const struct zol_exec *x, struct zol_exec_result *ret, struct zol_err *err)
{
	struct exec e = { .l = l, .x = x, .sigfd = -1 };
	sigset_t set;
	sigset_t old;
	int r = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	if (x->forward_signals) {
		sigprocmask(SIG_BLOCK, &set, &old);
		e.sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	}
	begin(&e);
	while (r == 0 && (!e.done || e.out[1].len > 0 || e.out[2].len > 0))
		r = loop_once(&e, err);
	if (x->forward_signals) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		zol_cleanup_fd(&e.sigfd);
	}
	for (size_t i = 0; i < ZOL_COUNT(e.out); i++)
		zol_str_free(&e.out[i]);
	zol_str_free(&e.to_agent);
	if (r == 0)
		*ret = e.result;
	return r;
}
