/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include "base/num.h"
#include "sys/agent.h"

#define CHUNK 16384U
#define BACKLOG_MAX (256U << 10) /* bytes for the port above which no command's output is read */
#define CREDIT_STEP (32U << 10)
#define HANGUP_MS 2000U

static struct zol_chan *find(struct zol_agent *a, uint32_t id)
{
	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++)
		if (a->chans[i].kind != ZOL_CHAN_FREE && a->chans[i].id == id)
			return &a->chans[i];
	return NULL;
}

static struct zol_chan *fresh(struct zol_agent *a, uint32_t id, enum zol_chan_kind kind)
{
	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++) {
		struct zol_chan *c = &a->chans[i];

		if (c->kind != ZOL_CHAN_FREE)
			continue;
		*c = (struct zol_chan){ .kind = kind, .id = id, .fd = { -1, -1, -1 } };
		c->credit[ZOL_STREAM_OUT] = c->credit[ZOL_STREAM_ERR] = ZOL_AGENT_WINDOW;
		return c;
	}
	return NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void drop(struct zol_chan *c)
{
	for (int i = 0; i < 3; i++)
		close_fd(&c->fd[i]);
	zol_str_free(&c->spec);
	zol_str_free(&c->in);
	*c = (struct zol_chan){ .fd = { -1, -1, -1 } };
}

static void start(struct zol_agent *a, struct zol_chan *c)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *what = "";
	int failed;

	if (zol_exec_spec_read(zol_span_str(&c->spec), &x, &err) < 0) {
		zol_frame_put_error(&a->out, c->id, EINVAL, zol_err_text(&err));
		drop(c);
		return;
	}
	zol_str_free(&c->spec);
	failed = zol_agent_spawn(c, &x, &what);
	if (failed) {
		zol_frame_put_error(&a->out, c->id, failed, what);
		drop(c); /* a child that was forked is reaped as a stranger */
		return;
	}
	c->kind = ZOL_CHAN_COMMAND;
	zol_frame_put_u32(&a->out, ZOL_FRAME_STARTED, c->id, 0, (uint32_t)c->pid);
}

static void take_spec(struct zol_agent *a, const struct zol_frame *f)
{
	struct zol_chan *c = find(a, f->channel);

	if (!c)
		c = fresh(a, f->channel, ZOL_CHAN_SPEC);
	if (!c || c->kind != ZOL_CHAN_SPEC || c->spec.len + f->data.len > ZOL_AGENT_SPEC_MAX) {
		zol_frame_put_error(&a->out, f->channel, c ? E2BIG : EAGAIN,
				    c ? "the command is too long" : "too many commands");
		if (c && c->kind == ZOL_CHAN_SPEC)
			drop(c);
		return;
	}
	zol_str_add(&c->spec, f->data.ptr, f->data.len);
}

static void hangup(struct zol_chan *c)
{
	if (c->kind == ZOL_CHAN_SPEC) {
		drop(c);
		return;
	}
	if (c->kind != ZOL_CHAN_COMMAND)
		return;
	if (c->pid > 0) {
		kill(-c->pid, SIGHUP);
		kill(-c->pid, SIGTERM);
		kill(-c->pid, SIGCONT);
		c->kill_at = zol_now_ms() + HANGUP_MS;
	}
	/* Nobody reads any more: what it writes, or has left when it has ended already, is thrown away. */
	c->credit[ZOL_STREAM_OUT] = c->credit[ZOL_STREAM_ERR] = 0;
	for (int i = 0; i < 3; i++)
		close_fd(&c->fd[i]);
}

void zol_chan_hangup_all(struct zol_agent *a)
{
	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++)
		hangup(&a->chans[i]);
}

static void take_input(struct zol_agent *a, struct zol_chan *c, const struct zol_frame *f)
{
	if (f->data.len == 0) {
		c->in_eof = true;
		return;
	}
	if (c->in.len - c->in_pos + f->data.len > ZOL_AGENT_WINDOW) {
		zol_frame_put_error(&a->out, c->id, EPROTO, "more input than the window allows");
		hangup(c);
		return;
	}
	if (c->fd[0] < 0) /* it has closed its stdin */
		zol_frame_put_u32(&a->out, ZOL_FRAME_CREDIT, c->id, ZOL_STREAM_IN, (uint32_t)f->data.len);
	else
		zol_str_add(&c->in, f->data.ptr, f->data.len);
}

