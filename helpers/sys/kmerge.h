/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A base configuration plus settings, resolved by the kernel tree's own conf. */

#include "core/kconfig_frag.h"
#include "sys/kenv.h"

/* A request and what became of it. */
struct zol_kunmet {
	const struct zol_kset *want; /* in the requests */
	const char *got;             /* in the result's config, or NULL: no such line */
};

/* Zero-initialise. */
struct zol_kmerged {
	struct zol_str text;      /* the .config */
	struct zol_kfrags config; /* the same, read */
	struct zol_kunmet *unmet; /* requests that did not survive, in their order */
	size_t nunmet;
	size_t met, stronger, overridden; /* requests: as asked; m became y; a later one with another value won */
	size_t repeated;                  /* a later one asks for the same */
};

void zol_kmerged_free(struct zol_kmerged *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kmerged, struct zol_kmerged, zol_kmerged_free);

/*
 * The base: "host" (/proc/config.gz, else /boot/config-<release>), "current" (what the O= directory
 * has), a target of the tree (tinyconfig, allnoconfig, x86_64_defconfig ...), or a file (compressed
 * or not) when it has a slash or exists.
 */
bool zol_kmerge_base_is_target(const char *base) ZOL_NONNULL(1);
/* The file behind a base that is no target, appended; nothing for "current" without a .config. */
int zol_kmerge_base_path(const char *base, const char *build, struct zol_str *ret_path, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * Writes base and settings to the .config of k->build and lets the tree's `make olddefconfig`
 * resolve it. build: the O= directory as this process sees it. The kernel's warnings go to the log.
 */
int zol_kmerge_run(const struct zol_kenv *k, const char *build, const char *base, const struct zol_kfrags *settings,
		   struct zol_kmerged *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/*
 * Writes a finished .config to k->build and lets the tree's `make olddefconfig` go over it; what
 * comes out (in ret) is the same when whoever made it read the tree as its conf does.
 */
int zol_kmerge_confirm(const struct zol_kenv *k, const char *build, const struct zol_str *config,
		       const struct zol_kfrags *settings, struct zol_kmerged *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/* Judges all settings by the .config text in m->text; fills the rest of m. */
int zol_kmerge_judge(const struct zol_kfrags *settings, struct zol_kmerged *m, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Reads fragments by name (below dir: NAME.config) or path into f; what they say about
 * themselves is of no interest here. Unknown names: ZOL_USAGE with the nearest.
 */
int zol_kmerge_fragments(const char *dir, const char *const *names, const struct zol_ktarget *target,
			 struct zol_kfrags *f, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
/* The names of all fragments below dir, sorted. */
int zol_kmerge_names(const char *dir, struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
