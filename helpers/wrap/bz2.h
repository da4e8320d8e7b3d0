/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* bzip2 files (libbz2), for the environment.bz2 of installed packages. */

#include "base/str.h"

/* Appends what the file unpacks to: one stream or several. ZOL_MALFORMED for bad or cut data, and for more than max bytes. */
int zol_bz2_unpack(struct zol_span data, size_t max, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4);
