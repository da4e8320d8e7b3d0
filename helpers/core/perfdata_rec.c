/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"
#include "core/perfdata.h"

#define RECORD_HEAD 8U
#define MISC_COMM_EXEC (1U << 13) /* also PERF_RECORD_MISC_FORK_EXEC */
#define MISC_MMAP_BUILD_ID (1U << 14)

bool zol_perf_next(struct zol_span *rest, struct zol_perf_raw *ret)
{
	uint16_t size;
	uint64_t extra = 0;

	if (rest->len < RECORD_HEAD)
		return false;
	size = zol_le16(rest->ptr + 6);
	if (size < RECORD_HEAD || size > rest->len)
		return false;
	ret->type = zol_le32(rest->ptr);
	ret->misc = zol_le16(rest->ptr + 4);
	ret->body = zol_span(rest->ptr + RECORD_HEAD, size - RECORD_HEAD);
	if (ret->type == ZOL_PERF_AUXTRACE && ret->body.len >= 8)
		extra = zol_le64(ret->body.ptr);
	if (ret->type == ZOL_PERF_TRACING_DATA && ret->body.len >= 4)
		extra = ((uint64_t)zol_le32(ret->body.ptr) + 7) & ~7ULL;
	if (extra > rest->len - size)
		extra = rest->len - size;
	ret->extra = (size_t)extra;
	*rest = zol_span(rest->ptr + size + ret->extra, rest->len - size - ret->extra);
	return true;
}

/* Behind all others: TID TIME ID STREAM_ID CPU IDENTIFIER (perf_event_open(2), struct sample_id). */
static bool trailer_time(const struct zol_perf_event *e, const struct zol_perf_raw *r, uint64_t *ret)
{
	uint64_t t = e->sample_type;
	size_t at = 8 * (size_t)(1 + !!(t & ZOL_PERF_ID) + !!(t & ZOL_PERF_STREAM_ID) + !!(t & ZOL_PERF_CPU) +
				 !!(t & ZOL_PERF_IDENTIFIER));

	if (!e->id_all || r->type >= ZOL_PERF_HEADER_ATTR || at > r->body.len)
		return false;
	*ret = zol_le64(r->body.ptr + r->body.len - at);
	return true;
}

bool zol_perf_time_of(const struct zol_perf_event *e, const struct zol_perf_raw *r, uint64_t *ret)
{
	size_t at;

	if (!e || !(e->sample_type & ZOL_PERF_TIME))
		return false;
	if (r->type != ZOL_PERF_SAMPLE)
		return trailer_time(e, r, ret);
	at = 8 * (size_t)(!!(e->sample_type & ZOL_PERF_IDENTIFIER) + !!(e->sample_type & ZOL_PERF_IP) +
			  !!(e->sample_type & ZOL_PERF_TID));
	if (at + 8 > r->body.len)
		return false;
	*ret = zol_le64(r->body.ptr + at);
	return true;
}

struct cursor {
	const char *p, *end;
	bool ok;
};

static uint64_t take(struct cursor *c)
{
	uint64_t n = 0;

	if (c->end - c->p < 8) {
		c->ok = false;
		return 0;
	}
	n = zol_le64(c->p);
	c->p += 8;
	return n;
}

/* What a counter that is read with each sample takes (perf_event_open(2), struct read_format). */
static void skip_read(struct cursor *c, uint64_t format)
{
	uint64_t times = (format & 1) + (format >> 1 & 1), n = 1;
	uint64_t each = 1 + (format >> 2 & 1) + (format >> 4 & 1);

	if (format & 8)
		n = take(c);
	if (!c->ok || n > (uint64_t)(c->end - c->p) / 8 || times + n * each > (uint64_t)(c->end - c->p) / 8) {
		c->ok = false;
		return;
	}
	c->p += (times + n * each) * 8;
}

static void take_chain(struct cursor *c, struct zol_perf_sample *s)
{
	uint64_t n = take(c);

	if (!c->ok || n > (uint64_t)(c->end - c->p) / 8) {
		c->ok = false;
		return;
	}
	s->has_chain = true;
	s->chain = c->p;
	s->nchain = (size_t)n;
	c->p += n * 8;
}

