/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Stacks as boxes: which frame stands where and how wide. Both the picture and the table are made of them. */

#include "core/folded.h"

struct zol_box {
	uint32_t frame; /* UINT32_MAX: the whole ("all") */
	uint32_t depth; /* 0: the whole */
	uint64_t start; /* in counts, from the left */
	uint64_t count, before;
	uint64_t self; /* of count: without what it called */
};

struct zol_boxes {
	struct zol_box *v;
	size_t len, cap;
	uint32_t depth; /* of the deepest one */
};

void zol_boxes_free(struct zol_boxes *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(boxes, struct zol_boxes, zol_boxes_free);

/* Sorts the stacks and lays them out: v[0] is the whole, each box stands before those above it. */
int zol_boxes_make(struct zol_stacks *s, struct zol_boxes *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* One line of the table of functions. */
struct zol_flame_row {
	uint32_t frame;
	uint64_t self;  /* counts in it */
	uint64_t total; /* in it and in what it called; recursion counts once */
};

/* Per function, most self first; tasks and separators are left out. *ret_rows: free(). */
int zol_flame_table(struct zol_stacks *s, struct zol_flame_row **ret_rows, size_t *ret_n, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * Two profiles as one differential: counts of before and after. normalize: the counts of before are
 * scaled to the total of after, so that runs of different length compare.
 */
int zol_flame_diff_stacks(const struct zol_stacks *before, const struct zol_stacks *after, bool normalize,
			  struct zol_stacks *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Appends the stacks as a JSON file of speedscope (https://www.speedscope.app/file-format-schema.json). */
void zol_speedscope_write(const struct zol_stacks *s, const char *name, struct zol_str *out) ZOL_NONNULL(1, 2, 3);
