/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* repos.conf (portage(5)), and names that git-r3.eclass gives to repositories. */

#include "base/str.h"

/* Appends the location of a repository; the last one in the text counts. False when it has none. */
bool zol_repos_location(struct zol_span text, struct zol_span name, struct zol_str *ret) ZOL_NONNULL(3);

/* Appends the name of the bare clone of a URI below EGIT3_STORE_DIR: "openzfs_zfs.git" (git-r3.eclass: _git-r3_set_gitdir). */
void zol_repos_store(struct zol_span uri, struct zol_str *ret) ZOL_NONNULL(2);

/*
 * Where a path of a guest is on the host, when it is below /mnt/code: code are the directories of the host that are
 * shown there, absolute, NULL-terminated (core/mplan.h: one is /mnt/code itself, several are below it by their
 * names). Appends it; false when it is none of them.
 */
bool zol_repos_code(const char *path, const char *const *code, struct zol_str *ret) ZOL_NONNULL(1, 2, 3);
/* The other way round: how the guest sees a directory of the host. */
bool zol_repos_in_guest(const char *path, const char *const *code, struct zol_str *ret) ZOL_NONNULL(1, 2, 3);
