/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * perf.data to stacks: the records in the order of time, addresses as names. The bytes of files come
 * from the caller, who may read and unpack; nothing here does.
 */

#include "core/elf.h"
#include "core/flamefold.h"
#include "core/kallsyms.h"
#include "core/perfspace.h"

/* The symbols of a file that code was mapped from. */
struct zol_perf_image {
	struct zol_elf elf; /* for offsets to addresses */
	bool has_elf;       /* else the symbols are those of a perf-PID.map, by addresses in memory */
	struct zol_syms syms;
};

/* A place in code, for whoever knows what the compiler has inlined there. */
struct zol_perf_code {
	struct zol_span function;       /* the symbol that it is in, and how far in */
	uint64_t offset;                /* bytes */
	enum zol_frame_kind kind;       /* ZOL_FRAME_KERNEL, ZOL_FRAME_MODULE or ZOL_FRAME_USER */
	struct zol_span module;         /* name of the module */
	const struct zol_perf_dso *dso; /* of user code: the file; else NULL */
	uint64_t addr;                  /* of user code: the address as the file has it */
};

struct zol_perf_symbols {
	const struct zol_kallsyms *kernel, *guest; /* of the machine and of a guest that perf kvm recorded; or NULL */
	void *ctx;
	/* The image of a file, which the caller keeps until the end; NULL: not to be had. Asked once for each. */
	const struct zol_perf_image *(*image)(void *ctx, const struct zol_perf_dso *dso);
	/* Appends what a piece of compressed records holds. NULL: they are refused. */
	int (*unpack)(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err);
	/* Appends the name of a C++ or Rust function as people write it; false: it is no such name. NULL: none. */
	bool (*demangle)(void *ctx, const char *name, struct zol_str *out);
	/* The functions inlined there, innermost first; how many of names (room for cap) were filled. NULL: none. */
	size_t (*inlined)(void *ctx, const struct zol_perf_code *code, const char **names, size_t cap);
	/* Told now and then how far it is, of total; may fail to end it. NULL: nobody. */
	int (*progress)(void *ctx, uint64_t done, uint64_t total, struct zol_err *err);
};

/*
 * Folds the samples of d. Its events and build-ids grow by what the records say. ZOL_MALFORMED when
 * there are no events; records that cannot be read are counted as odd.
 */
int zol_perffold(struct zol_perfdata *d, const struct zol_fold_opts *o, const struct zol_perf_symbols *y,
		 struct zol_stacks *s, struct zol_fold_stats *ret_stats, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/*
 * Where the kernel's first symbol was in the recording: the address of _text or _stext as the records of
 * its mapping say; false when they do not. The name tells which of them.
 */
bool zol_perfdata_kernel_base(const struct zol_perfdata *d, uint64_t *ret_addr, bool *ret_stext) ZOL_NONNULL(1, 2, 3);

/* Records in the order of time. */
struct zol_perf_entry {
	uint64_t time;
	const char *record;
};

/* Sorts entries by time; equal ones stay as they are. Fast when there are long sorted runs. */
bool zol_perf_order(struct zol_perf_entry *v, size_t n) ZOL_MUST_CHECK;
