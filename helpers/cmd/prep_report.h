/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cli/cli.h"
#include "core/prep_plan.h"

/* Tells item by item what a plan does or did, as lines or JSON; 1 when something could not be. */
int zol_prep_report(const struct zol_cli *cli, const struct zol_prep_plan *plan, struct zol_err *err);
