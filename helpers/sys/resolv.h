/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The guest's /etc/resolv.conf while somebody is in its chroot. A private copy of the host's lies
 * on the guest's fresh /run and is bound over the guest's file, so that neither the guest's file nor
 * the host's is ever written. When the file is a link to nowhere below /run (systemd), the copy is
 * made at that place instead. When there is none (a stage3), an empty file marked by its time of
 * change is made as the mount point; the last entry to leave removes it.
 */

#include "base/event.h"
#include "sys/mnt.h"

/* Where to: how mounts are made, the guest's root, and the root of its /run. */
struct zol_resolv_at {
	enum zol_mnt_api api;
	int root, run;
};

/*
 * root: the guest's root, with /run mounted and nothing of the host's; run: the root of /run.
 * src: the host's file; when there is none, nothing is done. Where the guest's file cannot be
 * bound over (a directory, a link to nowhere), a warning says so and 0 is returned.
 * *ret_hold becomes a descriptor that is kept open until the guest is left, or -1.
 */
int zol_resolv_mount(const struct zol_resolv_at *at, const char *src, const struct zol_events *ev, int *ret_hold,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/*
 * After leaving: removes the empty mount point that zol_resolv_mount() made, if nobody else is in.
 * root: the guest's tree as the host sees it. Best effort.
 */
void zol_resolv_tidy(int root);
