/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/num.h"
#include "base/path.h"
#include "sys/vm_link.h"
#include "sys/vm_sock.h"
#include "sys/vm_state.h"

void zol_link_free(struct zol_link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	zol_frames_free(&l->in);
	free(l->release);
	free(l->verdict);
	zol_err_clear(&l->why);
	zol_strv_free(&l->tail);
	*l = (struct zol_link)ZOL_LINK_INIT;
}

int zol_link_open(const char *run_dir, struct zol_link *ret, struct zol_err *err)
{
	int fd = zol_vm_sock_connect(run_dir, ZOL_VM_CLIENTS, 0, err);

	if (fd < 0)
		return fd;
	*ret = (struct zol_link)ZOL_LINK_INIT;
	ret->fd = fd;
	return 0;
}

int zol_link_send(struct zol_link *l, const struct zol_str *frames, struct zol_err *err)
{
	size_t done = 0;

	if (zol_str_check(frames, err) < 0)
		return -(int)err->code;
	while (done < frames->len) {
		ssize_t n = send(l->fd, frames->ptr + done, frames->len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "connection to the VM");
		done += (size_t)n;
	}
	return 0;
}

static void set_text(char **to, struct zol_span text)
{
	free(*to);
	*to = zol_span_dup(text);
}

static void take_state(struct zol_link *l, struct zol_span rest)
{
	struct zol_span data;
	enum zol_tag tag;

	l->known = true;
	while (zol_tag_next(&rest, &tag, &data)) {
		if (tag == ZOL_TAG_STAGE)
			l->stage = (enum zol_boot_stage)zol_tag_u32(data, 0);
		else if (tag == ZOL_TAG_READY)
			l->ready = zol_tag_u32(data, 0) != 0;
		else if (tag == ZOL_TAG_PID)
			l->pid = zol_tag_u32(data, 0);
		else if (tag == ZOL_TAG_RELEASE)
			set_text(&l->release, data);
		else if (tag == ZOL_TAG_TEXT)
			set_text(&l->verdict, data);
	}
}

static void take_fail(struct zol_link *l, struct zol_span rest)
{
	struct zol_span data;
	enum zol_tag tag;

	l->ended = true;
	while (zol_tag_next(&rest, &tag, &data)) {
		if (tag == ZOL_TAG_CODE)
			l->why.code = (enum zol_code)zol_tag_u32(data, 0);
		else if (tag == ZOL_TAG_TEXT)
			set_text(&l->why.msg, data);
		else if (tag == ZOL_TAG_HINT)
			set_text(&l->why.hint, data);
		else if (tag == ZOL_TAG_LINE)
			zol_strv_addn(&l->tail, data.ptr, data.len);
	}
}

static bool take_frame(struct zol_link *l, struct zol_frame *ret)
{
	if (!zol_frames_next(&l->in, ret))
		return false;
	if (ret->type == ZOL_FRAME_STATE)
		take_state(l, ret->data);
	else if (ret->type == ZOL_FRAME_FAIL)
		take_fail(l, ret->data);
	return true;
}

int zol_link_recv(struct zol_link *l, uint64_t timeout_ms, struct zol_frame *ret, struct zol_err *err)
{
	uint64_t end = timeout_ms == UINT64_MAX ? UINT64_MAX : zol_now_ms() + timeout_ms;

	while (!take_frame(l, ret)) {
		char buf[ZOL_FRAME_MAX];
		struct pollfd p = { .fd = l->fd, .events = POLLIN };
		uint64_t now = zol_now_ms();
		uint64_t left = end > now ? end - now : 0;
		int r = poll(&p, 1, end == UINT64_MAX ? -1 : (int)(left > 3600000 ? 3600000 : left));
		ssize_t n;

		if (r < 0)
			return zol_err_sys(err, "interrupted"); /* EINTR: a signal the caller has asked for */
		if (r == 0 && zol_now_ms() >= end)
			return 1;
		n = r > 0 ? read(l->fd, buf, sizeof(buf)) : -1;
		if (n == 0)
			return zol_err_set(err, ZOL_SYSTEM, ECONNRESET, "the supervisor of the VM is gone");
		if (n > 0)
			zol_frames_feed(&l->in, buf, (size_t)n);
		else if (r > 0 && errno != EINTR)
			return zol_err_sys(err, "connection to the VM");
	}
	return 0;
}

/* The VM's own reason as an error; one that ended as told is a failure for who still wanted something of it. */
static int ended_error(struct zol_link *l, struct zol_err *err)
{
	int r;

	if (l->why.code == ZOL_OK)
		return zol_err_set(err, ZOL_CHILD, 0, "the VM has ended: %s", l->why.msg ? l->why.msg : "");
	r = zol_err_set(err, l->why.code, 0, "%s", zol_err_text(&l->why));
	if (l->why.hint)
		r = zol_err_hint(err, "%s", l->why.hint);
	return r;
}

int zol_link_wait_ready(struct zol_link *l, uint64_t timeout_ms, const struct zol_events *ev, struct zol_err *err)
{
	uint64_t end = timeout_ms == UINT64_MAX ? UINT64_MAX : zol_now_ms() + timeout_ms;
	enum zol_boot_stage told = ZOL_BOOT_FIRMWARE;

	while (!(l->known && l->ready)) {
		uint64_t now = zol_now_ms();
		struct zol_frame f;
		int r;

		if (l->ended)
			return ended_error(l, err);
		r = zol_link_recv(l, end == UINT64_MAX ? end : end > now ? end - now : 0, &f, err);
		if (r != 0)
			return r;
		if (l->known && l->stage != told) {
			told = l->stage;
			zol_ev_stage(ev, zol_boot_stage_name(told), 0, ZOL_UNIT_COUNT);
		}
	}
	return 0;
}

int zol_link_wait_end(struct zol_link *l, uint64_t timeout_ms, struct zol_err *err)
{
	uint64_t end = timeout_ms == UINT64_MAX ? UINT64_MAX : zol_now_ms() + timeout_ms;

	while (!l->ended) {
		uint64_t now = zol_now_ms();
		struct zol_frame f;
		int r = zol_link_recv(l, end == UINT64_MAX ? end : end > now ? end - now : 0, &f, err);

		if (r != 0)
			return r;
	}
	return 0;
}

int zol_link_request(struct zol_link *l, enum zol_request what, uint32_t arg, uint64_t timeout_ms, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	uint64_t end = zol_now_ms() + timeout_ms;
	uint32_t failed = EIO;

	zol_frame_put_u32x2(&s, ZOL_FRAME_REQUEST, 1, what, arg);
	if (zol_link_send(l, &s, err) < 0)
		return -(int)err->code;
	for (;;) {
		uint64_t now = zol_now_ms();
		struct zol_frame f;
		int r = zol_link_recv(l, end > now ? end - now : 0, &f, err);

		if (r < 0)
			return r;
		if (r > 0)
			return zol_err_set(err, ZOL_SYSTEM, ETIMEDOUT, "the agent in the guest does not answer");
		if (l->ended)
			return ended_error(l, err);
		if (f.channel != 1 || (f.type != ZOL_FRAME_RESULT && f.type != ZOL_FRAME_ERROR))
			continue;
		(void)zol_frame_u32(&f, 0, &failed);
		if (f.type == ZOL_FRAME_ERROR && f.data.len > 4)
			return zol_err_set(err, ZOL_CHILD, (int)failed, "%.*s", (int)(f.data.len - 4), f.data.ptr + 4);
		if (failed || f.type == ZOL_FRAME_ERROR)
			return zol_err_set(err, ZOL_CHILD, (int)failed, "the guest refused");
		return 0;
	}
}
