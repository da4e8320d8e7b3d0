/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Looks at a guest's tree and carries out what core/prep_plan made of it, all inside its root. */

#include "core/prep_plan.h"
#include "sys/guest.h"

/* A view of the tree behind a descriptor of zol_root_open(); valid as long as *root is. */
struct zol_prep_view zol_guest_view(int *root) ZOL_NONNULL(1);

/* The architecture of the tree by its programs: "amd64", ...; the machine we run on when they do not tell. */
int zol_guest_arch(int root, const char **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* Reads <dir>/<name>, prepare.journal when name is NULL; none is an empty one. */
int zol_guest_journal(const struct zol_guest *g, const char *name, struct zol_journal *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/*
 * Carries the plan out: journal first, then act by act, each of them whole or not at all, so that
 * a run that was killed is finished by the next one. undo: the journal is removed at the end.
 */
int zol_guest_apply(const struct zol_guest *g, int root, const struct zol_prep_plan *plan, bool undo,
		    const struct zol_events *ev, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 6);
