/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The small files that the stage code keeps (markers, rollback state, what a partial download
 * is): a first line "zolkit <kind> 1", then "key value" lines. Values hold no newline.
 */

#include <stdint.h>

#include "base/str.h"

/* Begins a record of this kind in out. */
void zol_stage_record_begin(struct zol_str *out, const char *kind) ZOL_NONNULL(1, 2);
/* Adds a line; control characters in the value become "?". */
void zol_stage_record_add(struct zol_str *out, const char *key, const char *value) ZOL_NONNULL(1, 2, 3);
void zol_stage_record_addu(struct zol_str *out, const char *key, uint64_t value) ZOL_NONNULL(1, 2);

/* Is it a record of this kind? */
bool zol_stage_record_is(struct zol_span file, const char *kind) ZOL_NONNULL(2);
/* The value of a key that stands there exactly once. */
bool zol_stage_record_get(struct zol_span file, const char *key, struct zol_span *ret) ZOL_NONNULL(2, 3);
/* The same as a decimal number. */
bool zol_stage_record_getu(struct zol_span file, const char *key, uint64_t *ret) ZOL_NONNULL(2, 3);
