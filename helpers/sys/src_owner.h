/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Root at work in a repository that belongs to somebody else acts as its owner: with that user's
 * ids, groups and home. So nothing in it changes hands, no safe.directory is needed, and what a
 * hostile repository may do to us ends at what its owner can do. (libgit2 as root refuses such a
 * repository, and does not when the effective user is its owner.)
 */

#include <sys/types.h>

#include "base/str.h"

struct zol_src_owner {
	uid_t uid;
	gid_t gid;
	char *name, *home; /* home is "" when the user has none; both NULL when we are the owner */
	gid_t *groups;     /* the owner's */
	int ngroups;
	gid_t *saved; /* ours */
	int nsaved;
	uid_t our_uid; /* effective, as it was */
	gid_t our_gid;
	bool other;   /* somebody else, and we may act as them */
	bool entered; /* at least once */
};

#define ZOL_SRC_OWNER_INIT { .name = NULL }

/*
 * Who owns the repository at or above path (its .git counts). Where none is found, the owner of
 * the nearest directory that is there: one to be made. other is set only when we are root.
 */
int zol_src_owner_of(const char *path, struct zol_src_owner *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Also goes back to being ourselves. */
void zol_src_owner_free(struct zol_src_owner *o) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(src_owner, struct zol_src_owner, zol_src_owner_free);

/*
 * Effective ids and groups become the owner's (0 when there is nothing to do), and ours again.
 * leave returns rc, what came of the work in between, or a failure of its own: then nothing more
 * may be done.
 */
int zol_src_owner_enter(struct zol_src_owner *o, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
int zol_src_owner_leave(struct zol_src_owner *o, int rc, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* For good, also for programs that are started from here: all ids, HOME, USER, LOGNAME. */
int zol_src_owner_become(struct zol_src_owner *o, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
