/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why a symbol can never have a value: the proof behind kconfig_bounds.h, as lines with places. */

#include "core/kconfig_bounds.h"
#include "core/kconfig_why.h"

/*
 * Only what no setting can change is named: of a conjunction the first part that can never hold, of
 * a disjunction every part. want: as in a .config; the bounds must say that it cannot be.
 */
void zol_kwhy_never(const struct zol_kwhy *w, const struct zol_kbounds *b, struct zol_ksym *s, const char *want)
	ZOL_NONNULL(1, 2, 3, 4);
