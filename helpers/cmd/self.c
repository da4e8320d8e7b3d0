/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "cmd/self.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "base/proc.h"
#include "base/progress.h"
#include "base/sig.h"
#include "cmd/app.h"

/* Where the child finds its progress descriptor. */
#define PROGRESS_FD 3

void zol_self_globals(const struct zol_cli *cli, struct zol_strv *argv)
{
	if (cli->globals.config) {
		zol_strv_add(argv, "--config");
		zol_strv_add(argv, cli->globals.config);
	}
	if (cli->globals.guest) {
		zol_strv_add(argv, "--guest");
		zol_strv_add(argv, cli->globals.guest);
	}
}

void zol_self_line(const struct zol_cli *cli, const char *const *args, struct zol_str *out)
{
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;

	zol_strv_add(&words, "zolkit");
	zol_self_globals(cli, &words);
	zol_strv_extend(&words, args);
	out->oom |= words.oom;
	zol_str_shell_join(out, zol_strv_list(&words));
	zol_str_putc(out, '\n');
}

static void add_globals(const struct zol_cli *cli, struct zol_strv *argv)
{
	zol_self_globals(cli, argv);
	for (int v = 0; v < cli->out.verbosity; v++)
		zol_strv_add(argv, "-v");
	zol_strv_add(argv, "--color=never");
	zol_strv_addf(argv, "--progress-fd=%d", PROGRESS_FD);
}

/* What has been read of one of the child's streams, up to the end of its last line. */
struct stream {
	int fd;
	struct zol_str pending;
};

struct reader {
	const struct zol_events *ev;
	struct stream progress, chatter;
	struct zol_str message, hint; /* the child's error */
	bool already;
};

static void on_progress(struct reader *r, struct zol_span line)
{
	if (zol_span_eq(line, "{\"already\":true}"))
		r->already = true;
	else
		zol_progress_relay(r->ev, line);
}

/* The error comes as "zolkit: message", its hint on the next line after blanks: base/out. */
static void on_chatter(struct reader *r, struct zol_span line)
{
	static const char mark[] = "zolkit: ";

	if (zol_span_starts(line, mark)) {
		zol_str_truncate(&r->message, 0);
		zol_str_add(&r->message, line.ptr + sizeof(mark) - 1, line.len - sizeof(mark) + 1);
	} else if (r->message.len && zol_span_starts(line, " ")) {
		struct zol_span t = zol_span_trim(line);

		zol_str_add(&r->hint, t.ptr, t.len);
	} else if (line.len) {
		struct zol_span t = zol_span_trim(line);

		if (zol_span_starts(t, "* "))
			t = zol_span(t.ptr + 2, t.len - 2);
		zol_ev_note(r->ev, ZOL_LEVEL_NOTE, "%.*s", (int)t.len, t.ptr);
	}
}

/* Reads what is there and hands out whole lines; closes the stream at its end. */
static void drain(struct reader *r, struct stream *s, void (*on_line)(struct reader *, struct zol_span))
{
	char buf[4096];
	ssize_t n = read(s->fd, buf, sizeof(buf));
	struct zol_span rest, line;
	const char *end;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		zol_cleanup_fd(&s->fd);
		s->fd = -1;
		if (s->pending.len)
			on_line(r, zol_span_str(&s->pending));
		return;
	}
	zol_str_add(&s->pending, buf, (size_t)n);
	end = memrchr(zol_str_c(&s->pending), '\n', s->pending.len);
	if (!end)
		return;
	rest = zol_span(s->pending.ptr, (size_t)(end - s->pending.ptr) + 1);
	while (zol_span_line(&rest, &line))
		on_line(r, line);
	n = end + 1 - s->pending.ptr;
	memmove(s->pending.ptr, end + 1, s->pending.len - (size_t)n);
	zol_str_truncate(&s->pending, s->pending.len - (size_t)n);
}

