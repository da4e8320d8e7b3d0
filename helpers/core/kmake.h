/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reads what the kernel's make prints (kbuild's short form, linux:scripts/Kbuild.include: "  CC      path",
 * "  CC [M]  path") and tells steps, errors and the rest apart. Pure.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_kmake_line {
	ZOL_KMAKE_OTHER,
	ZOL_KMAKE_STEP,  /* one more thing was made */
	ZOL_KMAKE_ERROR, /* says what failed */
};

#define ZOL_KMAKE_ERRORS 20

/* Zero-initialise. */
struct zol_kmake {
	uint64_t steps;
	char what[64];          /* of the last step: "CC kernel/fork.o", shortened from the left */
	struct zol_strv errors; /* the first ZOL_KMAKE_ERRORS lines that say what failed */
	uint64_t nerrors;       /* all of them */
};

void zol_kmake_free(struct zol_kmake *k) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kmake, struct zol_kmake, zol_kmake_free);

/* Takes one line (without its LF). */
enum zol_kmake_line zol_kmake_add(struct zol_kmake *k, struct zol_span line) ZOL_NONNULL(1);
