/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `rebuild` and `rebuild --bisect` share. */

#include "base/progress.h"
#include "cmd/portage_live.h"
#include "cmd/top.h"

/* One package on its way into the virtual machine. */
struct zol_build {
	struct zol_package pkg;
	struct zol_live live;
	char *commit; /* to be built; NULL: whatever the ebuild takes */
};

void zol_build_free(struct zol_build *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(build, struct zol_build, zol_build_free);

/* Looks the package up in the guest. */
int zol_rebuild_look(struct zol_cli *cli, const char *package, struct zol_build *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* emerge of the package at that commit, as a step; its output goes to the log, which an error names. */
int zol_rebuild_emerge(struct zol_cli *cli, const struct zol_build *b, const struct zol_events *ev, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Whether the virtual machine of the guest runs: 1 or 0. */
int zol_rebuild_vm(const struct zol_cli *cli, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

int zol_rebuild_bisect(struct zol_cli *cli, const struct zol_rebuild_args *a, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
