/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The actions that belong to no module: up, doctor. */

#include "cli/cli.h"

struct zol_up_args {
	const char *variant, *kernel_source;
	bool no_boot, fresh_index, no_sync, with_zfs;
};

struct zol_doctor_args {
	struct zol_strv modules;
	bool no_boot;
};

struct zol_rebuild_args {
	bool snapshot, no_snapshot, untracked, no_reload, force, bisect, here;
	const char *builder;
	uint64_t timeout;
	struct zol_strv words; /* packages; with bisect GOOD BAD CMD... */
};

extern const struct zol_module zol_module_top;
extern const struct zol_bind zol_binds_top[];
extern const size_t zol_nbinds_top;

zol_run_fn zol_cmd_up, zol_cmd_rebuild, zol_cmd_doctor;
