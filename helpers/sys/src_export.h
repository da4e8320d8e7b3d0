/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Brings a directory to the state of a commit by touching only what differs, so that a build in it
 * goes on where it was: files that stay keep their times, build products survive, files that the
 * commit no longer has go. The directory's manifest (core/manifest.h) tells its files from others.
 *
 * Before anything changes, the manifest lists all that was and will be, and says that a run is
 * under way; so one that was killed at any time is completed by the next, for whatever commit. Content is the blobs':
 * no line ends are converted, no keywords expanded.
 */

#include "base/event.h"
#include "wrap/git.h"

enum zol_src_change {
	ZOL_SRC_WRITTEN = 'W',
	ZOL_SRC_MODE = 'M', /* only whether it is executable */
	ZOL_SRC_REMOVED = 'D',
};

struct zol_src_export {
	const char *repo, *commit, *to;
	bool search;        /* repo may lie below the working tree */
	bool dry_run;       /* look only; files whose times are unknown are compared, too */
	bool no_submodules; /* leave their directories empty even when their commits are there */
	const struct zol_events *ev;
	void *ctx;
	void (*on_change)(void *ctx, enum zol_src_change what, const char *path); /* or NULL */
};

struct zol_src_exported {
	char id[ZOL_GIT_HEX], tree[ZOL_GIT_HEX]; /* of the commit */
	size_t files, written, modes, removed;
	bool fresh;   /* the directory held no export before */
	bool resumed; /* an earlier run had ended early */
	bool already; /* nothing was to be done */
};

/*
 * Returns 0. ZOL_USAGE: no such repository or commit, or a directory that is not of an export;
 * ZOL_MALFORMED: a path in the commit that must not be written, a damaged manifest.
 */
int zol_src_export_run(const struct zol_src_export *x, struct zol_src_exported *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
