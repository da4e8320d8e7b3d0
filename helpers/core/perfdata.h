/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The format of perf.data, files and what `perf record -o -` writes to pipes: events, what the header
 * says of the machine, and records one by one. Little-endian machines only. Every size and count is
 * checked against the bytes that are there. Format: linux:tools/perf/Documentation/perf.data-file-format.txt,
 * include/uapi/linux/perf_event.h, tools/lib/perf/include/perf/event.h.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_perf_sample_bit {
	ZOL_PERF_IP = 1U << 0,
	ZOL_PERF_TID = 1U << 1,
	ZOL_PERF_TIME = 1U << 2,
	ZOL_PERF_ADDR = 1U << 3,
	ZOL_PERF_READ = 1U << 4,
	ZOL_PERF_CALLCHAIN = 1U << 5,
	ZOL_PERF_ID = 1U << 6,
	ZOL_PERF_CPU = 1U << 7,
	ZOL_PERF_PERIOD = 1U << 8,
	ZOL_PERF_STREAM_ID = 1U << 9,
	ZOL_PERF_IDENTIFIER = 1U << 16,
};

enum zol_perf_type {
	ZOL_PERF_MMAP = 1,
	ZOL_PERF_LOST = 2,
	ZOL_PERF_COMM = 3,
	ZOL_PERF_EXIT = 4,
	ZOL_PERF_FORK = 7,
	ZOL_PERF_SAMPLE = 9,
	ZOL_PERF_MMAP2 = 10,
	ZOL_PERF_LOST_SAMPLES = 13,
	ZOL_PERF_KSYMBOL = 17,
	ZOL_PERF_HEADER_ATTR = 64,
	ZOL_PERF_TRACING_DATA = 66,
	ZOL_PERF_BUILD_ID = 67,
	ZOL_PERF_AUXTRACE = 71,
	ZOL_PERF_EVENT_UPDATE = 78,
	ZOL_PERF_HEADER_FEATURE = 80,
	ZOL_PERF_COMPRESSED = 81,
	ZOL_PERF_COMPRESSED2 = 83,
};

enum zol_perf_feature {
	ZOL_PERF_FEAT_BUILD_ID = 2,
	ZOL_PERF_FEAT_HOSTNAME = 3,
	ZOL_PERF_FEAT_OSRELEASE = 4,
	ZOL_PERF_FEAT_ARCH = 6,
	ZOL_PERF_FEAT_CMDLINE = 11,
	ZOL_PERF_FEAT_EVENT_DESC = 12,
};

/* Upper bits of what an address is relative to (PERF_RECORD_MISC_CPUMODE_MASK). */
enum zol_perf_mode {
	ZOL_PERF_MODE_UNKNOWN,
	ZOL_PERF_MODE_KERNEL,
	ZOL_PERF_MODE_USER,
	ZOL_PERF_MODE_HYPERVISOR,
	ZOL_PERF_MODE_GUEST_KERNEL,
	ZOL_PERF_MODE_GUEST_USER,
};

#define ZOL_PERF_EVENTS_MAX 4096U
#define ZOL_PERF_NAME_MAX 96U

struct zol_perf_event {
	uint32_t type;
	uint64_t config, sample_type, read_format, flags;
	uint64_t period; /* fixed one; 0 when it is a frequency */
	bool id_all;     /* records that are no samples have an id and time, too */
	char name[ZOL_PERF_NAME_MAX];
};

struct zol_perf_id {
	uint64_t id;
	uint32_t event;
};

struct zol_perf_build_id {
	struct zol_span path, id;
	bool kernel; /* of the kernel or of one of its modules */
};

struct zol_perfdata {
	struct zol_span file, data; /* data: the records */
	bool pipe;
	struct zol_perf_event *events;
	size_t nevents;
	struct zol_perf_id *ids; /* sorted when ids_sorted */
	size_t nids, ids_cap;
	bool ids_sorted;
	struct zol_perf_build_id *build_ids;
	size_t nbuild_ids, build_ids_cap;
	struct zol_span hostname, release, arch; /* "" while unknown */
};

/* Does a file that begins with these bytes want to be perf.data? */
bool zol_perfdata_looks(struct zol_span head);

void zol_perfdata_free(struct zol_perfdata *d) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(perfdata, struct zol_perfdata, zol_perfdata_free);

/*
 * Reads the head of a file, or what a pipe tells between its records; ret borrows the bytes.
 * ZOL_MALFORMED for other byte orders and what does not fit.
 */
int zol_perfdata_open(struct zol_span file, struct zol_perfdata *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* One record, with its header. */
struct zol_perf_raw {
	uint32_t type;
	uint16_t misc;
	struct zol_span body; /* behind the header */
	size_t extra;         /* bytes behind the record that belong to it (AUXTRACE, TRACING_DATA) */
};

/*
 * Cuts the next record off *rest. Returns false at the end and where the rest is no record: rest->len
 * says how much was left. Always ends: a record has at least its header.
 */
bool zol_perf_next(struct zol_span *rest, struct zol_perf_raw *ret) ZOL_NONNULL(1, 2);

/*
 * Takes down what a record of the types from 64 on says (events, build-ids, features). Others are ignored,
 * and so are events of a file, whose head has them. zol_perfdata_open() has done it for pipes.
 */
int zol_perfdata_control(struct zol_perfdata *d, const struct zol_perf_raw *r, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The event of a record, by the id in it when there are several; NULL: none. */
const struct zol_perf_event *zol_perf_event_of(struct zol_perfdata *d, const struct zol_perf_raw *r) ZOL_NONNULL(1, 2);

/* Its time, when the event's records have one; false otherwise. */
bool zol_perf_time_of(const struct zol_perf_event *e, const struct zol_perf_raw *r, uint64_t *ret) ZOL_NONNULL(2, 3);

struct zol_perf_sample {
	uint64_t ip, time, period;
	int32_t pid, tid;  /* -1: not known */
	const char *chain; /* nchain addresses of 8 bytes, not aligned */
	size_t nchain;
	bool has_chain;
	enum zol_perf_mode mode; /* of ip */
};

/* Decodes a sample; false when it is shorter than it says. */
bool zol_perf_sample_read(const struct zol_perf_event *e, const struct zol_perf_raw *r, struct zol_perf_sample *ret)
	ZOL_NONNULL(1, 2, 3);

/* A mapping (MMAP, MMAP2), or code that the kernel made (KSYMBOL: then name is its symbol, pid -1). */
struct zol_perf_map {
	int32_t pid, tid;
	uint64_t start, len, offset;
	struct zol_span name, build_id;
	enum zol_perf_mode mode;
};
bool zol_perf_map_read(const struct zol_perf_raw *r, struct zol_perf_map *ret) ZOL_NONNULL(1, 2);

/* COMM: name, exec (the process runs another program from now on). FORK, EXIT: parents; exec: made up by perf. */
struct zol_perf_task {
	int32_t pid, tid, ppid, ptid;
	struct zol_span name;
	bool exec;
};
bool zol_perf_task_read(const struct zol_perf_raw *r, struct zol_perf_task *ret) ZOL_NONNULL(1, 2);

/* How many samples a LOST or LOST_SAMPLES record tells of. */
uint64_t zol_perf_lost(const struct zol_perf_raw *r) ZOL_NONNULL(1);
