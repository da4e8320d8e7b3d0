/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfdata.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/room.h"

#define ATTR_LEAST 64U /* PERF_ATTR_SIZE_VER0 */
#define HEAD 104U
#define PIPE_HEAD 16U
#define FEATURES 256U

bool zol_perfdata_looks(struct zol_span head)
{
	return zol_span_starts(head, "PERFILE2") || zol_span_starts(head, "2ELIFREP");
}

void zol_perfdata_free(struct zol_perfdata *d)
{
	free(d->events);
	free(d->ids);
	free(d->build_ids);
	*d = (struct zol_perfdata){ 0 };
}

/* Names of what perf counts without asking anybody (PERF_TYPE_HARDWARE 0, PERF_TYPE_SOFTWARE 1). */
static void default_name(struct zol_perf_event *e)
{
	static const char *const hardware[] = {
		"cycles",        "instructions", "cache-references",        "cache-misses",           "branches",
		"branch-misses", "bus-cycles",   "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles"
	};
	static const char *const software[] = { "cpu-clock",        "task-clock",   "page-faults",  "context-switches",
						"cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
						"emulation-faults", "dummy",        "bpf-output",   "cgroup-switches" };
	const char *name = NULL;

	if (e->type == 0 && e->config < ZOL_COUNT(hardware))
		name = hardware[e->config];
	if (e->type == 1 && e->config < ZOL_COUNT(software))
		name = software[e->config];
	if (name)
		(void)snprintf(e->name, sizeof(e->name), "%s", name);
	else
		(void)snprintf(e->name, sizeof(e->name), "event-%u-%llx", e->type, (unsigned long long)e->config);
}

static int add_ids(struct zol_perfdata *d, struct zol_span ids, uint32_t event, struct zol_err *err)
{
	size_t n = ids.len / 8;
	struct zol_perf_id *room;

	/* Each has its own place in a file; those of many events at one place would multiply it. */
	if (d->nids + n > d->file.len / 8)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the events of perf.data have more ids than it has room for");
	room = zol_room(d->ids, &d->ids_cap, d->nids + n + 1, sizeof(*room));
	if (!room)
		return zol_err_oom(err);
	d->ids = room;
	for (size_t i = 0; i < n; i++)
		d->ids[d->nids++] = (struct zol_perf_id){ .id = zol_le64(ids.ptr + i * 8), .event = event };
	d->ids_sorted = false;
	return 0;
}

/* attr: struct perf_event_attr in the size that its writer had. */
static int add_event(struct zol_perfdata *d, struct zol_span attr, struct zol_span ids, struct zol_err *err)
{
	struct zol_perf_event *events, *e;
	const char *p = attr.ptr;

	if (attr.len < ATTR_LEAST || d->nevents >= ZOL_PERF_EVENTS_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "perf.data describes an event with %zu bytes", attr.len);
	events = reallocarray(d->events, d->nevents + 1, sizeof(*events));
	if (!events)
		return zol_err_oom(err);
	d->events = events;
	e = &events[d->nevents];
	*e = (struct zol_perf_event){ .type = zol_le32(p),
				      .config = zol_le64(p + 8),
				      .sample_type = zol_le64(p + 24),
				      .read_format = zol_le64(p + 32),
				      .flags = zol_le64(p + 40) };
	if (!(e->flags >> 10 & 1)) /* freq */
		e->period = zol_le64(p + 16);
	e->id_all = e->flags >> 18 & 1;
	default_name(e);
	return add_ids(d, ids, (uint32_t)d->nevents++, err);
}

/* "u32 length, text, NULs" of the features. */
static struct zol_span text_of(struct zol_span s)
{
	uint32_t n;

	if (s.len < 4)
		return zol_span("", 0);
	n = zol_le32(s.ptr);
	if (n > s.len - 4)
		n = (uint32_t)(s.len - 4);
	return zol_span(s.ptr + 4, strnlen(s.ptr + 4, n));
}

static int read_build_id(struct zol_perfdata *d, uint16_t misc, struct zol_span body, struct zol_err *err)
{
	struct zol_perf_build_id *b;
	size_t len = 20;

	if (body.len < 28)
		return 0;
	if (misc & 1U << 15) /* PERF_RECORD_MISC_BUILD_ID_SIZE */
		len = (unsigned char)body.ptr[24] < 20 ? (unsigned char)body.ptr[24] : 20;
	b = zol_room(d->build_ids, &d->build_ids_cap, d->nbuild_ids + 1, sizeof(*b));
	if (!b)
		return zol_err_oom(err);
	d->build_ids = b;
	b += d->nbuild_ids++;
	b->id = zol_span(body.ptr + 4, len);
	b->path = zol_span(body.ptr + 28, strnlen(body.ptr + 28, body.len - 28));
	b->kernel = (misc & 7) == ZOL_PERF_MODE_KERNEL;
	return 0;
}

