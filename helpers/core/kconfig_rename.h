/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Symbols that got another name: lines "OLD<tab>NEW<tab>SINCE<tab>remark". The same OLD may stand on
 * several lines; the first whose NEW the tree defines is taken.
 */

#include "core/kconfig.h"
#include "core/kconfig_frag.h"

/*
 * The present name of a symbol that the tree does not define, or NULL; ret_since (may be NULL):
 * points into table, to the release.
 */
const struct zol_ksym *zol_krename_find(const struct zol_kconfig *k, struct zol_span table, const char *name,
					struct zol_span *ret_since) ZOL_NONNULL(1, 3);

/* A defined symbol whose name is one or two letters away from a long name, or NULL. */
const char *zol_krename_nearest(const struct zol_kconfig *k, const char *name) ZOL_NONNULL(1, 2);
