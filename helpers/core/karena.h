/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Memory that is released as a whole: for trees of many small nodes that live and die together. */

#include "base/str.h"

struct zol_karena_block;

/* Zero-initialise. */
struct zol_karena {
	struct zol_karena_block *blocks;
	char *at, *end;
	size_t total; /* bytes taken from the system */
};

void zol_karena_free(struct zol_karena *a) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(karena, struct zol_karena, zol_karena_free);

/* size zeroed bytes, aligned for any type, or NULL when out of memory. */
void *zol_karena_alloc(struct zol_karena *a, size_t size) ZOL_MUST_CHECK ZOL_NONNULL(1);
/* A C string of the span; NULL when out of memory. */
const char *zol_karena_dup(struct zol_karena *a, struct zol_span text) ZOL_MUST_CHECK ZOL_NONNULL(1);
