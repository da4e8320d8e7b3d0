/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A second tree from a first one, without copying where that can be avoided:
 *
 *	subvolume  btrfs, and src is a subvolume (stage unpack makes it one): a snapshot, instantly
 *	reflink    btrfs, xfs, ...: every file shares its blocks with the original until one is written
 *	overlay    anywhere: dst is an empty directory; its contents are src with the changes on top (sys/overlay.h)
 *	copy       everything is copied
 *
 * But for overlay the new tree is independent of src, and appears whole or not at all
 * (sys/staging.h). An overlay needs src for ever, unchanged: guest.ini's `parent` and `method`
 * say who lies on whom, and whoever would write to such a parent, or remove it, must refuse.
 *
 * Owners, modes, times, hard links, holes, ACLs and extended attributes are kept. What is mounted
 * below src, and subvolumes in it, are not entered: they become empty directories. Names below src are hostile;
 * no link in it is ever followed.
 */

#include "base/event.h"

enum zol_clone_how {
	ZOL_CLONE_AUTO, /* the first that works, in this order */
	ZOL_CLONE_SUBVOLUME,
	ZOL_CLONE_REFLINK,
	ZOL_CLONE_OVERLAY,
	ZOL_CLONE_COPY,
};

/* "subvolume", "reflink", ... as guest.ini has it; "auto" for ZOL_CLONE_AUTO. */
const char *zol_clone_name(enum zol_clone_how how) ZOL_MUST_CHECK;
bool zol_clone_parse(const char *name, enum zol_clone_how *ret) ZOL_NONNULL(1, 2);

struct zol_clone {
	const char *src; /* the tree; nobody may be writing to it */
	const char *dst; /* to be made; its parent exists */
	enum zol_clone_how how;
	const char *overlay;         /* directory for an overlay's layers and record (<state>/guests/<new>/overlay);
				    NULL: no overlay. Its parent exists */
	const char *src_overlay;     /* the same of src, when src is an overlay itself; NULL otherwise */
	unsigned threads;            /* 0: one for each processor */
	const struct zol_events *ev; /* NULL: nobody listens */
};

/*
 * Makes the clone; *ret tells how. When a way was asked for that the file system does not offer:
 * ZOL_SYSTEM/EOPNOTSUPP. A src that is an overlay can only be cloned by overlay. After a failure
 * neither dst nor overlay exist.
 */
int zol_clone_tree(const struct zol_clone *job, enum zol_clone_how *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Removes a tree below the directory parent, whatever way it was made: subvolumes too, which rm -rf cannot. */
int zol_clone_remove(int parent, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
