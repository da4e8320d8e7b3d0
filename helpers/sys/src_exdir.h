/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A directory that is exported to. Paths are those of a manifest (core/manifest.h) and resolved
 * beneath the directory: no link in them is ever followed. Nothing is written into a file that is
 * there (but a word into the manifest); each is made under a temporary name and moved into place.
 */

#include "core/manifest.h"

struct zol_exdir {
	int fd;     /* -1: there is none yet */
	int lock;   /* the same directory, locked */
	char *path; /* as it was given */
	char *at;   /* which directory below is open as at_fd; NULL: none */
	int at_fd;  /* O_PATH */
	bool no_openat2;
};

#define ZOL_EXDIR_INIT { .fd = -1, .lock = -1, .path = NULL, .at = NULL, .at_fd = -1 }

void zol_exdir_free(struct zol_exdir *d) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(exdir, struct zol_exdir, zol_exdir_free);

/*
 * Opens and locks it when it is there, and reads its manifest (of an empty directory: none). Refuses
 * a directory that holds other things but no manifest (ZOL_USAGE), one whose manifest is damaged
 * (ZOL_MALFORMED), and one that somebody else exports to (ZOL_SYSTEM/EWOULDBLOCK). dry: only reads.
 */
int zol_exdir_open(const char *path, bool dry, struct zol_exdir *ret, struct zol_manifest *ret_manifest,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/* Makes the directory when it was not there, and opens it likewise. */
int zol_exdir_make(struct zol_exdir *d, struct zol_manifest *ret_manifest, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

enum zol_exdir_found {
	ZOL_EXDIR_NOTHING,
	ZOL_EXDIR_FILE,
	ZOL_EXDIR_EXEC,
	ZOL_EXDIR_LINK,
	ZOL_EXDIR_DIR,
	ZOL_EXDIR_OTHER,
};

/* What stands at path (NOTHING also when a component above is no directory), and its stamp. */
int zol_exdir_look(struct zol_exdir *d, const char *path, enum zol_exdir_found *ret, struct zol_stamp *ret_stamp,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* Is the content of the file, or the target of the link, just this? Returns 1 when it is. */
int zol_exdir_same(struct zol_exdir *d, const char *path, struct zol_span data, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/*
 * Makes the file, link or directory, with the directories above; files and links in their way go.
 * ZOL_SYSTEM/ENOTEMPTY when a directory with other content is in the way. A file whose content
 * stays (keep) gets a new mode and keeps its time of change. *ret is the new stamp.
 */
int zol_exdir_put(struct zol_exdir *d, const struct zol_manifest_entry *e, struct zol_span data, bool keep,
		  struct zol_stamp *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);

/* Removes a file, a link or an empty directory. Returns 1 when it was not there, or is a directory with content. */
int zol_exdir_remove(struct zol_exdir *d, const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Says in a complete manifest that it is so no longer; what it lists stays. Returns 1 when there is
 * none, or it cannot be done in place: another one must be saved.
 */
int zol_exdir_begin(struct zol_exdir *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Replaces the manifest, as a whole. A complete one is on disk before it counts. */
int zol_exdir_save(struct zol_exdir *d, const struct zol_manifest *m, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