static int read_all(struct reader *r, struct zol_proc *child, struct zol_err *err)
{
	while (r->progress.fd >= 0 || r->chatter.fd >= 0) {
		struct pollfd fds[2] = { { .fd = r->progress.fd, .events = POLLIN },
					 { .fd = r->chatter.fd, .events = POLLIN } };
		int rc = zol_sig_check(err);

		if (rc < 0) {
			zol_proc_stop(child, 10000);
			return rc;
		}
		if (poll(fds, 2, 1000) < 0 && errno != EINTR)
			return zol_err_sys(err, "poll");
		if (r->progress.fd >= 0 && fds[0].revents)
			drain(r, &r->progress, on_progress);
		if (r->chatter.fd >= 0 && fds[1].revents)
			drain(r, &r->chatter, on_chatter);
	}
	return 0;
}

static int verdict(const struct reader *r, const struct zol_exit *ended, const char *what, struct zol_err *err)
{
	enum zol_code code = ZOL_CHILD;

	if (ended->status == 0)
		return 0;
	if (ended->signal)
		return zol_err_set(err, ZOL_CHILD, 0, "zolkit %s was killed by signal %d", what, ended->signal);
	if (ended->status > ZOL_OK && ended->status <= ZOL_CHILD)
		code = (enum zol_code)ended->status;
	if (r->message.len)
		(void)zol_err_set(err, code, 0, "%s", zol_str_c(&r->message));
	else
		(void)zol_err_set(err, code, 0, "zolkit %s ended with status %d", what, ended->status);
	if (r->hint.len)
		(void)zol_err_hint(err, "%s", zol_str_c(&r->hint));
	return -(int)code;
}

int zol_self_run(const struct zol_cli *cli, const char *const *args, const struct zol_events *ev, bool *ret_already,
		 struct zol_err *err)
{
	return zol_self_run_to(cli, args, ZOL_STDIO_NULL, ev, ret_already, err);
}

int zol_self_run_to(const struct zol_cli *cli, const char *const *args, int out, const struct zol_events *ev,
		    bool *ret_already, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str front = ZOL_STR_INIT;
	ZOL_AUTO(proc) struct zol_proc child = ZOL_PROC_INIT;
	ZOL_AUTO(fd) int write_end = -1;
	struct reader r = { .ev = ev, .progress.fd = -1, .chatter.fd = -1 };
	struct zol_exit ended = { 0 };
	int ends[2];
	int rc;

	rc = zol_app_program("zolkit", &front, err);
	if (rc < 0)
		return rc;
	zol_strv_add(&argv, zol_str_c(&front));
	add_globals(cli, &argv);
	zol_strv_extend(&argv, args);
	rc = zol_strv_check(&argv, err);
	if (rc < 0)
		return rc;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return zol_err_sys(err, "pipe");
	r.progress.fd = ends[0];
	write_end = ends[1];
	const struct zol_fdmap map = { .from = write_end, .to = PROGRESS_FD };
	const struct zol_spawn spawn = {
		.argv = zol_strv_list(&argv),
		.in = ZOL_STDIO_NULL,
		.out = out,
		.err = ZOL_STDIO_PIPE,
		.fds = &map,
		.nfds = 1,
	};
	rc = zol_proc_spawn(&spawn, &child, err);
	zol_cleanup_fd(&write_end);
	write_end = -1;
	if (rc == 0) {
		r.chatter.fd = zol_take_fd(&child.err);
		rc = read_all(&r, &child, err);
	}
	if (rc == 0)
		rc = zol_proc_wait(&child, UINT64_MAX, &ended, err);
	if (rc == 0)
		rc = verdict(&r, &ended, args[0], err);
	if (rc == 0)
		*ret_already = r.already;
	zol_cleanup_fd(&r.progress.fd);
	zol_cleanup_fd(&r.chatter.fd);
	zol_str_free(&r.progress.pending);
	zol_str_free(&r.chatter.pending);
	zol_str_free(&r.message);
	zol_str_free(&r.hint);
	return rc;
}
