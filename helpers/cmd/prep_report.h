/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cli/cli.h"
#include "core/prep_plan.h"

/*
 * Prints the plan as zol_prep_show() has it. On a terminal control characters are escaped: what stands in a guest's files
 * is not ours.
 */
int zol_prep_print(const struct zol_cli *cli, const struct zol_prep_plan *plan, struct zol_err *err);

/* Tells item by item what a plan does or did, as lines or JSON; 1 when something could not be. */
int zol_prep_report(const struct zol_cli *cli, const struct zol_prep_plan *plan, struct zol_err *err);
