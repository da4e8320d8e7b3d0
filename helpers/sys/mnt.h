/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Single mounts by descriptor, with whatever the kernel (or a seccomp filter around us) leaves
 * us: the mount API of Linux 5.2 with mount_setattr(2) of 5.12, the former without the latter, or
 * mount(2) alone. All of them work on the calling process's mount namespace, which must be one of
 * its own. Mount points are O_PATH descriptors, never names.
 */

#include <stdint.h>

#include "base/err.h"

enum zol_mnt_api {
	ZOL_MNT_FULL,      /* open_tree, move_mount, fsopen, mount_setattr */
	ZOL_MNT_NOSETATTR, /* the same without mount_setattr: flags by a remount loop over mountinfo */
	ZOL_MNT_OLD,       /* mount(2) */
};

/* Asks the kernel by calls that cannot do anything. */
enum zol_mnt_api zol_mnt_probe(void);

/* Makes all mounts of the namespace slaves: what we mount never shows up on the host. */
int zol_mnt_detach_host(struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1);

/*
 * Mounts a directory of the host, with all that is mounted below it, onto itself as a private
 * tree, and returns a descriptor of its root (O_PATH).
 */
int zol_mnt_root(enum zol_mnt_api api, const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * Attaches a detached mount (a clone by open_tree(2), which stays the caller's) to a directory of
 * the host as a private tree, and returns a descriptor of its root (O_PATH).
 */
int zol_mnt_attach(const char *path, int tree, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* Mounts an overlay on a directory of the host and returns a descriptor of its root (O_PATH). */
int zol_mnt_overlay(const char *path, const char *options, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Lets a clone of src, with all that is mounted below it, appear on dst. flags: ZOL_MP_RDONLY,
 * NOSUID, NODEV, NOEXEC, on every mount of the clone; ZOL_MP_SLAVE: follows later changes of the
 * host, otherwise it is private. With ZOL_MNT_FULL nothing is visible before the flags are set.
 * Returns a descriptor of the clone's root (O_PATH), or a failure after which nothing is mounted
 * (or the namespace is to be thrown away).
 */
int zol_mnt_clone(enum zol_mnt_api api, int src, int dst, unsigned flags, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(5);

/*
 * A fresh file system on dst. options: "key=value,key" as mount(8) writes them, "" for none;
 * flags as above. Returns a descriptor of its root (O_PATH).
 */
int zol_mnt_new(enum zol_mnt_api api, const char *fstype, const char *options, int dst, unsigned flags,
		struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 6);

/* The identity of the mount that fd lies on, by /proc/self/fdinfo (Linux 3.15). */
int zol_mnt_id(int fd, uint64_t *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * Makes root the "/" of the calling process and of its mount namespace; the host's tree is
 * detached. Where the present root is the kernel's rootfs (an initramfs) and cannot be
 * pivoted away from, it is moved over instead. The working directory is the new root.
 */
int zol_mnt_pivot(int root, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2);
