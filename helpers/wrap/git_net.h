/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Getting repositories from elsewhere. */

#include "base/event.h"
#include "wrap/git.h"

struct zol_git_clone {
	const char *url;    /* http, https, ssh, git, file, or a local path: what libgit2 was built with */
	const char *dir;    /* new, empty, or of an earlier clone of the same URL */
	const char *branch; /* to be checked out; NULL: the remote's */
	const char *home;   /* as for zol_git_open() */
	const struct zol_events *ev;
};

struct zol_git_cloned {
	char id[ZOL_GIT_HEX]; /* of HEAD; "" when the remote has no commit */
	char *branch;         /* NULL: none */
	uint64_t bytes;       /* received */
	bool resumed;         /* an earlier clone had not come to its end */
	bool updated;         /* it was a whole clone: only fetched, nothing was checked out */
};

void zol_git_cloned_free(struct zol_git_cloned *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(git_cloned, struct zol_git_cloned, zol_git_cloned_free);

/*
 * Clones. What was interrupted is gone on with by another call: objects that came as a whole are
 * not fetched again. Keys come from the SSH agent; no password is asked for. ZOL_NETWORK when the
 * remote does not answer or refuses, ZOL_USAGE when the directory holds something else.
 */
int zol_git_clone_run(const struct zol_git_clone *c, struct zol_git_cloned *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
