/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Base and settings on our own evaluator: no make, nothing written. */

#include "core/kconfig_dotconfig.h"
#include "core/kconfig_why.h"
#include "sys/kload.h"
#include "sys/kmerge.h"

/*
 * Appends the base configuration as a .config: "host", a file, "allnoconfig", "alldefconfig",
 * "tinyconfig", "defconfig" or one of the tree's own defconfigs. ZOL_USAGE when there is none such.
 * The model's user values are lost.
 */
int zol_kplan_base(struct zol_kloaded *l, const struct zol_kload_options *o, const char *base, struct zol_str *out,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * Sets the model to base and settings, as olddefconfig would, and appends the .config to out (may
 * be NULL). Marks of symbols (user_line) are indices of settings, plus one; those of the base 0.
 */
int zol_kplan_apply(struct zol_kconfig *k, const struct zol_str *base, const struct zol_kfrags *settings,
		    struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5);
