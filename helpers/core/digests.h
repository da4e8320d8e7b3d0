/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * DIGESTS files: "# SHA512 HASH" and then "<hex>  <name>" lines, sections in any order
 * (gentoo/catalyst:catalyst/base/genbase.py iterates a set). Only the signed text is ever given here.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_DIGEST_SIZE 64U

/*
 * The SHA512 and BLAKE2B digests of exactly this file name. Both must be there, each once; a
 * missing or doubled one, a bad hex text, or a line outside a section is ZOL_MALFORMED. Sections of
 * other algorithms are skipped.
 */
int zol_digests_find(struct zol_span text, const char *name, uint8_t sha512[static ZOL_DIGEST_SIZE],
		     uint8_t blake2b[static ZOL_DIGEST_SIZE], struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 5);

/* Does the text say anything about this file name? */
bool zol_digests_has(struct zol_span text, const char *name) ZOL_NONNULL(2);
