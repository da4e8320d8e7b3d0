/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * kernel.ini: what `zolkit kernel build` made, in a guest's state directory. One section [kernel],
 * "key = value" lines, values of one line.
 */

#include <stdint.h>

#include "base/str.h"

/* Zero-initialise. Strings are owned and NULL when not set. */
struct zol_krecord {
	char *release;   /* as uname -r will say */
	char *source;    /* the tree or the archive */
	char *origin;    /* of the source: a commit, or a package and its version; not set when unknown */
	char *where;     /* host or chroot */
	char *build;     /* the O= directory */
	char *fragments; /* names, blank-separated */
	char *base;
	char *config_hash; /* of the final .config */
	char *inputs;      /* fingerprint of all that went in: the tree, the requests, the compiler */
	char *date;        /* ISO 8601, UTC */
	uint64_t steps;    /* of a build from nothing, for progress; 0: not known */
	uint64_t modules;  /* how many */
	uint64_t ms;       /* how long the last make took */
};

void zol_krecord_free(struct zol_krecord *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(krecord, struct zol_krecord, zol_krecord_free);

/* Reads it; keys that are not known are passed over (a newer version's), malformed lines are ZOL_MALFORMED. */
int zol_krecord_parse(struct zol_krecord *r, struct zol_span text, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* Appends the file's text; line feeds in values become blanks. */
void zol_krecord_text(const struct zol_krecord *r, struct zol_str *out) ZOL_NONNULL(1, 2);
