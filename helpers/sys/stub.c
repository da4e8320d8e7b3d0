/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stub.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "sys/vm_sock.h"

#define CHUNK 1024U     /* bytes of memory a packet, unless more is offered */
#define CHUNK_MAX 2048U /* qemu:gdbstub: more than MAX_PACKET_LENGTH / 2 is refused */
#define CPUS_MAX 64U
#define TRIES 3

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int receive(struct zol_stub *s, uint64_t end, struct zol_err *err)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	uint64_t now = zol_now_ms();
	int ready = now < end ? poll(&p, 1, (int)(end - now)) : 0;
	char buf[8192];
	ssize_t n;

	if (ready == 0)
		return zol_err_set(err, ZOL_SYSTEM, ETIMEDOUT, "no answer from the gdbserver");
	if (ready < 0 && errno == EINTR)
		return 0; /* a read would wait without limit */
	n = read(s->fd, buf, sizeof(buf));
	if (n < 0)
		return errno == EINTR ? 0 : zol_err_sys(err, "gdbserver");
	if (n == 0)
		return zol_err_set(err, ZOL_SYSTEM, ECONNRESET, "the gdbserver has closed the connection");
	zol_rsp_feed(&s->in, buf, (size_t)n);
	return 0;
}

int zol_stub_ask(struct zol_stub *s, const char *packet, struct zol_span *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	uint64_t end = zol_now_ms() + s->timeout_ms;
	int tries = 0;

	zol_rsp_put(&out, zol_span_c(packet));
	if (zol_str_check(&out, err) < 0 || zol_write_all(s->fd, out.ptr, out.len, err) < 0)
		return -(int)err->code;
	for (;;) {
		enum zol_rsp_kind kind = zol_rsp_next(&s->in, ret);

		if (kind == ZOL_RSP_NONE && receive(s, end, err) < 0)
			return -(int)err->code;
		if (kind == ZOL_RSP_NAK || kind == ZOL_RSP_BAD) {
			if (++tries > TRIES)
				return zol_err_set(err, ZOL_MALFORMED, 0, "the gdbserver's answers come damaged");
			if (kind == ZOL_RSP_NAK ? zol_write_all(s->fd, out.ptr, out.len, err) < 0 :
						  zol_write_all(s->fd, "-", 1, err) < 0)
				return -(int)err->code;
		}
		if (kind != ZOL_RSP_PACKET)
			continue;
		if (zol_write_all(s->fd, "+", 1, err) < 0)
			return -(int)err->code;
		if (!zol_rsp_is_stop(*ret))
			return 0;
	}
}

/* "PacketSize=1000;qXfer..." */
static void take_size(struct zol_stub *s, struct zol_span answer)
{
	struct zol_span item;

	while (zol_span_field(&answer, ";", &item)) {
		uint64_t size;

		if (!zol_span_starts(item, "PacketSize=") ||
		    !zol_span_hex(zol_span(item.ptr + 11, item.len - 11), &size))
			continue;
		s->chunk = size < 64 ? 16 : size / 2 > CHUNK_MAX ? CHUNK_MAX : (size_t)size / 2 - 16;
	}
}

int zol_stub_open(const char *path, uint64_t timeout_ms, struct zol_stub *ret, struct zol_err *err)
{
	struct zol_stub s = { .fd = -1, .chunk = CHUNK, .timeout_ms = timeout_ms };
	const char *slash = strrchr(path, '/');
	ZOL_AUTO(free) char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	struct zol_span answer;

	if (!dir)
		return zol_err_oom(err);
	s.fd = zol_vm_sock_connect(dir, zol_base_name(path), 0, err);
	if (s.fd < 0)
		return -(int)err->code;
	s.since = now_us();
	if (zol_stub_ask(&s, "qSupported:swbreak+;hwbreak+", &answer, err) < 0) {
		/* not ours to resume when another one debugs */
		zol_cleanup_fd(&s.fd);
		zol_rsp_free(&s.in);
		return err->errnum == ETIMEDOUT ? zol_err_hint(err, "a debugger may be connected to it") :
						  -(int)err->code;
	}
	take_size(&s, answer);
	*ret = s;
	return 0;
}

uint64_t zol_stub_close(struct zol_stub *s, bool go_on)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct zol_span answer;
	uint64_t us = 0;

	if (s->fd >= 0) {
		if (go_on)
			(void)!zol_stub_ask(s, "D", &answer, &ignored);
		us = now_us() - s->since;
		close(s->fd);
	}
	s->fd = -1;
	zol_rsp_free(&s->in);
	return us;
}

void zol_stub_free(struct zol_stub *s)
{
	(void)zol_stub_close(s, true);
}

/* One packet's worth: 0, or 1 when there is no memory for this CPU. */
static int read_once(struct zol_stub *s, uint64_t addr, char *buf, size_t len, struct zol_err *err)
{
	char packet[64];
	struct zol_span answer;

	(void)snprintf(packet, sizeof(packet), "m%" PRIx64 ",%zx", addr, len);
	s->reads++;
	if (zol_stub_ask(s, packet, &answer, err) < 0)
		return -(int)err->code;
	if (answer.len == 3 && answer.ptr[0] == 'E')
		return 1;
	if (!zol_span_bytes(answer, buf, len))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the gdbserver gave other bytes than were asked for");
	return 0;
}

/* The same by the eyes of every CPU, until one sees it. */
static int read_anyhow(struct zol_stub *s, uint64_t addr, char *buf, size_t len, struct zol_err *err)
{
	int r = read_once(s, addr, buf, len, err);

	for (unsigned cpu = 1; r == 1 && cpu <= CPUS_MAX; cpu++) {
		char packet[32];
		struct zol_span answer;

		(void)snprintf(packet, sizeof(packet), "Hg%x", cpu);
		if (zol_stub_ask(s, packet, &answer, err) < 0)
			return -(int)err->code;
		if (!zol_span_eq(answer, "OK"))
			break;
		r = read_once(s, addr, buf, len, err);
	}
	if (r == 1)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "there is no memory at %016" PRIx64, addr);
	return r;
}

static int mem_read(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err)
{
	struct zol_stub *s = ctx;
	char *to = buf;

	while (len > 0) {
		size_t n = len > s->chunk ? s->chunk : len;

		if (read_anyhow(s, addr, to, n, err) < 0)
			return -(int)err->code;
		addr += n;
		to += n;
		len -= n;
	}
	return 0;
}

struct zol_kmem zol_stub_mem(struct zol_stub *s)
{
	return (struct zol_kmem){ .ctx = s, .read = mem_read };
}
