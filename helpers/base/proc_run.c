/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base/num.h"
#include "base/proc.h"
#include "base/sig.h"

#define OUTPUT_MAX ((size_t)1 << 20)
#define LINE_MAX_LEN ((size_t)64 << 10)
#define CHUNK 65536
#define TERM_GRACE_MS 2000
/* What programs left behind by the child still write is read for so long. */
#define LINGER_MS 500
/* Without a pidfd the child's end shows in its pipes, or within so long. */
#define LOOK_MS 50

struct stream {
	int fd; /* -1: at its end */
	int which;
	struct zol_str *kept;
	struct zol_str line;
};

struct session {
	const struct zol_run *run;
	size_t max;
	struct zol_proc proc;
	struct stream streams[2];
	struct zol_span input;
	bool exited;
	struct zol_exit end;
	uint64_t deadline; /* of the child; UINT64_MAX: none */
	uint64_t kill_at;  /* after SIGTERM; 0: not sent */
	uint64_t exited_at;
	bool timed_out, interrupted;
};

static void zol_cleanup_session(struct session *s)
{
	zol_proc_free(&s->proc);
	zol_str_free(&s->streams[0].line);
	zol_str_free(&s->streams[1].line);
}

void zol_run_result_free(struct zol_run_result *r)
{
	zol_str_free(&r->out);
	zol_str_free(&r->err);
}

static void drop_front(struct zol_str *s, size_t max)
{
	if (s->len <= max)
		return;
	memmove(s->ptr, s->ptr + s->len - max, max);
	zol_str_truncate(s, max);
}

static void flush_line(const struct session *s, struct stream *st)
{
	if (s->run->on_line && st->line.len)
		s->run->on_line(s->run->ctx, st->which, zol_span_str(&st->line));
	zol_str_truncate(&st->line, 0);
}

static void feed_lines(const struct session *s, struct stream *st, struct zol_span data)
{
	while (data.len) {
		const char *lf = memchr(data.ptr, '\n', data.len);
		size_t n = lf ? (size_t)(lf - data.ptr) : data.len;
		size_t room = LINE_MAX_LEN - st->line.len;
		size_t take = n < room ? n : room;

		zol_str_add(&st->line, data.ptr, take);
		data = zol_span(data.ptr + take, data.len - take);
		if (take < n) {
			flush_line(s, st);
		} else if (lf) {
			s->run->on_line(s->run->ctx, st->which, zol_span_str(&st->line));
			zol_str_truncate(&st->line, 0);
			data = zol_span(data.ptr + 1, data.len - 1);
		}
	}
}

/* Reads what is there. */
static int read_stream(struct session *s, struct stream *st, struct zol_err *err)
{
	char *to = zol_str_reserve(st->kept, CHUNK);
	ssize_t n;

	if (!to)
		return zol_err_oom(err);
	n = read(st->fd, to, CHUNK);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return zol_err_sys(err, "cannot read the output of %s", s->run->spawn.argv[0]);
	if (n == 0) {
		flush_line(s, st);
		st->fd = -1;
		return 0;
	}
	st->kept->len += (size_t)n;
	st->kept->ptr[st->kept->len] = '\0';
	if (s->run->on_line)
		feed_lines(s, st, zol_span(to, (size_t)n));
	if (st->kept->len > 2 * s->max)
		drop_front(st->kept, s->max);
	return st->line.oom ? zol_err_oom(err) : 0;
}

static int write_input(struct session *s, struct zol_err *err)
{
	ssize_t n = write(s->proc.in, s->input.ptr, s->input.len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	/* A child need not read all of its input. */
	if (n < 0 && errno != EPIPE)
		return zol_err_sys(err, "cannot write to %s", s->run->spawn.argv[0]);
	if (n > 0)
		s->input = zol_span(s->input.ptr + n, s->input.len - (size_t)n);
	if (n < 0 || !s->input.len) {
		zol_cleanup_fd(&s->proc.in);
		s->proc.in = -1;
	}
	return 0;
}

/* How long poll may sleep. */
static uint64_t sleep_ms(const struct session *s, uint64_t now)
{
	uint64_t until = s->exited ? s->exited_at + LINGER_MS : s->kill_at ? s->kill_at : s->deadline;
	uint64_t ms = until == UINT64_MAX ? UINT64_MAX : until > now ? until - now : 0;

	if (!s->exited && s->proc.pidfd < 0 && ms > LOOK_MS)
		ms = LOOK_MS;
	return ms;
}

static int wait_events(struct session *s, const sigset_t *mask, struct zol_err *err)
{
	struct pollfd p[4] = {
		{ .fd = s->streams[0].fd, .events = POLLIN },
		{ .fd = s->streams[1].fd, .events = POLLIN },
		{ .fd = s->proc.in, .events = POLLOUT },
		{ .fd = s->exited ? -1 : s->proc.pidfd, .events = POLLIN },
	};
	uint64_t ms = sleep_ms(s, zol_now_ms());
	struct timespec ts = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };

	/* Signals are let in only here, so that none slips in between looking and sleeping. */
	if (ppoll(p, ZOL_COUNT(p), ms == UINT64_MAX ? NULL : &ts, mask) < 0 && errno != EINTR)
		return zol_err_sys(err, "cannot wait for %s", s->run->spawn.argv[0]);
	for (int i = 0; i < 2; i++)
		if (p[i].revents && read_stream(s, &s->streams[i], err) < 0)
			return -(int)err->code;
	return p[2].revents ? write_input(s, err) : 0;
}

