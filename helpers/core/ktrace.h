/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Frames in what the kernel prints: "spa_sync+0x1a2/0x1120 [zfs]", with a build-id behind the module's name
 * when it has CONFIG_STACKTRACE_BUILD_ID (linux:kernel/kallsyms.c __sprint_symbol()).
 */

#include <stdint.h>

#include "base/str.h"

struct zol_kframe {
	struct zol_span symbol;   /* as printed, ".isra.0" and the like included */
	struct zol_span module;   /* empty: the kernel itself */
	struct zol_span build_id; /* of the module, or empty */
	uint64_t offset, size;
	bool exact; /* the address is where it was executing (RIP), not where it will return to */
	size_t end; /* bytes of the line up to the frame's last one */
};

/* Cuts the next frame off *rest (which is left behind it); false when there is none. line: the whole line. */
bool zol_ktrace_next(struct zol_span line, size_t *pos, struct zol_kframe *ret) ZOL_NONNULL(2, 3);