static void take_control(struct zol_agent *a, struct zol_chan *c, const struct zol_frame *f)
{
	uint32_t x = 0;
	uint32_t y = 0;

	(void)zol_frame_u32(f, 0, &x);
	(void)zol_frame_u32(f, 1, &y);
	if (f->type == ZOL_FRAME_DATA) {
		take_input(a, c, f);
	} else if (f->type == ZOL_FRAME_CREDIT) {
		if (f->stream == ZOL_STREAM_OUT || f->stream == ZOL_STREAM_ERR)
			c->credit[f->stream] += x;
	} else if (f->type == ZOL_FRAME_SIGNAL) {
		if (c->pid > 0 && x > 0 && x < (uint32_t)NSIG)
			kill(-c->pid, (int)x);
	} else if (f->type == ZOL_FRAME_RESIZE) {
		struct winsize size = { .ws_row = (unsigned short)x, .ws_col = (unsigned short)y };

		if (c->tty && c->fd[1] >= 0)
			(void)ioctl(c->fd[1], TIOCSWINSZ, &size);
	} else if (f->type == ZOL_FRAME_CLOSE) {
		hangup(c);
	}
}

static ZOL_NORETURN void request_child(uint32_t what, uint32_t arg)
{
	if (what == ZOL_REQ_POWEROFF)
		_exit(zol_agent_poweroff(arg != 0));
	sync();
	if (what == ZOL_REQ_DROP_CACHES) {
		int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
		char digit = (char)('0' + (arg >= 1 && arg <= 3 ? arg : 3));

		if (fd < 0 || write(fd, &digit, 1) != 1)
			_exit(errno);
	}
	_exit(0);
}

/* In a child, as sync(2) may take long. Power-off of our own is done here, as only PID 1 should. */
static void take_request(struct zol_agent *a, const struct zol_frame *f)
{
	struct zol_chan *c;
	uint32_t what = 0;
	uint32_t arg = 0;

	(void)zol_frame_u32(f, 0, &what);
	(void)zol_frame_u32(f, 1, &arg);
	if (what < ZOL_REQ_SYNC || what > ZOL_REQ_POWEROFF) {
		zol_frame_put_error(&a->out, f->channel, EOPNOTSUPP, "unknown request");
		return;
	}
	if (what == ZOL_REQ_POWEROFF && a->init) {
		(void)zol_agent_flush(a);
		(void)zol_agent_poweroff(true);
	}
	c = find(a, f->channel) ? NULL : fresh(a, f->channel, ZOL_CHAN_REQUEST);
	if (!c) {
		zol_frame_put_error(&a->out, f->channel, EAGAIN, "too many commands");
		return;
	}
	c->pid = fork();
	if (c->pid == 0)
		request_child(what, arg);
	if (c->pid < 0) {
		zol_frame_put_error(&a->out, f->channel, errno, "cannot fork");
		drop(c);
	}
}

void zol_chan_frame(struct zol_agent *a, const struct zol_frame *f)
{
	struct zol_chan *c;

	if (f->type == ZOL_FRAME_SPEC) {
		take_spec(a, f);
		return;
	}
	if (f->type == ZOL_FRAME_REQUEST) {
		take_request(a, f);
		return;
	}
	c = find(a, f->channel);
	if (c && f->type == ZOL_FRAME_START && c->kind == ZOL_CHAN_SPEC)
		start(a, c);
	else if (c && (c->kind == ZOL_CHAN_COMMAND || f->type == ZOL_FRAME_CLOSE))
		take_control(a, c, f);
}

size_t zol_chan_poll(struct zol_agent *a, struct pollfd *set, size_t room)
{
	bool full = a->out.len - a->out_pos > BACKLOG_MAX;
	size_t n = 0;

	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++) {
		struct zol_chan *c = &a->chans[i];

		if (c->kind != ZOL_CHAN_COMMAND)
			continue;
		if (c->fd[0] >= 0 && c->in.len > c->in_pos && n < room)
			set[n++] = (struct pollfd){ .fd = c->fd[0], .events = POLLOUT };
		for (int s = 1; s < 3 && !full; s++)
			if (c->fd[s] >= 0 && c->credit[s] > 0 && n < room)
				set[n++] = (struct pollfd){ .fd = c->fd[s], .events = POLLIN };
	}
	return n;
}

