/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Profiles from files and pipes: perf.data, perf script text or folded stacks, told apart by their first bytes. */

#include "sys/flame_data.h"

enum zol_flame_form { ZOL_FLAME_FOLDED, ZOL_FLAME_TEXT, ZOL_FLAME_DATA };

/* Reads it into fresh stacks and makes the cuts. ev may be NULL. */
int zol_flame_read(const struct zol_flame_source *src, const struct zol_events *ev, struct zol_stacks *ret,
		   struct zol_fold_stats *ret_stats, enum zol_flame_form *ret_form, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5, 6);
