/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What `portage setup` and `portage live set` write below /etc/portage, as a plan (core/prep_plan.h).
 *
 * Each file there may be a directory instead (portage(5)): then a file of our own stands in it, whose
 * name sorts before the user's. In a flat file it is a marked block, before the user's lines. So what the
 * user wrote is read later, and wins. What `live set` writes is the user's word, too, and stands last.
 */

#include "core/prep_plan.h"

/* A part of the configuration. */
struct zol_portage_piece {
	const char *path;     /* inside the tree: etc/portage/package.use */
	const char *name;     /* of our file when that is a directory: 00-zolkit */
	struct zol_span text; /* whole lines; empty: taken away */
	bool last;            /* behind the user's lines in a flat file */
	bool flat;            /* made as a flat file where there is nothing yet */
	bool sections;        /* an INI file: a flat one must not have a section twice */
	bool whole;           /* path itself is a file of ours */
};

struct zol_portage_want {
	const struct zol_portage_piece *pieces;
	size_t npieces;
	const char *flags;       /* what COMMON_FLAGS becomes where it is still that of the stage3, or NULL */
	const char *const *dirs; /* NULL-terminated; to be owned by portage, or NULL */
};

int zol_portage_plan(const struct zol_prep_view *view, const struct zol_portage_want *want, struct zol_prep_plan *plan,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Takes all of it back: what the journal has, and the blocks in the flat files of these pieces. */
int zol_portage_undo(const struct zol_prep_view *view, const struct zol_journal *journal,
		     const struct zol_portage_want *want, struct zol_prep_plan *plan, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
