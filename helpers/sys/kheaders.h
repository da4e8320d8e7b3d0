/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is needed to build modules against a kernel (headers, makefiles, the tools that kbuild runs,
 * .config, Module.symvers), put into a guest as one tree: /usr/src/linux-RELEASE, with
 * /lib/modules/RELEASE/{build,source} and /usr/src/linux pointing to it. The choice of files is
 * that of the kernel's own packages (linux:scripts/package/builddeb, deploy_kernel_headers()).
 * Times of change are kept, so that what was built against the same kernel is not built anew.
 */

#include <stdbool.h>

#include "base/err.h"

struct zol_kheaders {
	const char *tree, *build; /* the source, and the O= directory that it was built in */
	const char *arch;         /* as below arch/ */
	const char *release;      /* as uname -r says */
	const char *guest_root;
};

/*
 * Replaces the tree of this release as a whole. A /usr/src/linux that is no link, or a link to
 * something that is no such tree of ours, stays as it is: then returns 1, else 0.
 */
int zol_kheaders_install(const struct zol_kheaders *h, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Whether the tree of this release and the link to it are there. */
bool zol_kheaders_there(const char *guest_root, const char *release) ZOL_NONNULL(1, 2);
