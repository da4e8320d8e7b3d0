/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Owner, mode, attributes and times of what is unpacked. */

#include "base/event.h"
#include "wrap/archive.h"

/* Who unpacks. */
struct zol_meta_who {
	const struct zol_events *ev;
	bool privileged;
	bool told; /* what cannot be kept */
	uid_t uid;
	gid_t gid;
};

/* What a file is to have. Attributes are borrowed. */
struct zol_meta {
	uid_t uid;
	gid_t gid;
	mode_t mode;
	bool mode_done; /* it was created with the plain bits of mode */
	bool has_mtime;
	struct timespec mtime;
	const struct zol_tar_xattr *xattrs;
	size_t nxattrs;
};

/* Without root privileges, with our owner and without set-id bits (told once). ZOL_MALFORMED: owner out of range. */
int zol_meta_of(struct zol_meta_who *w, const struct zol_tar_entry *e, struct zol_meta *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Sets everything on an open file or directory that belongs to us. */
int zol_meta_set(struct zol_meta_who *w, int fd, const struct zol_meta *m, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* A node without a descriptor: name in dir, never followed when it is a link. */
struct zol_meta_node {
	int dir;
	const char *name;
	bool link; /* a symbolic link has no mode */
};

int zol_meta_set_node(struct zol_meta_who *w, const struct zol_meta *m, const struct zol_meta_node *node,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
