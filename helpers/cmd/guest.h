/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The arguments of `zolkit guest`, and what its files share. */

#include "cli/cli.h"
#include "sys/guest.h"

struct zol_guest_create_args {
	struct zol_strv name;
	const char *variant, *from;
	bool no_verify;
};

struct zol_guest_list_args {
	bool names;
};

struct zol_guest_name_args { /* show, check, remove */
	struct zol_strv name;
};

struct zol_guest_prepare_args {
	struct zol_strv name;
	bool from_probe, undo;
};

struct zol_guest_clone_args {
	struct zol_strv names; /* source, destination */
	const char *how;
};

extern const struct zol_module zol_module_guest;

/* The guest that is meant: the operand, else -g, else the configured one. */
const char *zol_guest_chosen(const struct zol_cli *cli, const struct zol_strv *operand) ZOL_NONNULL(1, 2);

zol_run_fn zol_cmd_guest_create, zol_cmd_guest_clone, zol_cmd_guest_prepare, zol_cmd_guest_check;

/* What `guest prepare` would do to the tree; also used by `guest check`. Nothing is changed. */
struct zol_prep_plan;
int zol_guest_planned(const struct zol_cli *cli, const struct zol_guest *g, int root, bool from_probe,
		      struct zol_prep_plan *plan, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);
