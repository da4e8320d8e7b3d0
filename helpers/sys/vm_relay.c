/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>

#include "base/num.h"
#include "sys/vm_super_impl.h"

#define AGENT_QUEUE (4U << 20)
#define CLIENT_QUEUE (4U * ZOL_AGENT_WINDOW) /* an agent that keeps to its two windows stays below half of it */

static void drop(struct zol_vm_super *s, struct zol_vm_client *c)
{
	if (c->fd < 0)
		return;
	if (c->channel && s->agent >= 0)
		zol_frame_put(&s->to_agent, ZOL_FRAME_CLOSE, c->channel, 0, NULL, 0);
	if (c->owner)
		s->owner_gone = true;
	close(c->fd);
	zol_frames_free(&c->in);
	zol_str_free(&c->out);
	*c = (struct zol_vm_client){ .fd = -1 };
}

static bool write_out(struct zol_vm_client *c)
{
	while (c->out_pos < c->out.len) {
		ssize_t n = send(c->fd, c->out.ptr + c->out_pos, c->out.len - c->out_pos, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		c->out_pos += (size_t)n;
	}
	zol_str_truncate(&c->out, 0);
	c->out_pos = 0;
	return !c->last;
}

static void put_state(struct zol_vm_super *s, struct zol_str *out)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;

	zol_tag_put_u32(&r, ZOL_TAG_STAGE, s->agent_pid ? ZOL_BOOT_AGENT : s->watch.stage);
	zol_tag_put_u32(&r, ZOL_TAG_READY, s->agent_pid != 0);
	zol_tag_put_u32(&r, ZOL_TAG_PID, s->qemu.pid > 0 ? (uint32_t)s->qemu.pid : 0);
	if (s->release)
		zol_tag_puts(&r, ZOL_TAG_RELEASE, s->release);
	if (s->watch.verdict)
		zol_tag_puts(&r, ZOL_TAG_TEXT, s->watch.verdict);
	zol_frame_put(out, ZOL_FRAME_STATE, 0, 0, r.ptr, r.len);
}

void zol_vm_relay_state(struct zol_vm_super *s)
{
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++) {
		struct zol_vm_client *c = &s->clients[i];

		if (c->fd < 0)
			continue;
		put_state(s, &c->out);
		if (!write_out(c))
			drop(s, c);
	}
}

void zol_vm_relay_add(struct zol_vm_super *s, int fd, bool owner)
{
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++) {
		struct zol_vm_client *c = &s->clients[i];

		if (c->fd >= 0)
			continue;
		*c = (struct zol_vm_client){ .fd = fd, .owner = owner };
		put_state(s, &c->out);
		(void)write_out(c);
		return;
	}
	close(fd);
}

void zol_vm_relay_accept(struct zol_vm_super *s)
{
	int fd = accept4(s->clients_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		zol_vm_relay_add(s, fd, false);
}

bool zol_vm_relay_agent_full(const struct zol_vm_super *s)
{
	return s->to_agent.len - s->to_agent_pos > AGENT_QUEUE;
}

size_t zol_vm_relay_poll(struct zol_vm_super *s, struct pollfd *set)
{
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++) {
		struct zol_vm_client *c = &s->clients[i];

		set[i] = (struct pollfd){ .fd = c->fd };
		if (!zol_vm_relay_agent_full(s))
			set[i].events |= POLLIN;
		if (c->out.len > c->out_pos)
			set[i].events |= POLLOUT;
	}
	return ZOL_VM_CLIENTS_MAX;
}

/* A client's frame for the agent: with the number that the channel has there. */
static void pass_on(struct zol_vm_super *s, struct zol_vm_client *c, const struct zol_frame *f)
{
	bool opens = f->type == ZOL_FRAME_SPEC || f->type == ZOL_FRAME_REQUEST || f->type == ZOL_FRAME_PING;

	if (!s->agent_pid) {
		if (opens)
			zol_frame_put_error(&c->out, f->channel, EAGAIN, "the agent is not up");
		return;
	}
	if (opens && !c->channel) {
		c->channel = ++s->last_channel;
		c->own = f->channel;
	}
	if (!c->channel || f->channel != c->own) {
		if (opens)
			zol_frame_put_error(&c->out, f->channel, EBUSY, "one command at a time on a connection");
		return;
	}
	zol_frame_put(&s->to_agent, f->type, c->channel, f->stream, f->data.ptr, f->data.len);
	if (f->type == ZOL_FRAME_CLOSE)
		c->channel = 0;
}

