/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What Portage would make of the configuration below a root, and what it has installed there. Nothing of the
 * tree is executed, and nothing outside of it is followed. root is a descriptor of zol_root_open().
 */

#include "base/event.h"
#include "core/portage_atom.h"
#include "core/portage_conf.h"

/*
 * All files that stand for a path of /etc/portage: itself, or what is in the directory, in Portage's order
 * (portage: util/__init__.py _recursive_file_list). Paths inside the root. None when there is nothing.
 */
int zol_portage_files(int root, const char *path, struct zol_strv *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/*
 * The variables that a package is built with: make.defaults of the profile and its parents, make.conf, the
 * files that package.env names for it (the closest atom last), then /etc/portage/env/CATEGORY/NAME, which bash
 * reads. Files that Portage would choke on, too, are notes of ev, and count up to that place.
 */
int zol_portage_vars(int root, const struct zol_package *pkg, const struct zol_events *ev, struct zol_pvars *ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 4, 5);

/* make.defaults of the profile and its parents alone: the weakest. */
int zol_portage_profile(int root, struct zol_pvars *ret, const struct zol_events *ev, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 4);

/* A package of the database below /var/db/pkg. */
struct zol_installed {
	char *version; /* 9999 */
	char *commit;  /* EGIT_VERSION: what git-r3.eclass checked out; NULL: none is on record */
	char *branch, *repo;
	char *kernel; /* release of the kernel that its modules are for; NULL: no modules */
};

void zol_installed_free(struct zol_installed *i) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(installed, struct zol_installed, zol_installed_free);

/* The live version (9999) that is installed. Returns 0, or 1 when there is none. */
int zol_portage_installed(int root, const struct zol_package *pkg, struct zol_installed *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* Names of the installed packages whose version is a live one, sorted: "sys-fs/zfs". */
int zol_portage_live_names(int root, struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
