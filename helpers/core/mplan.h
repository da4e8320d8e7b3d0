/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is mounted where inside a guest before a command runs there, as data: built here from the
 * settings and from facts about the guest, shown by --dry-run, carried out by sys/mounts.
 *
 * The order is part of the plan. What needs a mount point made in the guest's own tree comes
 * first (tree, tmpfs, then the points of all others); the clones of the host's /dev and /sys come
 * last, so that nothing is ever created through a name of the guest's that leads into them.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_mop_kind {
	ZOL_MOP_ROOT,    /* the tree src with all that is mounted below it becomes the root, private */
	ZOL_MOP_OVERLAY, /* the same with an overlay mounted on src first, by opts (lowerdir=…,upperdir=…,workdir=…) */
	ZOL_MOP_TMPFS,   /* fresh tmpfs on dst: mode, size, uid, gid */
	ZOL_MOP_RESOLV,  /* a private copy of the file src appears as dst */
	ZOL_MOP_CLONE,   /* src with all that is mounted below it appears on dst */
	ZOL_MOP_PROC,    /* fresh proc on dst */
};

enum {
	ZOL_MP_RDONLY = 1U << 0, /* on all mounts of a clone */
	ZOL_MP_NOSUID = 1U << 1,
	ZOL_MP_NODEV = 1U << 2,
	ZOL_MP_NOEXEC = 1U << 3,
	ZOL_MP_SLAVE = 1U << 4,     /* later mounts of the host's below src show up; ours never reach the host */
	ZOL_MP_CREATE = 1U << 5,    /* dst is made when missing, as long as nothing of the host's is mounted */
	ZOL_MP_OPTIONAL = 1U << 6,  /* left out when src or dst does not exist */
	ZOL_MP_UNMOUNTED = 1U << 7, /* left out when something is mounted on dst already */
	ZOL_MP_FILE = 1U << 8,      /* src is no directory */
};

struct zol_mop {
	enum zol_mop_kind kind;
	unsigned flags;
	char *src;     /* host path, or NULL */
	char *dst;     /* path in the guest, "/…" */
	char *opts;    /* of an overlay */
	unsigned mode; /* of a tmpfs */
	uint64_t size; /* of a tmpfs in bytes; 0: the kernel's default, half of the memory */
	uint32_t uid, gid;
};

struct zol_mplan {
	struct zol_mop *ops;
	size_t len, cap;
	bool oom;
};

void zol_mplan_free(struct zol_mplan *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(mplan, struct zol_mplan, zol_mplan_free);

/* One --bind. */
struct zol_mbind {
	char *src, *dst;
	bool rdonly;
	bool file; /* src is no directory: filled in by whoever looked */
};

void zol_mbind_free(struct zol_mbind *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(mbind, struct zol_mbind, zol_mbind_free);

/*
 * "SRC:DST", "SRC:DST:ro" or "SRC:DST:rw"; both absolute, without "." and ".." components and
 * without colons. ZOL_USAGE says what is wrong.
 */
int zol_mplan_bind(const char *text, struct zol_mbind *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* What the plan is made of. Strings may be NULL or "" for "no"; all are copied. */
struct zol_mplan_in {
	const char *root;        /* the guest's tree */
	const char *overlay;     /* options of an overlay that is mounted on root */
	const char *const *code; /* NULL-terminated list of host directories */
	const struct zol_mbind *binds;
	size_t nbinds;
	const char *portage_tree, *distfiles, *binpkgs; /* host directories that are shared */
	const char *portage_overlay;                    /* and this overlay, read-only, on a directory that is there */
	const char *resolv;                             /* the host's resolv.conf */
	uint64_t tmp_size, portage_tmp_size;
	const char *portage_tmpdir;        /* in the guest, as zol_mplan_portage_tmpdir() tells */
	uint32_t portage_uid, portage_gid; /* its owner */
};

/*
 * Builds the plan. One code directory appears as /mnt/code itself, as in the guide; several as
 * /mnt/code/<last component>. A shared Portage tree is read-only (the host's root runs what is
 * in it), distfiles and binary packages are not.
 * ZOL_USAGE: two code directories with one name, or a code directory without one ("/").
 */
int zol_mplan_build(const struct zol_mplan_in *in, struct zol_mplan *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The plan as text, one operation a line, control characters escaped. */
void zol_mplan_text(const struct zol_mplan *p, struct zol_str *text) ZOL_NONNULL(1, 2);

/*
 * Where Portage builds, by the text of the guest's make.conf: PORTAGE_TMPDIR (default /var/tmp)
 * with "/portage" behind it (make.conf(5)). Values with "$" are beyond us: the default.
 */
void zol_mplan_portage_tmpdir(struct zol_span make_conf, struct zol_str *ret) ZOL_NONNULL(2);
