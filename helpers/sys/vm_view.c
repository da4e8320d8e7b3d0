/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "base/num.h"
#include "sys/vm_super_impl.h"

#define VIEWER_QUEUE (1U << 20)
#define INPUT_QUEUE (64U << 10)

static void drop(struct zol_vm_viewer *v)
{
	if (v->fd >= 0)
		close(v->fd);
	zol_str_free(&v->out);
	*v = (struct zol_vm_viewer){ .fd = -1 };
}

void zol_vm_view_accept(struct zol_vm_super *s)
{
	int fd = accept4(s->viewers_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++) {
		struct zol_vm_viewer *v = &s->viewers[i];

		if (v->fd >= 0)
			continue;
		v->fd = fd;
		if (s->ring.len > 0)
			zol_str_add(&v->out, s->ring.ptr, s->ring.len);
		return;
	}
	close(fd);
}

size_t zol_vm_view_poll(struct zol_vm_super *s, struct pollfd *set)
{
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++) {
		struct zol_vm_viewer *v = &s->viewers[i];

		set[i] = (struct pollfd){ .fd = v->fd };
		if (s->to_console.len < INPUT_QUEUE)
			set[i].events |= POLLIN;
		if (v->out.len > v->out_pos)
			set[i].events |= POLLOUT;
	}
	return ZOL_VM_VIEWERS_MAX;
}

static bool write_out(struct zol_vm_viewer *v)
{
	while (v->out_pos < v->out.len) {
		ssize_t n = send(v->fd, v->out.ptr + v->out_pos, v->out.len - v->out_pos, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		v->out_pos += (size_t)n;
	}
	zol_str_truncate(&v->out, 0);
	v->out_pos = 0;
	return true;
}

static bool read_keys(struct zol_vm_super *s, struct zol_vm_viewer *v)
{
	char buf[4096];
	ssize_t n = read(v->fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n > 0)
		zol_str_add(&s->to_console, buf, (size_t)n);
	return n > 0;
}

void zol_vm_view_work(struct zol_vm_super *s, const struct pollfd *set, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct zol_vm_viewer *v = &s->viewers[i];
		bool ok = true;

		if (set[i].fd < 0 || set[i].fd != v->fd)
			continue;
		if (set[i].revents & POLLIN)
			ok = read_keys(s, v);
		else if (set[i].revents & (POLLHUP | POLLERR))
			ok = false;
		if (ok)
			ok = write_out(v);
		if (!ok)
			drop(v);
	}
	zol_vm_view_console_flush(s);
}

static void show(struct zol_vm_super *s, const char *data, size_t len)
{
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++) {
		struct zol_vm_viewer *v = &s->viewers[i];

		if (v->fd < 0)
			continue;
		if (v->out.len - v->out_pos > VIEWER_QUEUE) { /* it does not read: it misses a part */
			zol_str_truncate(&v->out, 0);
			v->out_pos = 0;
		}
		if (v->out_pos > VIEWER_QUEUE) { /* it is always a little behind: what it has may go */
			size_t left = v->out.len - v->out_pos;

			memmove(v->out.ptr, v->out.ptr + v->out_pos, left);
			zol_str_truncate(&v->out, left);
			v->out_pos = 0;
		}
		zol_str_add(&v->out, data, len);
		if (!write_out(v))
			drop(v);
	}
}

static void remember(struct zol_vm_super *s, const char *data, size_t len)
{
	zol_str_add(&s->ring, data, len);
	if (s->ring.len > ZOL_VM_RING * 2) {
		memmove(s->ring.ptr, s->ring.ptr + s->ring.len - ZOL_VM_RING, ZOL_VM_RING);
		zol_str_truncate(&s->ring, ZOL_VM_RING);
	}
}

int zol_vm_view_console(struct zol_vm_super *s)
{
	char buf[16384];
	enum zol_boot_stage stage = s->watch.stage;
	ssize_t n = read(s->console, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	s->progress_at = zol_now_ms();
	zol_console_log_add(&s->log, buf, (size_t)n);
	remember(s, buf, (size_t)n);
	show(s, buf, (size_t)n);
	if (zol_console_feed(&s->watch, buf, (size_t)n) && s->watch.stage != stage)
		zol_vm_relay_state(s);
	return 1;
}

void zol_vm_view_console_flush(struct zol_vm_super *s)
{
	size_t done = 0;

	while (s->console >= 0 && done < s->to_console.len) {
		ssize_t n = send(s->console, s->to_console.ptr + done, s->to_console.len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (done > 0) {
		memmove(s->to_console.ptr, s->to_console.ptr + done, s->to_console.len - done);
		zol_str_truncate(&s->to_console, s->to_console.len - done);
	}
}

void zol_vm_view_free(struct zol_vm_super *s)
{
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++) {
		if (s->viewers[i].fd >= 0)
			(void)write_out(&s->viewers[i]);
		drop(&s->viewers[i]);
	}
}
