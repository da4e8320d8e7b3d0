/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>

#include "base/num.h"
#include "base/path.h"
#include "sys/qmp.h"
#include "sys/vm_sock.h"

#define ANSWER_MAX (16U << 20)

void zol_qmp_close(struct zol_qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	zol_str_free(&q->in);
	zol_json_free(q->event);
	*q = (struct zol_qmp)ZOL_QMP_INIT;
}

/* Reads until there is a line; 0, or a failure. */
static int fill(struct zol_qmp *q, uint64_t end, struct zol_err *err)
{
	while (!q->in.ptr || !memchr(q->in.ptr, '\n', q->in.len)) {
		struct pollfd p = { .fd = q->fd, .events = POLLIN };
		uint64_t now = zol_now_ms();
		char *to = zol_str_reserve(&q->in, 4096);
		int ready;
		ssize_t n;

		if (!to)
			return zol_err_oom(err);
		if (q->in.len > ANSWER_MAX)
			return zol_err_set(err, ZOL_MALFORMED, 0, "QMP: an answer without end");
		ready = now < end ? poll(&p, 1, (int)(end - now)) : 0;
		if (ready == 0)
			return zol_err_set(err, ZOL_SYSTEM, ETIMEDOUT, "QMP: no answer from QEMU");
		if (ready < 0 && errno == EINTR)
			continue; /* a read would wait without limit */
		n = read(q->fd, to, 4096);
		if (n < 0 && errno != EINTR)
			return zol_err_sys(err, "QMP");
		if (n == 0)
			return zol_err_set(err, ZOL_SYSTEM, ECONNRESET, "QMP: QEMU has closed the connection");
		if (n > 0)
			q->in.len += (size_t)n;
	}
	return 0;
}

static void take_event(struct zol_qmp *q, struct zol_json **v)
{
	const char *name = zol_json_str(zol_json_get(*v, "event"), "");

	if (!q->want_event || strcmp(name, q->want_event) != 0)
		return;
	zol_json_free(q->event);
	q->event = zol_take_ptr(*v);
}

/* The next object that is not an event. */
static int next_object(struct zol_qmp *q, struct zol_json **ret, struct zol_err *err)
{
	uint64_t end = zol_now_ms() + q->timeout_ms;

	for (;;) {
		ZOL_AUTO(json) struct zol_json *v = NULL;
		struct zol_span line;
		struct zol_span rest;
		int r = fill(q, end, err);

		if (r < 0)
			return r;
		rest = zol_span_str(&q->in);
		(void)zol_span_line(&rest, &line);
		r = zol_json_parse(line, &v, err);
		memmove(q->in.ptr, rest.ptr, rest.len);
		zol_str_truncate(&q->in, rest.len);
		if (r < 0)
			return zol_err_wrap(err, "QMP");
		if (zol_json_get(v, "event")) {
			take_event(q, &v);
			continue;
		}
		*ret = zol_take_ptr(v);
		return 0;
	}
}

int zol_qmp_raw(struct zol_qmp *q, struct zol_span line, struct zol_json **ret_value, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *answer = NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const struct zol_json *why;

	zol_str_add(&text, line.ptr, line.len);
	zol_str_putc(&text, '\n');
	if (zol_str_check(&text, err) < 0 || zol_write_all(q->fd, text.ptr, text.len, err) < 0 ||
	    next_object(q, &answer, err) < 0)
		return -(int)err->code;
	why = zol_json_get(answer, "error");
	if (why)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "QEMU: %s",
				   zol_json_str(zol_json_get(why, "desc"), "refused"));
	if (ret_value)
		*ret_value = zol_take_ptr(answer);
	return 0;
}

int zol_qmp_command(struct zol_qmp *q, const char *name, struct zol_json *args, struct zol_json **ret_value,
		    struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *command = zol_json_object();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_json_set_str(command, "execute", name);
	if (args)
		zol_json_set(command, "arguments", args);
	zol_json_set_u64(command, "id", ++q->id);
	if (zol_json_dump(command, false, &text, err) < 0 || zol_qmp_raw(q, zol_span_str(&text), ret_value, err) < 0)
		return zol_err_wrap(err, "%s", name);
	return 0;
}

int zol_qmp_open(const char *dir, const char *name, uint64_t timeout_ms, struct zol_qmp *ret, struct zol_err *err)
{
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(json) struct zol_json *greeting = NULL;

	q.timeout_ms = timeout_ms;
	q.fd = zol_vm_sock_connect(dir, name, 0, err);
	if (q.fd < 0 || next_object(&q, &greeting, err) < 0)
		return -(int)err->code;
	if (!zol_json_get(greeting, "QMP"))
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s/%s does not speak QMP", dir, name);
	if (zol_qmp_command(&q, "qmp_capabilities", NULL, NULL, err) < 0)
		return -(int)err->code;
	*ret = q;
	q = (struct zol_qmp)ZOL_QMP_INIT;
	return 0;
}

int zol_qmp_human(struct zol_qmp *q, const char *line, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *answer = NULL;
	struct zol_json *args = zol_json_object();

	zol_json_set_str(args, "command-line", line);
	if (zol_qmp_command(q, "human-monitor-command", args, &answer, err) < 0)
		return -(int)err->code;
	zol_str_puts(out, zol_json_str(zol_json_get(answer, "return"), ""));
	return zol_str_check(out, err);
}
