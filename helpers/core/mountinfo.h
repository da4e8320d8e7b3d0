/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * /proc/<pid>/mountinfo as data. Format: Documentation/filesystems/proc.rst, 3.5: ten or more
 * blank-separated fields, any number of optional ones closed by "-"; blank, tab, LF and backslash
 * inside a field are written as \ooo.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_mountinfo_row {
	uint64_t id, parent;
	char *root;     /* of the mount within its file system */
	char *point;    /* relative to the root of the process that read it */
	char *options;  /* of the mount: "rw,nosuid" */
	char *optional; /* "shared:1 master:2", or "" */
	char *fstype;
	char *source;
	char *super; /* options of the file system */
};

struct zol_mountinfo {
	struct zol_mountinfo_row *rows; /* in the kernel's order */
	size_t len;
};

/*
 * Parses the whole text. Returns 0, ZOL_MALFORMED with the number of the line, or ZOL_SYSTEM when
 * out of memory. What ret owns is released with zol_mountinfo_free().
 */
int zol_mountinfo_parse(struct zol_span text, struct zol_mountinfo *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
void zol_mountinfo_free(struct zol_mountinfo *mi) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(mountinfo, struct zol_mountinfo, zol_mountinfo_free);

/* The row of a mount, or NULL. */
const struct zol_mountinfo_row *zol_mountinfo_find(const struct zol_mountinfo *mi, uint64_t id) ZOL_NONNULL(1);

/* Whether row is the mount top or hangs, through any number of parents, below it. */
bool zol_mountinfo_below(const struct zol_mountinfo *mi, const struct zol_mountinfo_row *row, uint64_t top)
	ZOL_NONNULL(1, 2);

/* Whether a comma-separated list holds the option ("ro" is in "ro,nosuid"; "mode" is not in "mode=755"). */
bool zol_mountinfo_option(const char *list, const char *option) ZOL_NONNULL(1, 2);
