/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Names of stage3 builds, and the mirror's index of them (latest-stage3-<sub>.txt).
 *
 * Format: gentoo/releng:scripts/copy_buildsync.sh writes "# Latest as of <date>", "# ts=<epoch>"
 * and "<stamp>/<file> <size>" lines; files are stage3-<sub>-<stamp>.tar.xz, where <sub> is
 * the architecture and the variant ("amd64-openrc", "i686-systemd", "x32-openrc").
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_STAGE_STAMP_LEN 16 /* 20260811T083102Z */
#define ZOL_STAGE_SIZE_MAX (16ULL << 30)
#define ZOL_STAGE_TEXT_MAX (64U << 10) /* of an index, a DIGESTS file or a signature */

struct zol_stage_build {
	char stamp[ZOL_STAGE_STAMP_LEN + 1];
	int64_t time;  /* of the stamp, seconds since 1970 */
	char *sub;     /* amd64-openrc */
	char *file;    /* stage3-amd64-openrc-20260811T083102Z.tar.xz */
	uint64_t size; /* bytes, compressed; 0 where only the name is known */
};

void zol_stage_build_free(struct zol_stage_build *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_build, struct zol_stage_build, zol_stage_build_free);

struct zol_stage_index {
	int64_t ts; /* when the index was written, seconds since 1970 */
	struct zol_stage_build *builds;
	size_t nbuilds;
};

void zol_stage_index_free(struct zol_stage_index *x) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_index, struct zol_stage_index, zol_stage_index_free);

/* Seconds since 1970 of "20260811T083102Z"; false when it is no valid date of that form. */
bool zol_stage_stamp_time(struct zol_span stamp, int64_t *ret) ZOL_NONNULL(2);

/* "stage3-<sub>-<stamp>.tar.(xz|zst|bz2|gz)" taken apart; ZOL_MALFORMED names what is wrong. */
int zol_stage_name_parse(struct zol_span file, struct zol_stage_build *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The mirror's directory for an architecture or subarchitecture: i686 -> x86, armv7a_hardfp -> arm. */
const char *zol_stage_arch_dir(const char *arch) ZOL_NONNULL(1);

/*
 * The <sub> that a configured architecture and a wanted variant mean, appended to out:
 * ("amd64", "openrc") -> amd64-openrc, ("amd64", "x32-openrc") -> x32-openrc,
 * ("x86", "openrc") -> i686-openrc; "stage3-amd64-openrc" and "amd64-openrc" are understood too.
 * ZOL_USAGE when the result could be no part of a file name.
 */
int zol_stage_sub(const char *arch, const char *variant, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * Parses the signed text of an index. CRLF, trailing blanks and unknown "#" lines pass; anything
 * else that is no build line (absolute or nested paths, "..", a name whose stamp is not its
 * directory's, size 0, missing or above ZOL_STAGE_SIZE_MAX, no or two ts) is ZOL_MALFORMED
 * with the number of the line.
 */
int zol_stage_index_parse(struct zol_span text, struct zol_stage_index *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The newest build of a sub in an index, or NULL. Owned by x. */
const struct zol_stage_build *zol_stage_index_find(const struct zol_stage_index *x, const char *sub) ZOL_NONNULL(1, 2);
