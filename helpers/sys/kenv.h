/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* How the kernel's make is run: one place for its argv, environment, log and progress. */

#include <stdint.h>

#include "base/event.h"
#include "base/proc.h"
#include "core/kmake.h"

/* Runs a program to its end, here or elsewhere (in a guest's chroot); as zol_proc_run(). */
typedef int zol_krunner_fn(void *ctx, const struct zol_run *run, struct zol_run_result *ret, struct zol_err *err);

struct zol_kenv {
	const char *source;     /* the tree, as the runner sees it */
	const char *build;      /* the O= directory, likewise; absolute */
	const char *arch;       /* ARCH= */
	uint64_t jobs;          /* -j; 0: as many as there are processors */
	const char *ccache;     /* directory of ccache's links, put first in PATH; NULL: no ccache */
	const char *ccache_dir; /* CCACHE_DIR, unless the environment has one; NULL: ccache's own */
	const char *timestamp;  /* KBUILD_BUILD_TIMESTAMP: fixed, so that caches stay warm */
	int log;                /* descriptor of the log, or -1 */
	int keep;               /* descriptor that children hold too (the lock), or -1 */
	zol_krunner_fn *runner; /* NULL: zol_proc_run() */
	void *ctx;
};

/* The directory of links to ccache on this host, or NULL. */
const char *zol_kenv_ccache(void);

/* ARCH= for a machine or Gentoo arch name (x86_64, amd64, x86, aarch64 ...); NULL or unknown names: as they are. */
const char *zol_kenv_arch(const char *name);

/* The argv of make with these targets, also for plans. */
void zol_kenv_argv(const struct zol_kenv *k, const char *const *targets, struct zol_strv *ret_argv)
	ZOL_NONNULL(1, 2, 3);

/*
 * Runs make. Lines go to the log and are counted in *seen as steps, told to ev as progress beyond
 * what *seen had. Returns ZOL_CHILD when make fails; what failed is in seen->errors.
 */
int zol_kenv_make(const struct zol_kenv *k, const char *const *targets, const struct zol_events *ev,
		  struct zol_kmake *seen, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Runs make -s with one target and appends what it prints (without the last LF). */
int zol_kenv_ask(const struct zol_kenv *k, const char *target, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
