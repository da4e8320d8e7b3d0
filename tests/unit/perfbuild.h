/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* perf.data put together record by record, for tests: one event, or two, of the kinds that perf makes. */

#include "core/perffold.h"

#define BUILD_TYPES \
	(ZOL_PERF_IP | ZOL_PERF_TID | ZOL_PERF_TIME | ZOL_PERF_ID | ZOL_PERF_CPU | ZOL_PERF_PERIOD | ZOL_PERF_CALLCHAIN)

static inline void put64(struct zol_str *s, uint64_t n)
{
	zol_str_add(s, &n, sizeof(n));
}

static inline void put32(struct zol_str *s, uint32_t n)
{
	zol_str_add(s, &n, sizeof(n));
}

static inline void put_pair(struct zol_str *s, int32_t a, int32_t b)
{
	zol_str_add(s, &a, sizeof(a));
	zol_str_add(s, &b, sizeof(b));
}

/* A record: type, misc, and what stands in body. */
static inline void put_record(struct zol_str *s, uint32_t type, uint16_t misc, const struct zol_str *body)
{
	uint16_t size = (uint16_t)(body->len + 8);

	put32(s, type);
	zol_str_add(s, &misc, sizeof(misc));
	zol_str_add(s, &size, sizeof(size));
	zol_str_add(s, body->ptr, body->len);
}

/* A name with its NUL, padded to eight bytes. */
static inline void put_name(struct zol_str *s, const char *name)
{
	static const char nuls[8] = { 0 };
	size_t n = strlen(name) + 1;

	zol_str_add(s, name, n);
	zol_str_add(s, nuls, (8 - n % 8) % 8);
}

/* What sample_id_all puts behind records that are no samples. */
static inline void put_trailer(struct zol_str *s, int32_t pid, int32_t tid, uint64_t time, uint64_t id)
{
	put_pair(s, pid, tid);
	put64(s, time);
	put64(s, id);
	put64(s, 0);
}

static inline void put_comm(struct zol_str *s, int32_t pid, int32_t tid, const char *name, uint64_t time)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put_pair(&b, pid, tid);
	put_name(&b, name);
	put_trailer(&b, pid, tid, time, 1);
	put_record(s, ZOL_PERF_COMM, 0, &b);
}

static inline void put_fork(struct zol_str *s, int32_t pid, int32_t ppid, uint64_t time)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put_pair(&b, pid, ppid);
	put_pair(&b, pid, ppid);
	put64(&b, time);
	put_trailer(&b, pid, pid, time, 1);
	put_record(s, ZOL_PERF_FORK, 0, &b);
}

static inline void put_mmap2(struct zol_str *s, int32_t pid, uint64_t start, uint64_t len, const char *name,
			     uint64_t time)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put_pair(&b, pid, pid);
	put64(&b, start);
	put64(&b, len);
	put64(&b, 0x1000);
	put64(&b, 0);
	put64(&b, 0);
	put64(&b, 0);
	put32(&b, 5); /* readable, executable */
	put32(&b, 2);
	put_name(&b, name);
	put_trailer(&b, pid, pid, time, 1);
	put_record(s, ZOL_PERF_MMAP2, ZOL_PERF_MODE_USER, &b);
}

static inline void put_kernel_map(struct zol_str *s, uint64_t start, uint64_t len, uint64_t offset, const char *name)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put_pair(&b, -1, 0);
	put64(&b, start);
	put64(&b, len);
	put64(&b, offset);
	put_name(&b, name);
	put_trailer(&b, 0, 0, 0, 0);
	put_record(s, ZOL_PERF_MMAP, ZOL_PERF_MODE_KERNEL, &b);
}

/* A sample with a callchain of n addresses. */
static inline void put_sample(struct zol_str *s, int32_t tid, uint64_t time, uint64_t id, const uint64_t *chain,
			      size_t n)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put64(&b, n > 1 ? chain[1] : 0);
	put_pair(&b, tid, tid);
	put64(&b, time);
	put64(&b, id);
	put64(&b, 0);
	put64(&b, 100); /* period */
	put64(&b, n);
	zol_str_add(&b, chain, n * sizeof(*chain));
	put_record(s, ZOL_PERF_SAMPLE, ZOL_PERF_MODE_KERNEL, &b);
}

/* struct perf_event_attr of the first size (64 bytes), for software event config. */
static inline void put_attr(struct zol_str *s, uint64_t config, uint64_t types)
{
	put32(s, 1);
	put32(s, 64);
	put64(s, config);
	put64(s, 997);
	put64(s, types);
	put64(s, 0);
	put64(s, 1U << 10 | 1U << 18); /* freq, sample_id_all */
	put64(s, 0);
	put64(s, 0);
}

/* The file form around records: two events with the ids 1 and 2. */
static inline void put_file(struct zol_str *s, const struct zol_str *records)
{
	static const char flags[32] = { 0 };

	zol_str_puts(s, "PERFILE2");
	put64(s, 104);
	put64(s, 80);
	put64(s, 120);
	put64(s, 160);
	put64(s, 280);
	put64(s, records->len);
	put64(s, 0);
	put64(s, 0);
	zol_str_add(s, flags, sizeof(flags));
	put64(s, 1); /* the ids, at 104 */
	put64(s, 2);
	put_attr(s, 0, BUILD_TYPES);
	put64(s, 104);
	put64(s, 8);
	put_attr(s, 2, BUILD_TYPES);
	put64(s, 112);
	put64(s, 8);
	zol_str_add(s, records->ptr, records->len);
}

/* The pipe form of the same. */
static inline void put_pipe(struct zol_str *s, const struct zol_str *records)
{
	zol_str_puts(s, "PERFILE2");
	put64(s, 16);
	for (uint64_t id = 1; id <= 2; id++) {
		ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

		put_attr(&b, id == 1 ? 0 : 2, BUILD_TYPES);
		put64(&b, id);
		put_record(s, ZOL_PERF_HEADER_ATTR, 0, &b);
	}
	zol_str_add(s, records->ptr, records->len);
}
