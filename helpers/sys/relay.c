/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <termios.h>

#include "sys/relay.h"

/* As base/proc.h promises for its own lines. */
enum { LINE_MAX_BYTES = 65536 };

void zol_relay_free(struct zol_relay *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->s[i].buf);
		zol_str_free(&r->s[i].line);
		if (r->s[i].owns_to)
			zol_cleanup_fd(&r->s[i].to);
	}
	*r = (struct zol_relay){ 0 };
}

struct zol_relay_stream *zol_relay_add(struct zol_relay *r, int from, int to, struct zol_err *err)
{
	if (r->n == ZOL_RELAY_MAX) {
		(void)zol_err_set(err, ZOL_SYSTEM, 0, "too many streams to relay");
		return NULL;
	}

	struct zol_relay_stream *s = &r->s[r->n];

	*s = (struct zol_relay_stream)ZOL_RELAY_STREAM_INIT;
	s->buf = malloc(ZOL_RELAY_CHUNK);
	if (!s->buf) {
		(void)zol_err_oom(err);
		return NULL;
	}
	s->from = from;
	s->to = to;
	r->n++;
	return s;
}

static bool has_output(const struct zol_relay_stream *s)
{
	return s->to >= 0 && (s->len > 0 || s->rest.len > 0);
}

void zol_relay_want(const struct zol_relay *r, struct pollfd fds[static 2 * ZOL_RELAY_MAX])
{
	for (size_t i = 0; i < ZOL_RELAY_MAX; i++) {
		const struct zol_relay_stream *s = i < r->n ? &r->s[i] : NULL;
		bool out = s && has_output(s);

		fds[2 * i] = (struct pollfd){ .fd = s && !out ? s->from : -1, .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = out ? s->to : -1, .events = POLLOUT };
	}
}

static void emit_line(struct zol_relay_stream *s)
{
	s->on_line(s->ctx, s->which, zol_span_str(&s->line));
	zol_str_truncate(&s->line, 0);
}

static void take_lines(struct zol_relay_stream *s, struct zol_span data)
{
	while (data.len) {
		const char *lf = memchr(data.ptr, '\n', data.len);
		size_t n = lf ? (size_t)(lf - data.ptr) : data.len;
		size_t room = LINE_MAX_BYTES - s->line.len;

		if (n > room) {
			zol_str_add(&s->line, data.ptr, room);
			data = zol_span(data.ptr + room, data.len - room);
			emit_line(s);
			continue;
		}
		zol_str_add(&s->line, data.ptr, n);
		data = zol_span(data.ptr + n + (lf ? 1 : 0), data.len - n - (lf ? 1 : 0));
		if (lf)
			emit_line(s);
	}
}

/* Keeps the last max_keep bytes; moves the memory only when twice as much has gathered. */
static void take_keep(struct zol_relay_stream *s, struct zol_span data)
{
	zol_str_add(s->keep, data.ptr, data.len);
	if (s->keep->len > 2 * s->max_keep) {
		memmove(s->keep->ptr, s->keep->ptr + s->keep->len - s->max_keep, s->max_keep);
		zol_str_truncate(s->keep, s->max_keep);
	}
}

static int take(struct zol_relay_stream *s, struct zol_span data, struct zol_err *err)
{
	if (s->on_line)
		take_lines(s, data);
	if (s->keep)
		take_keep(s, data);
	int rc = s->keep ? zol_str_check(s->keep, err) : 0;

	return rc < 0 ? rc : zol_str_check(&s->line, err);
}

static void at_end(struct zol_relay_stream *s)
{
	struct termios tio;

	s->from = -1;
	if (s->on_line && s->line.len)
		emit_line(s);
	if (s->keep && s->keep->len > s->max_keep) {
		memmove(s->keep->ptr, s->keep->ptr + s->keep->len - s->max_keep, s->max_keep);
		zol_str_truncate(s->keep, s->max_keep);
	}
	if (s->tail_is_eof && s->to >= 0 && tcgetattr(s->to, &tio) == 0) {
		s->buf[0] = (char)tio.c_cc[VEOF];
		s->off = 0;
		s->len = 1;
	}
}

/* 1 when something was read, 0 when nothing is there now or ever. */
static int pull(struct zol_relay_stream *s, struct zol_err *err)
{
	ssize_t n = read(s->from, s->buf, ZOL_RELAY_CHUNK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* EIO: the other side of a terminal is closed. */
	if (n <= 0) {
		at_end(s);
		return 0;
	}
	if (s->to >= 0) {
		s->off = 0;
		s->len = (size_t)n;
		return 1;
	}
	int rc = take(s, zol_span(s->buf, (size_t)n), err);

	return rc < 0 ? rc : 1;
}

/* Writes what it can. A reader that went away ends the stream: the rest is read and thrown away. */
static void push(struct zol_relay_stream *s)
{
	bool text = s->len == 0;
	ssize_t n = text ? write(s->to, s->rest.ptr, s->rest.len) : write(s->to, s->buf + s->off, s->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		s->rest = zol_span(NULL, 0);
		s->len = 0;
		if (s->owns_to)
			zol_cleanup_fd(&s->to);
		s->to = -1;
		return;
	}
	if (text) {
		s->rest = zol_span(s->rest.ptr + n, s->rest.len - (size_t)n);
	} else {
		s->off += (size_t)n;
		s->len -= (size_t)n;
	}
}

static void close_done(struct zol_relay_stream *s)
{
	if (s->owns_to && s->to >= 0 && s->from < 0 && !has_output(s))
		zol_cleanup_fd(&s->to);
}

int zol_relay_turn(struct zol_relay *r, const struct pollfd fds[static 2 * ZOL_RELAY_MAX], struct zol_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		struct zol_relay_stream *s = &r->s[i];
		int rc = 0;

		if (fds[2 * i + 1].fd >= 0 && fds[2 * i + 1].revents)
			push(s);
		else if (fds[2 * i].fd >= 0 && fds[2 * i].revents)
			rc = pull(s, err);
		if (rc < 0)
			return rc;
		close_done(s);
	}
	return 0;
}

/* Waits until what is in transit is written; the reader is a user's terminal or gone. */
static void flush(struct zol_relay_stream *s)
{
	while (has_output(s)) {
		struct pollfd pfd = { .fd = s->to, .events = POLLOUT };

		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return;
		push(s);
	}
}

int zol_relay_drain(struct zol_relay *r, int skip_from, struct zol_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		struct zol_relay_stream *s = &r->s[i];

		if (s->owns_to || s->from == skip_from)
			continue;
		flush(s);
		while (s->from >= 0) {
			struct pollfd pfd = { .fd = s->from, .events = POLLIN };

			if (poll(&pfd, 1, 0) <= 0)
				break;
			int rc = pull(s, err);

			if (rc < 0)
				return rc;
			flush(s);
		}
		if (s->from >= 0)
			at_end(s);
	}
	return 0;
}
