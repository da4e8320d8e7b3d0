/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Settings as fragments and .config files have them, with the place each comes from.
 *
 *	CONFIG_X=y            CONFIG_X="text"        CONFIG_X=42
 *	# CONFIG_X is not set
 *
 * Comments of a fragment may carry directives, which the kernel's own scripts ignore:
 *
 *	# @why TEXT           shown when a setting of the block does not survive
 *	# @since 6.4          only for this release and later ones
 *	# @until 6.9          only for this release (all of 6.9.x) and earlier ones
 *	# @arch x86 arm64     only for these ARCHes
 *
 * Blocks are separated by blank lines. A first block without settings describes the whole file.
 */

#include <stdint.h>

#include "base/str.h"
#include "core/strmap.h"

/* A release as one number that compares; 0: not known (all @since and @until hold). */
#define ZOL_KVERSION(major, minor, patch) (((uint32_t)(major) << 20) | ((uint32_t)(minor) << 10) | (uint32_t)(patch))

/* Reads "6", "6.1" or "6.1.192-anything"; ret_parts (may be NULL): how many numbers there were. false: no version. */
bool zol_kversion_parse(struct zol_span text, uint32_t *ret, unsigned *ret_parts) ZOL_NONNULL(2);

/* From the VERSION, PATCHLEVEL and SUBLEVEL lines of a kernel tree's Makefile; 0 when they are not there. */
uint32_t zol_kversion_makefile(struct zol_span makefile);

struct zol_ktarget {
	uint32_t version; /* ZOL_KVERSION, or 0 */
	const char *arch; /* as the tree has it (x86, arm64), or NULL: any */
};

struct zol_kset {
	const char *name;  /* without CONFIG_ */
	const char *value; /* y, m, n, or the text behind "=" as it stands (strings with their quotes) */
	const char *why;   /* of its block, or NULL */
	uint32_t file;     /* index in files */
	uint32_t line;     /* from 1 */
};

/* Settings of several files in the order they are applied. Zero-initialise. */
struct zol_kfrags {
	struct zol_kset *v;
	size_t len, cap;
	struct zol_strv files;  /* names for messages */
	struct zol_strv pool;   /* owns the strings */
	struct zol_strmap last; /* name -> index of its last setting */
	size_t skipped;         /* settings that are for other releases or ARCHes */
	const char *why;        /* what the last file added says about itself, or NULL */
};

void zol_kfrags_free(struct zol_kfrags *f) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kfrags, struct zol_kfrags, zol_kfrags_free);

/*
 * Appends a fragment. Lines that are neither setting, comment nor blank, a directive that is not
 * known or not understood, and NUL bytes: ZOL_MALFORMED with file and line. target NULL: no
 * setting is skipped.
 */
int zol_kfrags_add(struct zol_kfrags *f, const char *file, struct zol_span text, const struct zol_ktarget *target,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5);

/* Appends a .config as the kernel reads it: what is no setting is passed over, directives mean nothing. */
int zol_kfrags_add_config(struct zol_kfrags *f, const char *file, struct zol_span text, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Appends one setting "X=v", "CONFIG_X=v", "CONFIG_X" (=y) as from a command line; ZOL_USAGE when it is none. */
int zol_kfrags_add_word(struct zol_kfrags *f, const char *file, const char *word, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* The last setting of a name (without CONFIG_), or NULL. */
const struct zol_kset *zol_kfrags_find(const struct zol_kfrags *f, const char *name) ZOL_NONNULL(1, 2);
/* Whether a setting is the last of its name. */
bool zol_kfrags_is_last(const struct zol_kfrags *f, const struct zol_kset *s) ZOL_NONNULL(1, 2);

/* Gives a setting another name; what was asked for under that name before it is overridden. */
int zol_kfrags_rename(struct zol_kfrags *f, size_t index, const char *name, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* Appends the settings as lines of a .config, each name once, as last set. */
void zol_kfrags_text(const struct zol_kfrags *f, struct zol_str *out) ZOL_NONNULL(1, 2);

enum zol_kverdict {
	ZOL_KMET,      /* got what was asked */
	ZOL_KSTRONGER, /* asked m, got y: something selects it */
	ZOL_KUNMET,
};

/* Judges one request by what the final .config has (NULL: no such line, which is n). */
enum zol_kverdict zol_kset_judge(const char *want, const char *got) ZOL_NONNULL(1);
