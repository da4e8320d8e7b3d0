/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* stage: list, fetch and verify (stage.c), unpack (stage_unpack.c). */

#include "cli/cli.h"

/* Options that every action on mirrors or keys has; first member of the others. */
struct zol_stage_common {
	struct zol_strv mirrors;
	struct zol_strv keys;
	const char *arch, *keyring;
	uint64_t max_age, stall; /* ms; 0: as configured */
	bool any_age, offline;
};

struct zol_stage_list_args {
	struct zol_stage_common common;
	struct zol_strv variants;
};

struct zol_stage_fetch_args {
	struct zol_stage_common common;
	struct zol_strv variants;
	uint64_t wait; /* ms */
	bool no_wait, allow_older, restart;
};

struct zol_stage_verify_args {
	struct zol_stage_common common;
	struct zol_strv files;
};

struct zol_stage_unpack_args {
	struct zol_stage_common common;
	struct zol_strv what; /* FILE or VARIANT, then DIR */
	uint64_t max_size, threads;
	bool no_verify, no_fast;
};

extern const struct zol_module zol_module_stage;
extern const struct zol_bind zol_binds_stage[];
extern const size_t zol_nbinds_stage;

zol_run_fn zol_cmd_stage_list, zol_cmd_stage_fetch, zol_cmd_stage_verify, zol_cmd_stage_unpack;

/*
 * Raises the fence of sys/fence.h: cache and state (made first, if asked to) stay writable, and the
 * directory that target appears in, unless NULL.
 */
int zol_stage_fence(const struct zol_cli *cli, const char *target, bool make, struct zol_err *err);
