/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Names below a guest's root: of files of its configuration, of what is installed. root is one of zol_root_open(). */

#include "base/str.h"

/* /var/db/pkg, inside the root. */
#define ZOL_PORTAGE_VDB "var/db/pkg"

/* The names in a directory, sorted, but for hidden ones. Returns 0, or 1 when there is no such directory. */
int zol_portage_names(int root, const char *path, struct zol_strv *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* The part of a database directory's name ("zfs-9999") behind that of the package ("zfs"), if it is a version; else nothing. */
struct zol_span zol_portage_version(const char *pf, struct zol_span name) ZOL_NONNULL(1);

/* Whether any version of a package ("dev-util/ccache") is installed. */
bool zol_portage_has(int root, const char *package) ZOL_NONNULL(2);