bool zol_perf_sample_read(const struct zol_perf_event *e, const struct zol_perf_raw *r, struct zol_perf_sample *ret)
{
	struct cursor c = { .p = r->body.ptr, .end = r->body.ptr + r->body.len, .ok = true };
	struct zol_perf_sample s = { .pid = -1, .tid = -1, .period = e->period, .mode = r->misc & 7 };
	uint64_t t = e->sample_type, ids;

	if (t & ZOL_PERF_IDENTIFIER)
		(void)take(&c);
	if (t & ZOL_PERF_IP)
		s.ip = take(&c);
	if (t & ZOL_PERF_TID) {
		ids = take(&c);
		s.pid = (int32_t)(ids & UINT32_MAX);
		s.tid = (int32_t)(ids >> 32);
	}
	if (t & ZOL_PERF_TIME)
		s.time = take(&c);
	for (uint64_t bit = ZOL_PERF_ADDR; bit <= ZOL_PERF_STREAM_ID; bit <<= 1) {
		if (t & bit & (ZOL_PERF_ADDR | ZOL_PERF_ID | ZOL_PERF_STREAM_ID | ZOL_PERF_CPU))
			(void)take(&c);
	}
	if (t & ZOL_PERF_PERIOD)
		s.period = take(&c);
	if (t & ZOL_PERF_READ)
		skip_read(&c, e->read_format);
	if (t & ZOL_PERF_CALLCHAIN)
		take_chain(&c, &s);
	*ret = s;
	return c.ok;
}

static struct zol_span text_at(struct zol_span body, size_t at)
{
	return at < body.len ? zol_span(body.ptr + at, strnlen(body.ptr + at, body.len - at)) : zol_span("", 0);
}

static bool ksymbol_read(struct zol_span b, struct zol_perf_map *ret)
{
	/* u64 address, u32 length, u16 type, u16 flags (1: it went away), name */
	if (b.len < 17 || (zol_le16(b.ptr + 14) & 1))
		return false;
	*ret = (struct zol_perf_map){ .pid = -1,
				      .tid = -1,
				      .start = zol_le64(b.ptr),
				      .len = zol_le32(b.ptr + 8),
				      .name = text_at(b, 16),
				      .build_id = zol_span("", 0),
				      .mode = ZOL_PERF_MODE_KERNEL };
	return true;
}

bool zol_perf_map_read(const struct zol_perf_raw *r, struct zol_perf_map *ret)
{
	struct zol_span b = r->body;
	size_t name_at = r->type == ZOL_PERF_MMAP2 ? 64 : 32;

	if (r->type == ZOL_PERF_KSYMBOL)
		return ksymbol_read(b, ret);
	if ((r->type != ZOL_PERF_MMAP && r->type != ZOL_PERF_MMAP2) || b.len <= name_at)
		return false;
	*ret = (struct zol_perf_map){ .pid = (int32_t)zol_le32(b.ptr),
				      .tid = (int32_t)zol_le32(b.ptr + 4),
				      .start = zol_le64(b.ptr + 8),
				      .len = zol_le64(b.ptr + 16),
				      .offset = zol_le64(b.ptr + 24),
				      .name = text_at(b, name_at),
				      .build_id = zol_span("", 0),
				      .mode = r->misc & 7 };
	if (r->type == ZOL_PERF_MMAP2 && (r->misc & MISC_MMAP_BUILD_ID)) {
		size_t n = (unsigned char)b.ptr[32];

		ret->build_id = zol_span(b.ptr + 36, n < 20 ? n : 20);
	}
	return true;
}

bool zol_perf_task_read(const struct zol_perf_raw *r, struct zol_perf_task *ret)
{
	struct zol_span b = r->body;

	*ret = (struct zol_perf_task){ .ppid = -1, .ptid = -1, .name = zol_span("", 0) };
	ret->exec = r->misc & MISC_COMM_EXEC;
	if (r->type == ZOL_PERF_COMM && b.len > 8) {
		ret->pid = (int32_t)zol_le32(b.ptr);
		ret->tid = (int32_t)zol_le32(b.ptr + 4);
		ret->name = text_at(b, 8);
		return true;
	}
	if ((r->type != ZOL_PERF_FORK && r->type != ZOL_PERF_EXIT) || b.len < 16)
		return false;
	ret->pid = (int32_t)zol_le32(b.ptr);
	ret->ppid = (int32_t)zol_le32(b.ptr + 4);
	ret->tid = (int32_t)zol_le32(b.ptr + 8);
	ret->ptid = (int32_t)zol_le32(b.ptr + 12);
	return true;
}

uint64_t zol_perf_lost(const struct zol_perf_raw *r)
{
	if (r->type == ZOL_PERF_LOST && r->body.len >= 16)
		return zol_le64(r->body.ptr + 8);
	if (r->type == ZOL_PERF_LOST_SAMPLES && r->body.len >= 8)
		return zol_le64(r->body.ptr);
	return 0;
}
