/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The tree of a guest as its own processes see it, overlay or not. */

#include "sys/guest.h"
#include "sys/overlay.h"

/* <dir>/overlay: where a clone by overlay keeps its layers (sys/overlay.h). NULL when out of memory. */
char *zol_guest_overlay_dir(const struct zol_guest *g) ZOL_MUST_CHECK ZOL_NONNULL(1);

/*
 * The directory for zolkit's users of one overlay to find each other's mount (sys/overlay.h). It is
 * apart from the run directory of the guest's VM, which is removed with the VM. NULL when out of memory.
 */
char *zol_guest_overlay_run(const struct zol_settings *set, const char *name) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* ZOL_SYSTEM/EBUSY when overlay clones lie on the guest's tree, which therefore must not be written to. */
int zol_guest_writable(const struct zol_settings *set, const struct zol_guest *g, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * For an overlay guest: gives the calling process a mount namespace of its own with the overlay on
 * the guest's directory. *ret is then to be registered (zol_overlay_register()) for the process that
 * stays, this one or a child. Returns 1, or 0 for a guest that is no overlay. Needs root and a single thread.
 */
int zol_guest_overlay_enter(const struct zol_settings *set, const struct zol_guest *g, struct zol_overlay_mount *ret,
			    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * Opens the root of the tree (zol_root_open()). For an overlay, the calling process gets a mount
 * namespace of its own in which the overlay is mounted on the guest's directory; needs root, and a
 * single thread. Returns the descriptor.
 */
int zol_guest_tree_open(const struct zol_settings *set, const struct zol_guest *g, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * The same for looking only, without a mount: for an overlay, the tree that it was made from.
 */
int zol_guest_tree_look(const struct zol_guest *g, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/*
 * Makes dst from src: a tree, the journal of its preparation, the results of its kernel. Both are
 * locked and src is claimed (for_removal false). what was left of an interrupted run is removed first.
 * how: "auto" or one of zol_clone_parse()'s.
 */
int zol_guest_clone(const struct zol_guest *src, struct zol_guest *dst, const char *how, const struct zol_events *ev,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5);
