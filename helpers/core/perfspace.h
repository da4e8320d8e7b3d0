/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Tasks and what was mapped into their memory, as the records of a recording tell, one after the other
 * in the order of time. Names are borrowed from the recording.
 */

#include "core/perfdata.h"

struct zol_perf_area {
	uint64_t start, end;
	uint64_t offset; /* in the file */
	uint32_t dso;
};

/* A process: its mappings, sorted, without overlaps. */
struct zol_perf_space {
	int32_t pid;
	uint32_t stamp; /* another one after each change, never used twice */
	struct zol_perf_area *areas;
	size_t nareas, cap;
};

struct zol_perf_thread {
	int32_t tid, pid;
	struct zol_span comm; /* "" while unknown */
	uint32_t frame;       /* of the caller: the task's frame, UINT32_MAX after each change */
};

/* A file that code was mapped from. */
struct zol_perf_dso {
	struct zol_span path;
	struct zol_span build_id; /* "" while unknown */
};

/* A table from numbers to indices. */
struct zol_perf_index {
	struct zol_perf_slot {
		int32_t key;
		uint32_t at; /* index + 1; 0: empty */
	} *slots;
	size_t cap, len;
};

/* Zero-initialise. */
struct zol_perf_world {
	struct zol_perf_thread *threads;
	size_t nthreads, threads_cap;
	struct zol_perf_space *spaces;
	size_t nspaces, spaces_cap;
	struct zol_perf_index by_tid, by_pid;
	struct zol_perf_dso *dsos;
	size_t ndsos, dsos_cap;
	struct zol_perf_dso_slot {
		uint64_t hash;
		uint32_t at; /* index + 1; 0: empty */
	} *dso_slots;
	size_t dso_slots_cap;
	struct zol_strv texts; /* names that are not in the recording */
	size_t areas;          /* of all spaces */
	uint64_t refused;      /* records over the bounds below */
	uint32_t stamp;
	bool oom; /* sticky */
};

/* Linux allows a process 65530 mappings (vm.max_map_count). */
#define ZOL_PERF_AREAS_MAX 65536U
#define ZOL_PERF_ALL_AREAS_MAX (1U << 22)

void zol_perf_world_free(struct zol_perf_world *w) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(perf_world, struct zol_perf_world, zol_perf_world_free);

/* Takes down a COMM, FORK, EXIT, MMAP or MMAP2 record of user memory. Others are ignored. */
void zol_perf_world_take(struct zol_perf_world *w, const struct zol_perf_raw *r) ZOL_NONNULL(1, 2);

/* A mapping of its own: m's file at m's address in the space of pid. */
void zol_perf_world_map(struct zol_perf_world *w, const struct zol_perf_map *m, int32_t pid) ZOL_NONNULL(1, 2);

/*
 * The thread and the process of a sample, made when they are new; NULL when out of memory. A new one may move
 * all others of its kind.
 */
struct zol_perf_thread *zol_perf_world_thread(struct zol_perf_world *w, int32_t pid, int32_t tid) ZOL_NONNULL(1);
struct zol_perf_space *zol_perf_world_space(struct zol_perf_world *w, int32_t pid) ZOL_NONNULL(1);

/* The process when it is known, else NULL; makes none, so that those that others hold stay where they are. */
const struct zol_perf_space *zol_perf_world_known(const struct zol_perf_world *w, int32_t pid) ZOL_NONNULL(1);

/* What is mapped at an address, or NULL. */
const struct zol_perf_area *zol_perf_space_find(const struct zol_perf_space *s, uint64_t addr) ZOL_NONNULL(1);

/* The number of a file, made when it is new; UINT32_MAX when out of memory. */
uint32_t zol_perf_world_dso(struct zol_perf_world *w, struct zol_span path, struct zol_span build_id) ZOL_NONNULL(1);
