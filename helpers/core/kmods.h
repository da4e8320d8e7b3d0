/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which kernel modules are loaded (proc(5), /proc/modules), who uses them, and how they can go. */

#include <stdint.h>

#include "base/str.h"

/* A line of it: "zfs 4919296 3 user1,user2, Live 0xffffffffc0000000 (POE)"; older kernels have but three words. */
struct zol_kmods_line {
	struct zol_span name, size, refs, users, state, addr;
};

/* False when there are fewer than three words, or size is no number. */
bool zol_kmods_line(struct zol_span line, struct zol_kmods_line *ret) ZOL_NONNULL(2);

struct zol_kmods_mod {
	char *name;
	int64_t refs;          /* of all kinds; -1: the kernel does not count */
	bool permanent;        /* can never be removed */
	struct zol_strv users; /* modules that use it */
};

struct zol_kmods {
	struct zol_kmods_mod *v;
	size_t len, cap;
};

void zol_kmods_free(struct zol_kmods *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kmods, struct zol_kmods, zol_kmods_free);

/* Reads the text of /proc/modules; ZOL_MALFORMED names the line. ret must be zero. */
int zol_kmods_parse(struct zol_span text, struct zol_kmods *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

const struct zol_kmods_mod *zol_kmods_find(const struct zol_kmods *m, const char *name) ZOL_NONNULL(1, 2);

/* The modules of OpenZFS, of all releases since 0.8 and the SPL before; NULL-terminated. */
extern const char *const zol_kmods_zfs[];

/*
 * The loaded ones of family (NULL-terminated), each after all that use it: the order in which they
 * can be removed. What cannot be removed is left out and told in blocked ("spl is used by osd_zfs").
 */
int zol_kmods_order(const struct zol_kmods *m, const char *const *family, struct zol_strv *order,
		    struct zol_strv *blocked, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * Who keeps file systems and devices of ZFS busy, by a text with these sections, each after a line
 * "=NAME":
 *
 *	=mounts  /proc/mounts
 *	=comm    "/proc/PID/comm:NAME" lines (grep -H)
 *	=fds     ls -l of /proc/PID/fd, cwd and root: "/proc/PID/fd:" and "... -> TARGET" lines, or
 *	         "... /proc/PID/cwd -> TARGET" ones
 *	=holders paths below /sys/block/zd0/holders
 *	=swaps   /proc/swaps
 *
 * Appends a line for each: "tank on /mnt/x is mounted", "zed (process 81) has /dev/zfs open" ...
 * mounts alone tells mounted file systems only when processes are asked for nothing else.
 */
void zol_kmods_holders(struct zol_span text, struct zol_strv *out) ZOL_NONNULL(2);
