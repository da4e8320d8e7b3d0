/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the actions of src share. */

#include "cmd/src.h"
#include "sys/src_owner.h"
#include "wrap/git.h"

/*
 * The directory that --repo means: that of src.checkouts with this name, else the word itself;
 * NULL: the current directory. Appended.
 */
int zol_src_where(const struct zol_cli *cli, const char *repo, struct zol_str *dir, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* When repo named none and none was found: the error with the way to name one. */
int zol_src_nowhere(const char *repo, struct zol_err *err) ZOL_NONNULL(2);

/* Becomes its owner for good when we are root, and opens it. */
int zol_src_open(const struct zol_cli *cli, const char *repo, struct zol_git **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
