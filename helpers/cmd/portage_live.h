/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What looking at live packages and choosing for them share. */

#include "cmd/portage.h"
#include "wrap/git.h"

/* A path, or file:///path. */
bool zol_live_is_local(const char *repo) ZOL_NONNULL(1);

/*
 * Opens, for reading, what a LIVE_REPO means: a directory that the guest sees (or the host has), or the
 * clone of a URI that git-r3.eclass keeps. Appends to place where that is on the host. Returns 1 when it is not there.
 */
int zol_live_open(const struct zol_cli *cli, const struct zol_ptree *t, const char *repo, struct zol_git **ret,
		  struct zol_str *place, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/* The commit that would be built: the given one, else the branch's, else HEAD's. ZOL_USAGE when there is none. */
int zol_live_tip(const struct zol_git *g, const char *branch, const char *commit, struct zol_git_commit *ret,
		 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
