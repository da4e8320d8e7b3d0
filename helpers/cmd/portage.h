/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The arguments of `zolkit portage`, and what its files share. */

#include "cli/cli.h"
#include "core/prep_plan.h"
#include "sys/guest.h"
#include "sys/portage_read.h"

struct zol_portage_setup_args {
	bool undo, no_sync;
};

struct zol_portage_live_args {
	const char *repo, *commit;
	bool host, force;
	struct zol_strv words;
};

struct zol_portage_emerge_args {
	struct zol_strv env, binds, words;
};

extern const struct zol_module zol_module_portage;
extern const struct zol_bind zol_binds_portage[];
extern const size_t zol_nbinds_portage;

zol_run_fn zol_cmd_portage_setup, zol_cmd_portage_live, zol_cmd_portage_emerge;

/* The tree whose configuration is meant. */
struct zol_ptree {
	struct zol_guest guest; /* of the host: its name is "host" */
	bool host;
	int root, lock; /* descriptors; -1: none */
};

#define ZOL_PTREE_INIT { .root = -1, .lock = -1 }
void zol_ptree_free(struct zol_ptree *t) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(ptree, struct zol_ptree, zol_ptree_free);

/* Opens it for looking, or (what: for the lock) for changing. */
int zol_ptree_open(const struct zol_cli *cli, bool host, const char *what, struct zol_ptree *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* The journal of what portage writes, beside prepare.journal. */
#define ZOL_PORTAGE_JOURNAL "portage.journal"

/* Shows the plan (--dry-run), or carries it out and reports. ZOL_NEGATIVE as 1 when something was left alone that must be done by hand. */
int zol_ptree_apply(struct zol_cli *cli, const struct zol_ptree *t, struct zol_prep_plan *plan, bool undo,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5);

/* "zfs" is sys-fs/zfs, "spl" sys-kernel/spl; others with their category. ZOL_USAGE else. The spans are of text or constant. */
int zol_portage_name(const char *text, struct zol_package *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Directories of the host that are seen below /mnt/code in a guest: real ones of chroot.code. */
int zol_portage_code(const struct zol_settings *set, struct zol_strv *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* What is known of a live package. */
struct zol_live {
	char *package;
	char *repo, *branch, *commit, *date; /* to be built; NULL: as the ebuild has it */
	char *repo_from, *branch_from, *commit_from;
	char *place; /* of the repository on this host, or NULL */
	char *tip;   /* commit that would be built; NULL: not known */
	char *why;   /* why not */
	uint64_t behind, ahead;
	bool compared;
	struct zol_installed installed;
	bool is_installed;
};

void zol_live_free(struct zol_live *l) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(live, struct zol_live, zol_live_free);

int zol_live_look(struct zol_cli *cli, const struct zol_ptree *t, const struct zol_package *pkg, struct zol_live *ret,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* The branches of `portage live` that write. */
int zol_live_set(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
int zol_live_unset(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Paths and pieces of what `live set` has written, for `setup --undo`. */
#define ZOL_LIVE_ENV "env/zolkit/live"
