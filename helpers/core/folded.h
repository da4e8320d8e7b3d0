/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Stacks with counts: what profiles are folded to, whatever they were read from. Frames are
 * interned; a stack is a list of frame numbers from the root (the task's name) to the leaf.
 *
 * The folded text is that of brendangregg/FlameGraph: one line per stack, "task;frame;frame COUNT";
 * suffixes _[k] kernel, _[j] just-in-time code, _[i] inlined (stackcollapse-perf.pl --all), and our
 * _[m] for kernel modules; a second count for differentials (difffolded.pl).
 */

#include <stdint.h>

#include "core/strmap.h"

enum zol_frame_kind {
	ZOL_FRAME_USER,
	ZOL_FRAME_KERNEL,
	ZOL_FRAME_MODULE, /* of the kernel */
	ZOL_FRAME_JIT,
	ZOL_FRAME_INLINE,
	ZOL_FRAME_TASK,      /* the first one: name of the task */
	ZOL_FRAME_SEPARATOR, /* "-" or "--" */
};
#define ZOL_FRAME_KINDS 7U

struct zol_frame {
	const char *name; /* owned by the stacks */
	uint32_t len;
	uint8_t kind;       /* enum zol_frame_kind */
	const char *module; /* where it was found ("zfs", "libc.so.6"), or NULL */
};

struct zol_stack {
	uint32_t at;  /* its first frame in ids */
	uint32_t len; /* frames */
	uint64_t hash;
	uint64_t count;
	uint64_t before; /* the first count of a differential */
};

struct zol_stacks {
	struct zol_frame *frames;
	size_t nframes, frames_cap;
	uint32_t *ids;
	size_t nids, ids_cap;
	struct zol_stack *v;
	size_t len, cap;
	uint32_t *slots; /* index + 1 into v; 0: empty */
	size_t nslots;
	struct zol_strmap names, modules;
	struct zol_strv text; /* owns all names */
	uint32_t scale;       /* counts are in 1/scale: 1000 when the text had decimals; 0 means 1 */
	bool differential;
	bool oom; /* sticky */
};

void zol_stacks_free(struct zol_stacks *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stacks, struct zol_stacks, zol_stacks_free);

/* 0, or ZOL_SYSTEM/ENOMEM when something did not fit. */
int zol_stacks_check(const struct zol_stacks *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/*
 * The number of a frame; a NUL in the name or the module ends it, and a name its 1048560th byte. Control characters
 * in the name become "_", all but tabs. module (len 0: unknown) is kept from the first time. UINT32_MAX when out of
 * memory.
 */
uint32_t zol_stacks_frame(struct zol_stacks *s, struct zol_span name, enum zol_frame_kind kind, struct zol_span module)
	ZOL_NONNULL(1);

/* Adds to the counts of the stack with these n frames. Returns its place in v, UINT32_MAX when out of memory. */
uint32_t zol_stacks_add(struct zol_stacks *s, const uint32_t *ids, size_t n, uint64_t count, uint64_t before)
	ZOL_NONNULL(1);

/* Counts stay at the largest number there is. */
static inline uint64_t zol_count_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Sum of the counts, and of the first ones. */
uint64_t zol_stacks_total(const struct zol_stacks *s, uint64_t *ret_before) ZOL_NONNULL(1);

/* Counts times frames, tasks left out, and how much of it has no name ("[zfs]", "[unknown]"). */
struct zol_unresolved {
	double kernel, kernel_lost; /* modules included */
	double user, user_lost;
};
void zol_stacks_unresolved(const struct zol_stacks *s, struct zol_unresolved *ret) ZOL_NONNULL(1, 2);

/* Only the stacks whose keep[] is true stay. keep has s->len entries. */
void zol_stacks_keep(struct zol_stacks *s, const bool *keep) ZOL_NONNULL(1, 2);

/*
 * Makes one frame of each run of the same frame without a name: what is left of stacks whose code has no
 * frame pointers, a hundred deep and each a little different, stands together then.
 */
void zol_stacks_collapse(struct zol_stacks *s) ZOL_NONNULL(1);

/* Frames from the leaf to the task: what is called from where, seen from below. */
void zol_stacks_reverse(struct zol_stacks *s) ZOL_NONNULL(1);

/* The numbers 0 .. nframes - 1 of frames in the order of their names, and the inverse; free() both. */
int zol_stacks_rank(const struct zol_stacks *s, uint32_t **ret_rank, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Brings the stacks into the order of their frames' names: those of one root stand together. */
int zol_stacks_sort(struct zol_stacks *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

enum zol_fold_marks {
	ZOL_FOLD_PLAIN,
	ZOL_FOLD_KERNEL, /* _[k] for the kernel and its modules, _[j], _[i] */
	ZOL_FOLD_KINDS,  /* the same with _[m] for modules */
};

/* Appends the stacks, which must be sorted, as folded text. Equal lines are added up. */
void zol_folded_write(const struct zol_stacks *s, enum zol_fold_marks marks, struct zol_str *out) ZOL_NONNULL(1, 3);

/*
 * Reads folded text. Two counts are read when all lines have two. Decimals are kept to a thousandth.
 * Lines without a count are ZOL_MALFORMED with their number; empty lines and # comments are skipped.
 */
int zol_folded_read(struct zol_span text, struct zol_stacks *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* "123", "0.25": a count as it is written. */
void zol_folded_count(uint64_t count, uint32_t scale, struct zol_str *out) ZOL_NONNULL(3);
