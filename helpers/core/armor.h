/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * ASCII armor of OpenPGP (RFC 9580 section 6): base64 between BEGIN and END lines, with an
 * optional CRC24. gpgv takes no armored keyring, so keys are decoded here; signatures are too,
 * so that gpgv sees exactly one object.
 */

#include "base/str.h"

enum zol_armor_kind {
	ZOL_ARMOR_KEYS,      /* PGP PUBLIC KEY BLOCK: any number, text between blocks is ignored */
	ZOL_ARMOR_SIGNATURE, /* PGP SIGNATURE: exactly one, nothing but blank lines around it */
};

/* Does the text hold an armored block at all? (A binary keyring does not.) */
bool zol_armor_is(struct zol_span text);

/*
 * Appends the decoded bytes. ZOL_MALFORMED, with the number of the line, for bad base64, a wrong
 * checksum, an unclosed, missing, unexpected or second block.
 */
int zol_armor_decode(struct zol_span text, enum zol_armor_kind kind, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4);
