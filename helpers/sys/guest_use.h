/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The mark "somebody is in this guest": flock(2) on <state>/guests/<name>/inuse, shared by every
 * chroot entry for as long as it lasts and exclusive for whoever takes the tree away. It is no
 * lock on the tree's contents: any number of entries and the guest's VM work side by side. The
 * kernel drops it with the last process that holds the descriptor, however that one ends.
 */

#include "base/err.h"

/*
 * Marks the guest as used. Returns the descriptor that holds the mark (close it to leave), or
 * ZOL_SYSTEM/EBUSY when the guest is being removed.
 */
int zol_guest_use_enter(const char *state, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Claims the guest for oneself alone, for removing or replacing its tree. Returns the descriptor
 * (keep it until the tree is gone), or ZOL_SYSTEM/EBUSY "... is in use".
 */
int zol_guest_use_claim(const char *state, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
