/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the actions of the kernel module share. */

#include "cmd/kernel.h"
#include "core/settings.h"
#include "sys/kmerge.h"

/* The requests of a command: fragments (given, or those configured), the configured local version, --set. */
struct zol_kernel_ask {
	const struct zol_strv *fragments, *set;
	const char *tree; /* for @since and @until; NULL: all hold */
	const char *arch;
};

/* ret_names (may be NULL): the fragments' names, blank-separated. */
int zol_kernel_settings(const struct zol_cli *cli, const struct zol_kernel_ask *ask, struct zol_kfrags *ret,
			struct zol_str *ret_names, struct zol_err *err);

/* Where the fragments are. Owned by the caller; NULL when out of memory. */
char *zol_kernel_dir(const struct zol_cli *cli);

/* The name of the guest concerned. */
const char *zol_kernel_guest(const struct zol_cli *cli);

/* ARCH= : as given, or the guest's. */
const char *zol_kernel_arch(const struct zol_cli *cli, const char *given);

/* One line for each setting that did not survive: to stdout (rows, JSON) or, with chatter, to stderr. */
int zol_kernel_report(struct zol_cli *cli, const struct zol_kfrags *settings, const struct zol_kmerged *m, bool chatter,
		      struct zol_err *err);

int zol_kernel_merge(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_kernel_build(struct zol_cli *cli, const void *args, struct zol_err *err);
int zol_kernel_fragments(struct zol_cli *cli, const void *args, struct zol_err *err);