static void end_child(struct session *s, uint64_t now)
{
	if (s->kill_at && now >= s->kill_at) {
		zol_proc_signal(&s->proc, SIGKILL);
		s->kill_at = UINT64_MAX;
	} else if (!s->kill_at) {
		zol_proc_signal(&s->proc, SIGTERM);
		zol_proc_signal(&s->proc, SIGCONT);
		s->kill_at = now + TERM_GRACE_MS;
	}
}

/* Looks whether the child is at its end, by itself or by us. */
static int check_child(struct session *s, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	uint64_t now = zol_now_ms();
	int rc;

	if (s->exited)
		return 0;
	rc = zol_proc_wait(&s->proc, 0, &s->end, &ignored);
	if (rc == 0) {
		s->exited = true;
		s->exited_at = now;
		return 0;
	}
	if (rc < 0 && ignored.errnum != EINTR) {
		zol_err_move(err, &ignored);
		return -(int)err->code;
	}
	if (zol_sig_pending())
		s->interrupted = true;
	else if (now >= s->deadline)
		s->timed_out = true;
	if (s->interrupted || s->timed_out)
		end_child(s, now);
	return 0;
}

static bool finished(const struct session *s)
{
	if (!s->exited)
		return false;
	return (s->streams[0].fd < 0 && s->streams[1].fd < 0) || s->interrupted ||
	       zol_now_ms() - s->exited_at >= LINGER_MS;
}

static int supervise(struct session *s, struct zol_err *err)
{
	sigset_t block, old;
	int rc;

	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGINT);
	(void)sigaddset(&block, SIGTERM);
	(void)sigaddset(&block, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &block, &old);
	/* A signal may have come before they were blocked: look first, then sleep. */
	while ((rc = check_child(s, err)) == 0 && !finished(s)) {
		rc = wait_events(s, &old, err);
		if (rc < 0)
			break;
	}
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	flush_line(s, &s->streams[0]);
	flush_line(s, &s->streams[1]);
	return rc;
}

static void set_nonblock(int fd)
{
	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int begin(struct session *s, struct zol_run_result *ret, struct zol_err *err)
{
	const struct zol_run *run = s->run;

	if (zol_sig_check(err) < 0 || zol_proc_spawn(&run->spawn, &s->proc, err) < 0)
		return -(int)err->code;
	s->max = run->max_output ? run->max_output : OUTPUT_MAX;
	s->deadline = run->timeout_ms ? zol_now_ms() + run->timeout_ms : UINT64_MAX;
	s->streams[0] = (struct stream){ .fd = s->proc.out, .which = 1, .kept = &ret->out };
	s->streams[1] = (struct stream){ .fd = s->proc.err, .which = 2, .kept = &ret->err };
	set_nonblock(s->proc.out);
	set_nonblock(s->proc.err);
	set_nonblock(s->proc.in);
	if (!s->input.len) {
		zol_cleanup_fd(&s->proc.in);
		s->proc.in = -1;
	}
	return 0;
}

int zol_proc_run(const struct zol_run *run, struct zol_run_result *ret, struct zol_err *err)
{
	__attribute__((cleanup(zol_cleanup_session))) struct session s = { .run = run,
									   .proc = ZOL_PROC_INIT,
									   .input = run->input };
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };

	if (begin(&s, &result, err) < 0 || supervise(&s, err) < 0)
		return -(int)err->code;
	if (s.interrupted)
		return zol_sig_check(err);
	drop_front(&result.out, s.max);
	drop_front(&result.err, s.max);
	result.exit = s.end;
	result.exit.timed_out = s.timed_out;
	*ret = result;
	result = (struct zol_run_result){ 0 };
	return 0;
}

/* The last line that says something. */
static struct zol_span last_line(const struct zol_str *text)
{
	struct zol_span rest = zol_span_str(text), line, last = zol_span("", 0);

	while (zol_span_line(&rest, &line)) {
		line = zol_span_trim(line);
		if (line.len)
			last = line;
	}
	return last.len > 500 ? zol_span(last.ptr, 500) : last;
}

int zol_proc_capture(const char *const *argv, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	struct zol_run run = {
		.spawn = { .argv = argv, .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
		.max_output = (size_t)64 << 20,
	};
	struct zol_span why;

	if (zol_proc_run(&run, &result, err) < 0)
		return -(int)err->code;
	if (result.exit.status == 0) {
		if (out)
			zol_str_add(out, zol_str_c(&result.out), result.out.len);
		return out ? zol_str_check(out, err) : 0;
	}
	why = last_line(&result.err);
	if (result.exit.signal)
		return zol_err_set(err, ZOL_CHILD, 0, "%s was killed by signal %d (%s)%s%.*s", argv[0],
				   result.exit.signal, strsignal(result.exit.signal), why.len ? ": " : "", (int)why.len,
				   why.ptr);
	return zol_err_set(err, ZOL_CHILD, 0, "%s failed with status %d%s%.*s", argv[0], result.exit.status,
			   why.len ? ": " : "", (int)why.len, why.ptr);
}
