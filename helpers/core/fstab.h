/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* /etc/fstab of a guest whose root comes over 9p or virtiofs (fstab(5); \040 escapes understood). */

#include "core/lineedit.h"

/* An option that keeps zolkit's hands off a line. mount(8) ignores what begins with x-. */
#define ZOL_FSTAB_KEEP "x-zolkit.keep"

struct zol_fstab_entry {
	struct zol_span spec, file, type, opts; /* as written; opts may be empty */
};

/* Reads one line; false when it is blank, a comment, or has fewer than three fields. */
bool zol_fstab_parse(struct zol_span line, struct zol_fstab_entry *ret) ZOL_NONNULL(2);

/*
 * Whether the line wants a disk: it mounts /, /boot, /efi or /boot/efi, or is swap, or its device is
 * /dev/..., LABEL=, UUID=, PARTLABEL=, PARTUUID= or ID=. Not: bind mounts, network and memory file
 * systems, a root on 9p or virtiofs, and what has the option x-zolkit.keep.
 */
bool zol_fstab_wants_disk(const struct zol_fstab_entry *e) ZOL_NONNULL(1);

/* Switches all such lines off; *ret_n counts them, note names their mount points. */
int zol_fstab_disable(struct zol_str *text, unsigned *ret_n, struct zol_str *note, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

struct zol_tmpfs {
	const char *path;   /* absolute, in the guest */
	uint64_t size;      /* bytes; 0: the kernel's default, half of the memory */
	unsigned mode;      /* of its root directory */
	int64_t uid, gid;   /* -1: root */
	const char *reason; /* goes into a comment, or NULL */
	bool probe;         /* asked for by the probe's plan */
};

/* Whether a path may be a tmpfs at all: absolute, plain, and nothing the system lives in. */
bool zol_tmpfs_path_ok(const char *path) ZOL_NONNULL(1);

/* Sees to it that path is a tmpfs. A line of the user's for the same place is left alone. */
int zol_fstab_tmpfs(struct zol_str *text, const struct zol_tmpfs *want, enum zol_edit *ret, struct zol_str *note,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* Takes lines back that an earlier plan of the probe asked for and that `paths` (n) no longer has. */
int zol_fstab_probe_gone(struct zol_str *text, const char *const *paths, size_t n, unsigned *ret_n, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* Cuts the next "tmpfs<TAB>path<TAB>reason" off a probe.plan; lines of other kinds are passed over. */
bool zol_probe_plan_next(struct zol_span *rest, struct zol_span *ret_path, struct zol_span *ret_reason)
	ZOL_NONNULL(1, 2, 3);