static void take_frame(struct zol_vm_super *s, struct zol_vm_client *c, const struct zol_frame *f)
{
	uint32_t limit = 0;

	if (f->type == ZOL_FRAME_STATE) {
		put_state(s, &c->out);
	} else if (f->type == ZOL_FRAME_STOP) {
		(void)zol_frame_u32(f, 0, &limit);
		zol_vm_super_stop(s, limit);
	} else if (f->type != ZOL_FRAME_HELLO && f->type < ZOL_FRAME_STATE) {
		pass_on(s, c, f);
	}
}

static bool read_frames(struct zol_vm_super *s, struct zol_vm_client *c)
{
	char buf[ZOL_FRAME_MAX];
	struct zol_frame f;
	ssize_t n = read(c->fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	zol_frames_feed(&c->in, buf, (size_t)n);
	while (zol_frames_next(&c->in, &f))
		take_frame(s, c, &f);
	return c->in.skipped == 0; /* who does not speak our language has no business here */
}

void zol_vm_relay_work(struct zol_vm_super *s, const struct pollfd *set, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct zol_vm_client *c = &s->clients[i];
		bool ok = true;

		if (set[i].fd < 0 || set[i].fd != c->fd)
			continue;
		if (set[i].revents & POLLIN)
			ok = read_frames(s, c);
		else if (set[i].revents & (POLLHUP | POLLERR))
			ok = false;
		if (ok)
			ok = write_out(c);
		if (!ok)
			drop(s, c);
	}
	zol_vm_relay_agent_flush(s);
}

void zol_vm_relay_agent_flush(struct zol_vm_super *s)
{
	while (s->agent >= 0 && s->to_agent_pos < s->to_agent.len) {
		ssize_t n = send(s->agent, s->to_agent.ptr + s->to_agent_pos, s->to_agent.len - s->to_agent_pos,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		s->to_agent_pos += (size_t)n;
	}
	zol_str_truncate(&s->to_agent, 0);
	s->to_agent_pos = 0;
}

/* The agent has (re)started: what an earlier one was doing is lost. */
static void agent_is_new(struct zol_vm_super *s)
{
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++) {
		struct zol_vm_client *c = &s->clients[i];

		if (c->fd < 0 || !c->channel)
			continue;
		zol_frame_put_error(&c->out, c->own, ECONNRESET, "the agent in the guest was started anew");
		c->channel = 0;
		if (!write_out(c))
			drop(s, c);
	}
	zol_str_truncate(&s->to_agent, 0);
	s->to_agent_pos = 0;
}

static void take_hello(struct zol_vm_super *s, const struct zol_frame *f)
{
	struct zol_span rest = f->data;
	struct zol_span data;
	enum zol_tag tag;
	uint32_t pid = 0;
	uint32_t version = 0;

	while (zol_tag_next(&rest, &tag, &data)) {
		if (tag == ZOL_TAG_PID) {
			pid = zol_tag_u32(data, 0);
		} else if (tag == ZOL_TAG_VERSION) {
			version = zol_tag_u32(data, 0);
		} else if (tag == ZOL_TAG_RELEASE) {
			free(s->release);
			s->release = zol_span_dup(data);
		}
	}
	if (version != ZOL_AGENT_VERSION) {
		if (!s->over && !s->was_ready) {
			zol_err_set(&s->why, ZOL_CHILD, 0, "the agent in the guest speaks version %u, this program %u",
				    version, ZOL_AGENT_VERSION);
			zol_err_hint(&s->why, "copy the agent into the guest anew: zolkit guest prepare");
			zol_vm_super_stop(s, 0);
		}
		return;
	}
	if (s->agent_pid && s->agent_pid != pid)
		agent_is_new(s);
	if (s->agent_pid == pid)
		return;
	s->agent_pid = pid ? pid : 1;
	s->was_ready = true;
	/* A host that speaks tells an agent that is init that somebody is there. */
	zol_frame_put(&s->to_agent, ZOL_FRAME_PING, 0, 0, NULL, 0);
	zol_vm_relay_state(s);
}

