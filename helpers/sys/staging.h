/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A tree that appears under its name only when it is whole.
 *
 * It grows in <parent>/.<name>.partial-XXXXXXXX/root; the outer directory is 0700, carries a flock
 * while somebody works on it and a file `state` that says who. When the tree is done it is
 * written to disk and moved to <parent>/<name> by renameat2(RENAME_NOREPLACE). Partial directories
 * of runs that were killed are those whose flock is free: the next run for the same name removes them.
 * On btrfs the tree is a subvolume of its own, so that it can be cloned by snapshot.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_staging {
	int parent;    /* directory that gets the tree */
	int outer;     /* .<name>.partial-XXXXXXXX: holds the flock */
	int root;      /* the tree (O_RDONLY | O_DIRECTORY) */
	char *dir;     /* as given: <parent>/<name> */
	char *name;    /* its last component */
	char *partial; /* name of the outer directory, in parent */
};

#define ZOL_STAGING_INIT { .parent = -1, .outer = -1, .root = -1 }

/*
 * Begins a tree for dir, whose parent must exist. An existing dir is refused (ZOL_SYSTEM/EEXIST),
 * unless it is an empty directory. what: a few words for the state file.
 */
int zol_staging_begin(const char *dir, const char *what, struct zol_staging *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* The same, with the tree made as a btrfs snapshot of the subvolume src; ENOTTY and others when it is none. */
int zol_staging_begin_snapshot(const char *dir, const char *what, int src, struct zol_staging *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Writes everything to disk and gives the tree its name. */
int zol_staging_commit(struct zol_staging *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Scope exit: removes what was not committed. errno is kept. */
void zol_staging_free(struct zol_staging *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(staging, struct zol_staging, zol_staging_free);

/* Removes a tree made here, subvolume or not; 0 also when it does not exist. */
int zol_staging_remove(int parent, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* statvfs of the file system that holds fd: can it take so many bytes and files? ZOL_SYSTEM/ENOSPC tells what lacks. */
int zol_staging_room(int fd, uint64_t bytes, uint64_t files, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4);