/* The terminal's end-of-file character, as its user would type it. */
static void end_input(struct zol_chan *c)
{
	if (c->tty && c->fd[0] >= 0)
		(void)!write(c->fd[0], "\004", 1);
	close_fd(&c->fd[0]);
}

static void feed_input(struct zol_agent *a, struct zol_chan *c)
{
	while (c->fd[0] >= 0 && c->in_pos < c->in.len) {
		ssize_t n = write(c->fd[0], c->in.ptr + c->in_pos, c->in.len - c->in_pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) { /* it does not read any more: swallow the rest */
			n = (ssize_t)(c->in.len - c->in_pos);
			close_fd(&c->fd[0]);
		}
		c->in_pos += (size_t)n;
		c->in_owed += (uint32_t)n;
	}
	if (c->in_pos == c->in.len) {
		zol_str_truncate(&c->in, 0);
		c->in_pos = 0;
		if (c->in_eof && c->fd[0] >= 0)
			end_input(c);
	} else if (c->in_pos > ZOL_AGENT_WINDOW) {
		memmove(c->in.ptr, c->in.ptr + c->in_pos, c->in.len - c->in_pos);
		zol_str_truncate(&c->in, c->in.len - c->in_pos);
		c->in_pos = 0;
	}
	if (c->in_owed >= CREDIT_STEP || (c->in_owed > 0 && c->in.len == 0)) {
		zol_frame_put_u32(&a->out, ZOL_FRAME_CREDIT, c->id, ZOL_STREAM_IN, c->in_owed);
		c->in_owed = 0;
	}
}

static void read_output(struct zol_agent *a, struct zol_chan *c, unsigned s)
{
	char buf[CHUNK];

	while (c->fd[s] >= 0 && c->credit[s] > 0 && a->out.len - a->out_pos <= BACKLOG_MAX) {
		size_t want = c->credit[s] < sizeof(buf) ? (size_t)c->credit[s] : sizeof(buf);
		ssize_t n = read(c->fd[s], buf, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && !c->reaped)
			return;
		/* Its end; or the command has ended, and what a child of it may still write is not its output. */
		if (n <= 0) {
			close_fd(&c->fd[s]);
			return;
		}
		c->credit[s] -= (uint64_t)n;
		zol_frame_put(&a->out, ZOL_FRAME_DATA, c->id, s, buf, (size_t)n);
		if ((size_t)n < want && !c->reaped)
			return;
	}
}

static void finish(struct zol_agent *a, struct zol_chan *c)
{
	if (c->kind == ZOL_CHAN_REQUEST)
		zol_frame_put_u32(&a->out, ZOL_FRAME_RESULT, c->id, 0,
				  WIFEXITED(c->wstatus) ? (uint32_t)WEXITSTATUS(c->wstatus) : EIO);
	else if (WIFSIGNALED(c->wstatus))
		zol_frame_put_u32x2(&a->out, ZOL_FRAME_EXIT, c->id, ZOL_KILLED, (uint32_t)WTERMSIG(c->wstatus));
	else
		zol_frame_put_u32x2(&a->out, ZOL_FRAME_EXIT, c->id, ZOL_EXITED, (uint32_t)WEXITSTATUS(c->wstatus));
	drop(c);
}

void zol_chan_work(struct zol_agent *a)
{
	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++) {
		struct zol_chan *c = &a->chans[i];

		if (c->kind == ZOL_CHAN_COMMAND) {
			feed_input(a, c);
			read_output(a, c, ZOL_STREAM_OUT);
			read_output(a, c, ZOL_STREAM_ERR);
			if (c->kill_at && c->pid > 0 && zol_now_ms() >= c->kill_at) {
				kill(-c->pid, SIGKILL);
				c->kill_at = 0;
			}
		}
		if (c->reaped && c->fd[1] < 0 && c->fd[2] < 0)
			finish(a, c);
	}
}

void zol_chan_reap(struct zol_agent *a)
{
	int status;

	for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
		for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++) {
			struct zol_chan *c = &a->chans[i];

			if (c->kind < ZOL_CHAN_COMMAND || c->pid != pid)
				continue;
			c->reaped = true;
			c->wstatus = status;
			c->pid = 0;
		}
	}
}
