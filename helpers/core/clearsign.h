/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The cleartext signature framework of OpenPGP (RFC 9580 section 7), as strict as apt's
 * SplitClearSignedFile (apt:apt-pkg/contrib/gpgv.cc) and stricter: the frame is the whole file.
 * gpg and gpgv accept text before and after the frame, so whoever reads the raw file reads
 * unsigned lines; here they are refused, and only the split-off text is ever parsed.
 */

#include "base/str.h"

struct zol_clearsign {
	struct zol_str text; /* what is signed: lines joined by LF, none at the end, blanks at ends of
				lines removed, dashes unescaped; verify it as a detached text signature */
	struct zol_str sig;  /* the signature, decoded */
};

void zol_clearsign_free(struct zol_clearsign *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(clearsign, struct zol_clearsign, zol_clearsign_free);

/*
 * Splits a file. ZOL_MALFORMED, with the number of the line, for anything before or after the
 * frame, a second frame, headers other than "Hash:", NUL bytes, bytes above 0x7f, control
 * characters, lines that begin with an unescaped dash, a missing end, a bad signature armor.
 */
int zol_clearsign_split(struct zol_span file, struct zol_clearsign *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
