/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Build trees that are kept from one build of a live package to the next. Below a cache directory,
 * one directory for each family of branches, kernel release and set of options:
 *
 *	FAMILY-RELEASE-HASH/
 *	    recipe     what makes a tree useless when it changes (core/facts.h)
 *	    steps/NAME what a step of the build depended on when it was done; NAME.new: being done
 *	    sealed     how each file looked that no export wrote (core/manifest.h), when the build was over
 *	    tree/      the tree itself, brought to a commit by `zolkit src export`
 *
 * A tree is open from zol_buildtree_open() to zol_buildtree_seal(). What is not sealed when it is
 * opened was left by a build that failed; what does not look as it was sealed was touched by
 * somebody. Both, and another recipe, lead to an empty tree.
 */

#include "base/event.h"

struct zol_buildtree {
	const char *cache;              /* of the package */
	const char *family, *release;   /* names as zol_name_ok() has them */
	const struct zol_strv *options; /* words that make other trees */
	const struct zol_strv *recipe;  /* words */
	const struct zol_strv *files;   /* that belong to the recipe */
	const char *discard;            /* why it is to be emptied in any case, or NULL */
	uint64_t keep;                  /* trees of this package; the ones not used longest go. 0: all */
};

struct zol_buildtree_opened {
	char *tree;          /* its path */
	bool fresh;          /* it is empty */
	struct zol_strv why; /* it was emptied */
};

void zol_buildtree_opened_free(struct zol_buildtree_opened *o) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(buildtree_opened, struct zol_buildtree_opened, zol_buildtree_opened_free);

int zol_buildtree_open(const struct zol_buildtree *b, struct zol_buildtree_opened *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* What a step depends on. Patterns are those of fnmatch(3), where "*" also stands for slashes. */
struct zol_buildstep {
	const char *tree, *name;
	const struct zol_strv *inputs; /* patterns of files that the export wrote */
	const struct zol_strv *built;  /* patterns of files that it did not write */
	const struct zol_strv *files;  /* paths, absolute or in the tree */
	const struct zol_strv *words;
	const struct zol_strv *outputs; /* files in the tree; when one is missing the step is due */
};

/*
 * Returns 0 when the step must be done (why gets some reasons), 1 when nothing changed since it was
 * done. What it depends on is remembered for zol_buildtree_done().
 */
int zol_buildtree_due(const struct zol_buildstep *s, struct zol_strv *why, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The step was done with what zol_buildtree_due() saw. */
int zol_buildtree_done(const char *tree, const char *name, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The build was a success, or stopped in a way that the next one can go on from. */
int zol_buildtree_seal(const char *tree, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
