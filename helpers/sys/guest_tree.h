/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The tree of a guest as its own processes see it, overlay or not. */

#include "sys/guest.h"

/* <dir>/overlay: where a clone by overlay keeps its layers (sys/overlay.h). NULL when out of memory. */
char *zol_guest_overlay_dir(const struct zol_guest *g) ZOL_MUST_CHECK ZOL_NONNULL(1);

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