static bool ends_channel(enum zol_frame_type t)
{
	return t == ZOL_FRAME_EXIT || t == ZOL_FRAME_ERROR || t == ZOL_FRAME_RESULT || t == ZOL_FRAME_PONG;
}

/* The agent sends on although nobody has opened its windows again. */
static void hang_up(struct zol_vm_super *s, struct zol_vm_client *c)
{
	zol_frame_put(&s->to_agent, ZOL_FRAME_CLOSE, c->channel, 0, NULL, 0);
	zol_frame_put_error(&c->out, c->own, EPROTO, "the agent in the guest sends more than it may");
	c->channel = 0;
}

static void take_agent_frame(struct zol_vm_super *s, const struct zol_frame *f)
{
	if (f->type == ZOL_FRAME_HELLO) {
		take_hello(s, f);
		return;
	}
	if (f->type == ZOL_FRAME_RESULT && f->channel == UINT32_MAX && s->step == ZOL_VM_ASK_AGENT) {
		uint32_t failed = 0;

		if (zol_frame_u32(f, 0, &failed) && failed)
			zol_vm_super_next_step(s);
		return;
	}
	/* What only we tell our clients (which process QEMU is, say) is not the guest's to say. */
	for (size_t i = 0; f->channel && f->type < ZOL_FRAME_STATE && i < ZOL_VM_CLIENTS_MAX; i++) {
		struct zol_vm_client *c = &s->clients[i];

		if (c->fd < 0 || c->channel != f->channel)
			continue;
		if (c->out.len - c->out_pos > CLIENT_QUEUE) {
			hang_up(s, c);
		} else {
			zol_frame_put(&c->out, f->type, c->own, f->stream, f->data.ptr, f->data.len);
			if (ends_channel(f->type))
				c->channel = 0;
		}
		if (!write_out(c))
			drop(s, c);
		return;
	}
}

void zol_vm_relay_from_agent(struct zol_vm_super *s)
{
	char buf[ZOL_FRAME_MAX];
	struct zol_frame f;
	ssize_t n = read(s->agent, buf, sizeof(buf));

	if (n < 0)
		return;
	if (n == 0) {
		close(s->agent);
		s->agent = -1;
		return;
	}
	zol_frames_feed(&s->from_agent, buf, (size_t)n);
	while (zol_frames_next(&s->from_agent, &f))
		take_agent_frame(s, &f);
	zol_vm_relay_agent_flush(s);
}

void zol_vm_relay_end(struct zol_vm_super *s, uint64_t limit_ms)
{
	uint64_t end = zol_now_ms() + limit_ms;
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	bool waiting = true;

	zol_tag_put_u32(&r, ZOL_TAG_CODE, s->why.code);
	zol_tag_puts(&r, ZOL_TAG_TEXT, s->why.msg ? s->why.msg : "the VM has ended");
	if (s->why.hint)
		zol_tag_puts(&r, ZOL_TAG_HINT, s->why.hint);
	zol_console_tail(&s->watch, &lines);
	for (size_t i = 0; i < lines.len; i++)
		if (r.len + strlen(lines.v[i]) + 8 < ZOL_FRAME_PAYLOAD)
			zol_tag_puts(&r, ZOL_TAG_LINE, lines.v[i]);
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++)
		if (s->clients[i].fd >= 0) {
			zol_frame_put(&s->clients[i].out, ZOL_FRAME_FAIL, 0, 0, r.ptr, r.len);
			s->clients[i].last = true;
		}
	while (waiting && zol_now_ms() < end) {
		struct pollfd set[ZOL_VM_CLIENTS_MAX];

		waiting = false;
		for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++) {
			struct zol_vm_client *c = &s->clients[i];

			if (c->fd >= 0 && !write_out(c))
				drop(s, c);
			set[i] = (struct pollfd){ .fd = c->fd, .events = POLLOUT };
			waiting |= c->fd >= 0;
		}
		if (waiting)
			(void)poll(set, ZOL_VM_CLIENTS_MAX, 100);
	}
}

void zol_vm_relay_free(struct zol_vm_super *s)
{
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++)
		drop(s, &s->clients[i]);
}