static int read_build_ids(struct zol_perfdata *d, struct zol_span s, struct zol_err *err)
{
	struct zol_perf_raw r;

	while (zol_perf_next(&s, &r)) {
		if (read_build_id(d, r.misc, r.body, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static void set_name(struct zol_perf_event *e, struct zol_span name)
{
	if (name.len)
		(void)snprintf(e->name, sizeof(e->name), "%.*s",
			       (int)(name.len < sizeof(e->name) ? name.len : sizeof(e->name) - 1), name.ptr);
}

/* u32 events, u32 size of an attribute, then each: attribute, u32 ids, name, ids. */
static void read_event_desc(struct zol_perfdata *d, struct zol_span s)
{
	uint32_t n, size;

	if (s.len < 8)
		return;
	n = zol_le32(s.ptr);
	size = zol_le32(s.ptr + 4);
	s = zol_span(s.ptr + 8, s.len - 8);
	for (uint32_t i = 0; i < n && i < d->nevents; i++) {
		uint32_t ids, len;
		uint64_t all;

		if (s.len < 8 || size > s.len - 8)
			return;
		ids = zol_le32(s.ptr + size);
		len = zol_le32(s.ptr + size + 4);
		all = (uint64_t)size + 8 + len + (uint64_t)ids * 8;
		set_name(&d->events[i], text_of(zol_span(s.ptr + size + 4, s.len - size - 4)));
		if (all > s.len)
			return;
		s = zol_span(s.ptr + all, s.len - (size_t)all);
	}
}

static int read_feature(struct zol_perfdata *d, unsigned feature, struct zol_span s, struct zol_err *err)
{
	switch (feature) {
	case ZOL_PERF_FEAT_BUILD_ID:
		return read_build_ids(d, s, err);
	case ZOL_PERF_FEAT_HOSTNAME:
		d->hostname = text_of(s);
		return 0;
	case ZOL_PERF_FEAT_OSRELEASE:
		d->release = text_of(s);
		return 0;
	case ZOL_PERF_FEAT_ARCH:
		d->arch = text_of(s);
		return 0;
	case ZOL_PERF_FEAT_EVENT_DESC:
		read_event_desc(d, s);
		return 0;
	default:
		return 0;
	}
}

/* {u64 offset, u64 size} at p, as bytes of the file. */
static bool section(struct zol_span file, const char *p, struct zol_span *ret)
{
	uint64_t at = zol_le64(p), size = zol_le64(p + 8);

	if (at > file.len || size > file.len - at)
		return false;
	*ret = zol_span(file.ptr + at, (size_t)size);
	return true;
}

/* Their sections stand behind the data, one {offset, size} for each bit that is set. */
static int read_features(struct zol_perfdata *d, struct zol_err *err)
{
	const char *flags = d->file.ptr + 72;
	size_t at = (size_t)(d->data.ptr + d->data.len - d->file.ptr);

	for (unsigned f = 0; f < FEATURES; f++) {
		struct zol_span s;

		if (!((unsigned char)flags[f / 8] >> (f % 8) & 1))
			continue;
		if (at > d->file.len || d->file.len - at < 16)
			return 0; /* an interrupted recording: the records are all there is */
		if (section(d->file, d->file.ptr + at, &s) && read_feature(d, f, s, err) < 0)
			return -(int)err->code;
		at += 16;
	}
	return 0;
}

static int read_attrs(struct zol_perfdata *d, struct zol_err *err)
{
	uint64_t size = zol_le64(d->file.ptr + 16);
	struct zol_span attrs, ids;

	if (size < ATTR_LEAST + 16 || size > 4096 || !section(d->file, d->file.ptr + 24, &attrs))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the events of perf.data lie beyond its end");
	for (size_t at = 0; at + size <= attrs.len; at += (size_t)size) {
		const char *p = attrs.ptr + at;

		if (!section(d->file, p + size - 16, &ids))
			return zol_err_set(err, ZOL_MALFORMED, 0, "the ids of perf.data lie beyond its end");
		if (add_event(d, zol_span(p, (size_t)size - 16), ids, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct zol_perf_id *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static const struct zol_perf_id *find_id(struct zol_perfdata *d, uint64_t id)
{
	const struct zol_perf_id key = { .id = id };

	if (!d->nids)
		return NULL;
	if (!d->ids_sorted)
		qsort(d->ids, d->nids, sizeof(*d->ids), by_id);
	d->ids_sorted = true;
	return bsearch(&key, d->ids, d->nids, sizeof(key), by_id);
}

/* What the update is (PERF_EVENT_UPDATE__NAME 2), then u64 id. */
static void take_update(struct zol_perfdata *d, const struct zol_perf_raw *r)
{
	const struct zol_perf_id *found;

	if (r->body.len < 17 || zol_le64(r->body.ptr) != 2)
		return;
	found = find_id(d, zol_le64(r->body.ptr + 8));
	if (found)
		set_name(&d->events[found->event],
			 zol_span(r->body.ptr + 16, strnlen(r->body.ptr + 16, r->body.len - 16)));
}

int zol_perfdata_control(struct zol_perfdata *d, const struct zol_perf_raw *r, struct zol_err *err)
{
	struct zol_span b = r->body;
	uint32_t size;

	switch (r->type) {
	case ZOL_PERF_HEADER_ATTR:
		if (b.len < ATTR_LEAST || !d->pipe)
			return 0;
		size = zol_le32(b.ptr + 4);
		if (size < ATTR_LEAST || size > b.len)
			size = ATTR_LEAST;
		return add_event(d, zol_span(b.ptr, size), zol_span(b.ptr + size, b.len - size), err);
	case ZOL_PERF_BUILD_ID:
		return read_build_id(d, r->misc, b, err);
	case ZOL_PERF_HEADER_FEATURE:
		if (b.len < 8 || zol_le64(b.ptr) >= FEATURES)
			return 0;
		return read_feature(d, (unsigned)zol_le64(b.ptr), zol_span(b.ptr + 8, b.len - 8), err);
	case ZOL_PERF_EVENT_UPDATE:
		take_update(d, r);
		return 0;
	default:
		return 0;
	}
}

/* A pipe has no head: what it would say stands between the records. */
static int scan_pipe(struct zol_perfdata *d, struct zol_err *err)
{
	struct zol_span rest = d->data;
	struct zol_perf_raw r;

	while (zol_perf_next(&rest, &r)) {
		if (r.type >= ZOL_PERF_HEADER_ATTR && zol_perfdata_control(d, &r, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int zol_perfdata_open(struct zol_span file, struct zol_perfdata *ret, struct zol_err *err)
{
	ZOL_AUTO(perfdata) struct zol_perfdata d = { .file = file };
	uint64_t size;

	d.hostname = d.release = d.arch = zol_span("", 0);
	if (zol_span_starts(file, "2ELIFREP"))
		return zol_err_set(err, ZOL_MALFORMED, 0, "perf.data of a big-endian machine is not read");
	if (file.len < PIPE_HEAD || !zol_span_starts(file, "PERFILE2"))
		return zol_err_set(err, ZOL_MALFORMED, 0, "no perf.data file");
	size = zol_le64(file.ptr + 8);
	d.pipe = size == PIPE_HEAD;
	if (!d.pipe && (size < HEAD || file.len < HEAD))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the head of perf.data has %llu bytes",
				   (unsigned long long)size);
	if (d.pipe) {
		d.data = zol_span(file.ptr + PIPE_HEAD, file.len - PIPE_HEAD);
	} else {
		uint64_t at = zol_le64(file.ptr + 40), len = zol_le64(file.ptr + 48);

		if (at > file.len)
			return zol_err_set(err, ZOL_MALFORMED, 0, "the records of perf.data lie beyond its end");
		/* perf writes the size at the end: a killed one leaves 0, a cut file has less. */
		if (!len || len > file.len - at)
			len = file.len - at;
		d.data = zol_span(file.ptr + at, (size_t)len);
		if (read_attrs(&d, err) < 0 || read_features(&d, err) < 0)
			return -(int)err->code;
	}
	if (d.pipe && scan_pipe(&d, err) < 0)
		return -(int)err->code;
	*ret = d;
	d = (struct zol_perfdata){ 0 };
	return 0;
}

/* Where the id stands in a record; false when it has none. */
static bool id_of(const struct zol_perf_event *e, const struct zol_perf_raw *r, uint64_t *ret)
{
	uint64_t t = e->sample_type;
	size_t at = 0;

	if (!(t & (ZOL_PERF_ID | ZOL_PERF_IDENTIFIER)))
		return false;
	if (r->type == ZOL_PERF_SAMPLE) {
		if (!(t & ZOL_PERF_IDENTIFIER))
			at = 8 * (size_t)(!!(t & ZOL_PERF_IP) + !!(t & ZOL_PERF_TID) + !!(t & ZOL_PERF_TIME) +
					  !!(t & ZOL_PERF_ADDR));
		if (at + 8 > r->body.len)
			return false;
		*ret = zol_le64(r->body.ptr + at);
		return true;
	}
	if (!e->id_all)
		return false;
	at = 8;
	if (!(t & ZOL_PERF_IDENTIFIER))
		at += 8 * (size_t)(!!(t & ZOL_PERF_CPU) + !!(t & ZOL_PERF_STREAM_ID));
	if (at > r->body.len)
		return false;
	*ret = zol_le64(r->body.ptr + r->body.len - at);
	return true;
}

const struct zol_perf_event *zol_perf_event_of(struct zol_perfdata *d, const struct zol_perf_raw *r)
{
	const struct zol_perf_id *found;
	uint64_t id;

	if (!d->nevents)
		return NULL;
	/* Several events have one layout up to the id (perf: evlist__valid_sample_type). */
	if (d->nevents == 1 || !d->nids || !id_of(&d->events[0], r, &id))
		return &d->events[0];
	/* Id 0 is that of records which perf made up itself. */
	found = id ? find_id(d, id) : NULL;
	if (!found)
		return r->type == ZOL_PERF_SAMPLE ? NULL : &d->events[0];
	return &d->events[found->event];
}
