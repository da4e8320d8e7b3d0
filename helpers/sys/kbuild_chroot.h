/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The kernel's make inside a guest: its compiler, the host's sources. Everything is at the same place as
 * on the host, the sources read-only, so that paths in debugging information and in what make keeps
 * between two runs are right on both sides.
 */

#include "sys/kenv.h"

#define ZOL_KCHROOT_DIRS 4

struct zol_kchroot {
	const char *const *enter; /* argv that runs a command in the guest: "zolkit chroot run"; NULL-terminated */
	int root;                 /* of the guest's tree, zol_root_open() */
	const char *guest;        /* its name, for messages */
	/* Filled in by whoever builds: host directories that appear inside; NULL or missing ones do not. */
	const char *source, *dirs[ZOL_KCHROOT_DIRS];
	const char *ccache; /* in the guest, first in PATH; or NULL */
};

/* A zol_krunner_fn; ctx is a struct zol_kchroot. */
int zol_kchroot_run(void *ctx, const struct zol_run *run, struct zol_run_result *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* The argv of a command inside, also for plans. The environment is argv's env, as far as it concerns the build. */
void zol_kchroot_argv(const struct zol_kchroot *c, const char *const *argv, const char *const *env,
		      struct zol_strv *ret) ZOL_NONNULL(1, 2, 4);

/* The directory of links to ccache in the guest, or NULL. */
const char *zol_kchroot_ccache(const struct zol_kchroot *c) ZOL_NONNULL(1);

/* Mixes into seed what tells the guest's compiler from another one. ZOL_SYSTEM: it has none. */
int zol_kchroot_programs(const struct zol_kchroot *c, uint64_t *seed, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
