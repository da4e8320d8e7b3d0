/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Guests that are overlays. <state>/guests/NAME/overlay/ holds
 *
 *	upper/        what this guest changed (owner, mode and attributes of its root are the root's)
 *	work/         the kernel's
 *	overlay.ini   "[overlay]" and a line "lower = PATH" for each tree below, the uppermost first
 *
 * Nothing of it is in the host's mount table: <guests>/NAME stays an empty directory there, and
 * whoever uses the guest mounts the overlay on that directory in a mount namespace of its own.
 *
 * Two mounts of one upper directory would corrupt each other (Documentation/filesystems/overlayfs.rst,
 * "Sharing and copying layers"), yet a guest may be entered while its VM runs. So a mount is shared: the
 * first user makes it, and each later one takes a clone of the first one's from its
 * namespace. zol_overlay_open() does both; its lock makes it one at a time:
 *
 *	struct zol_overlay_mount m = ZOL_OVERLAY_MOUNT_INIT;
 *	zol_overlay_open(dir, rundir, &m, err);
 *	... unshare(CLONE_NEWNS), make "/" a slave, then
 *	move_mount(m.mnt, "", AT_FDCWD, "<guests>/NAME", MOVE_MOUNT_F_EMPTY_PATH);
 *	zol_overlay_register(&m, pid, "<guests>/NAME", err);  as seen from the root of that process, "/" after pivot_root
 *
 * The registered process must live as long as its namespace is used, or register another one. Entries of
 * processes that have ended are passed over and removed; a process is known by pid and start time.
 */

#include <sys/types.h>

#include "base/str.h"

/* Is there an overlay in dir? 1 yes, 0 no. */
int zol_overlay_exists(const char *dir, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/*
 * Makes upper, work and the record in dir, which must not exist (its parent must). lowers: absolute
 * paths, the uppermost first; the first one's root gives the new root's owner, mode, attributes.
 */
int zol_overlay_make(const char *dir, const char *const *lowers, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The trees below, the uppermost first, appended. ZOL_MALFORMED when the record is damaged. */
int zol_overlay_lowers(const char *dir, struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Options for mount(2): "lowerdir=...,upperdir=...,workdir=...", escaped; appended. */
int zol_overlay_options(const char *dir, struct zol_str *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

struct zol_overlay_mount {
	int mnt;     /* a detached mount of the merged tree, for move_mount(2) */
	int lock;    /* held until zol_overlay_register() */
	bool shared; /* it is a clone of somebody's */
	char *users; /* the register */
};

#define ZOL_OVERLAY_MOUNT_INIT { .mnt = -1, .lock = -1 }

void zol_overlay_mount_free(struct zol_overlay_mount *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(overlay_mount, struct zol_overlay_mount, zol_overlay_mount_free);

/*
 * Gets a mount of the overlay in dir. rundir: a private directory of the guest's below /run, made if
 * needed; it holds the lock and the register. Needs Linux 5.2 and CAP_SYS_ADMIN; a single thread
 * is not required (a child does the entering).
 */
int zol_overlay_open(const char *dir, const char *rundir, struct zol_overlay_mount *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Puts the process in whose namespace the mount now is on record (path: as seen from its root), and lets others in. */
int zol_overlay_register(struct zol_overlay_mount *m, pid_t pid, const char *path, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
