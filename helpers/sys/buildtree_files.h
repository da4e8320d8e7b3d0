/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The files of a kept build tree. Part of sys/buildtree. */

#include "core/facts.h"
#include "sys/buildtree.h"

/* Adds the fact of a file's content; one that is not there is a fact, too. */
int zol_buildtree_fact(int dirfd, const char *path, const char *name, struct zol_facts *f, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4, 5);

/* Adds the facts of all files that a step depends on. */
int zol_buildtree_inputs(const struct zol_buildstep *s, struct zol_facts *f, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Compares dir/tree with dir/sealed; at most max reasons are added to why when it is not as it was:
 * files that nobody knows, that changed, or that are gone, except those of the export's manifest.
 */
int zol_buildtree_verify(const char *dir, size_t max, struct zol_strv *why, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
