/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/str.h"

/*
 * Where a kernel's source comes from, to be named with what was measured on it: of a Git checkout "commit HASH", with
 * " and changes" when tracked files differ from it; of a tree or an archive that belongs to a package of Debian
 * "NAME VERSION". Git's files are read by git(1), which refuses those of other users; dir is the tree, source what was
 * given (the same, or an archive). Nothing is appended when neither is known; only ENOMEM and a signal are failures.
 */
int zol_korigin(const char *source, const char *dir, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
