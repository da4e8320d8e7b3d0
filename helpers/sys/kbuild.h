/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Builds a guest's kernel. All lives in one directory of the guest's state:
 *
 *	lock                held while building
 *	build/              the O= directory
 *	build.log           of the last run
 *	image-XXXXXX/       what a build made; `current` is a link to the present one, renamed into place
 *	bzImage vmlinux System.map config release kernel.ini    links through `current`
 *
 * Killed at any moment, it leaves the results of the build before; the next run goes on from there.
 */

#include "core/kconfig_frag.h"
#include "core/krecord.h"
#include "sys/kbuild_chroot.h"
#include "sys/kmerge.h"

struct zol_kbuild {
	const char *source;     /* as asked for: tree or archive */
	const char *cache;      /* [paths] cache: archives are unpacked below */
	const char *dir;        /* the state directory, <state>/guests/NAME/kernel */
	const char *build;      /* the O= directory; NULL: dir/build */
	const char *guest_root; /* modules go into its /lib/modules; NULL: nowhere */
	const char *base;
	const char *names; /* of the fragments, for the record */
	const struct zol_kfrags *settings;
	/* The .config as somebody else has merged it, for the tree's conf to go over; NULL: conf does all. */
	const struct zol_str *config;
	/* Told when conf is done, before anything is compiled; may be NULL. */
	void (*configured)(void *ctx, const struct zol_kmerged *merged);
	void *ctx;
	const char *arch;
	uint64_t jobs;
	bool ccache;
	bool force;                 /* make even when nothing changed */
	struct zol_kchroot *chroot; /* where make runs; its directories are filled in. NULL: here */
};

/* The settings that did not survive, or why nothing had to be done. */
struct zol_kbuilt {
	struct zol_krecord record;
	struct zol_kmerged merged; /* when a merge was done */
	struct zol_strv errors;    /* what failed, from make */
};

void zol_kbuilt_free(struct zol_kbuilt *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kbuilt, struct zol_kbuilt, zol_kbuilt_free);

/*
 * Returns 0 when it was built, 1 when all was current already, 2 when a setting did not survive
 * (ret->merged names them; nothing was built), or a failure (ZOL_CHILD: make; ret->errors has lines).
 */
int zol_kbuild_run(const struct zol_kbuild *job, const struct zol_events *ev, struct zol_kbuilt *ret,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* Appends what would be done, one step a line. */
int zol_kbuild_plan(const struct zol_kbuild *job, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Reads the record of the present results: 0, or 1 when there are none. */
int zol_kbuild_record(const char *dir, struct zol_krecord *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Puts modules (a directory with lib/modules/RELEASE, as modules_install makes it) into a guest's
 * /lib/modules, replacing those of the same release as a whole; what others put there (extra,
 * updates) is kept, and modules.dep knows it.
 */
int zol_kmodules_install(const char *staging, const char *release, const char *guest_root, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
