/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Symbols that one tree has and a later one has no more, and what they may be called there: by
 * prompt, help, file, neighbours, type and name. Proposals, for a human to look at.
 */

#include "core/kconfig.h"

enum {
	ZOL_KMOVED_PROMPT = 1U << 0, /* the same prompt */
	ZOL_KMOVED_HELP = 1U << 1,   /* the same help text */
	ZOL_KMOVED_FILE = 1U << 2,   /* the same file */
	ZOL_KMOVED_DIR = 1U << 3,    /* another file of the same directory */
	ZOL_KMOVED_PLACE = 1U << 4,  /* between the same neighbours, or one of them */
	ZOL_KMOVED_NAME = 1U << 5,   /* one name has all words of the other */
	ZOL_KMOVED_TYPE = 1U << 6,
};

#define ZOL_KMOVED_SURE 80U     /* scores from here on hardly ever mislead */
#define ZOL_KMOVED_POSSIBLE 60U /* what is below is not proposed */

struct zol_kmoved {
	const struct zol_ksym *from, *to; /* in the old model, in the new one */
	unsigned score, same;             /* same: ZOL_KMOVED_ bits */
};

/* Zero-initialise. */
struct zol_kmoveds {
	struct zol_kmoved *v; /* sorted by the old name; each old and each new name once */
	size_t len;
};

void zol_kmoveds_free(struct zol_kmoveds *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kmoveds, struct zol_kmoveds, zol_kmoveds_free);

/* Both models loaded; their files are read again, for the help texts. */
int zol_kmoveds_find(struct zol_kconfig *from, struct zol_kconfig *to, struct zol_kmoveds *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Appends the words for the bits: "prompt help file". */
void zol_kmoved_text(unsigned same, struct zol_str *out) ZOL_NONNULL(2);
