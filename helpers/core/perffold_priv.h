/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What perffold.c and perfresolve.c share. */

#include "core/perffold.h"

#define ZOL_PERF_DEPTH_MAX 4096U
#define ZOL_PERF_FRAME_SLOTS 65536U

/* What an address meant, in a table that each address has one place in. */
struct zol_perf_frame_slot {
	uint64_t addr;
	uint32_t stamp; /* of the space; 0 for the kernel */
	uint32_t frame;
	uint8_t mode; /* 0: empty */
};

/* A file of the recording: its image, once it was asked for. */
struct zol_perf_file {
	const struct zol_perf_image *image;
	bool asked;
};

struct zol_perf_resolver {
	const struct zol_fold_opts *o;
	const struct zol_perf_symbols *y;
	struct zol_stacks *s;
	struct zol_perf_world *world;
	struct zol_perf_frame_slot *slots;
	struct zol_perf_file *files; /* as world->dsos */
	size_t nfiles, files_cap;
	struct zol_syms ksymbols;   /* of KSYMBOL records */
	struct zol_str name, plain; /* scratch */
};

/* What kernel mappings are kept under: no process has this number. */
#define ZOL_PERF_KERNEL_PID INT32_MIN

void zol_perf_resolver_free(struct zol_perf_resolver *r) ZOL_NONNULL(1);

/* One place in the memory of one process, or of the kernel. */
struct zol_perf_place {
	uint64_t ip; /* as it was recorded */
	bool caller; /* a return address: the call stands before it */
	enum zol_perf_mode mode;
	const struct zol_perf_space *space;
	bool java;
};

/*
 * Puts the frames of an address into ids, leaf first, and returns how many: 1, 0 for what is no function,
 * more for just-in-time code that names what it has inlined. ids has room for ZOL_FRAME_PARTS.
 */
size_t zol_perf_resolve(struct zol_perf_resolver *r, const struct zol_perf_place *p, uint32_t *ids)
	ZOL_NONNULL(1, 2, 3);
