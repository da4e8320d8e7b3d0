/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Exchanges the modules of ZFS in a running guest for those on disk: pools are exported, modules
 * unloaded in the order of their use, caches dropped, modules loaded, pools imported from where
 * they were. All through the agent (sys/vm_link.h). A module that somebody holds is told with its
 * holders, and the pools that were exported come back.
 */

#include "base/event.h"
#include "sys/vm_link.h"

struct zol_reload {
	bool force;     /* export with -f: file systems that are in use are unmounted by force */
	bool no_import; /* leave the pools exported */
};

struct zol_reloaded {
	struct zol_strv pools;   /* that were exported */
	struct zol_strv modules; /* that were unloaded, in that order */
	struct zol_strv holders; /* what is in the way; empty when it was done */
	char *before, *after;    /* versions (/sys/module/zfs/version); NULL: not loaded */
	bool same;               /* the module that runs now is the one that ran before (srcversion) */
	uint64_t ms_export, ms_unload, ms_load, ms_import;
};

void zol_reloaded_free(struct zol_reloaded *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(reloaded, struct zol_reloaded, zol_reloaded_free);

/*
 * Returns 0, or 1 when something holds a pool or a module (ret->holders tells what; all is as it was,
 * as far as it can be). ZOL_CHILD: a command in the guest failed, such as modprobe.
 */
int zol_vm_reload_run(struct zol_link *l, const struct zol_reload *how, const struct zol_events *ev,
		      struct zol_reloaded *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
