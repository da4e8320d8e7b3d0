/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Carries out a mount plan in the mount namespace of the calling process. */

#include "base/event.h"
#include "core/mplan.h"

/*
 * Mounts all of the plan. The caller has a mount namespace of its own, already cut off from the
 * host's (zol_mnt_detach_host), and throws it away after a failure. Every mount point is resolved
 * inside the guest's root and mounted on by descriptor; nothing of the host's is touched through a
 * name of the guest's. tree: a detached mount that becomes the root in place of the overlay that
 * the plan describes, or -1. Returns the O_PATH descriptor of the guest's root for zol_mnt_pivot();
 * *ret_hold, unless -1, is to be kept open as long as the guest is entered (sys/resolv.h).
 * Failures are ZOL_SYSTEM and name the operation.
 */
int zol_mounts_apply(const struct zol_mplan *plan, int tree, const struct zol_events *ev, int *ret_hold,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
