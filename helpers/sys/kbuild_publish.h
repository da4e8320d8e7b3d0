/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The results of a kernel build, switched as a whole. Part of sys/kbuild. */

#include "core/krecord.h"

struct zol_kresults {
	const char *dir;   /* where `current` is */
	const char *build; /* the O= directory */
	const char *image; /* of the boot image, relative to build: arch/x86/boot/bzImage */
	const struct zol_krecord *record;
};

/*
 * Copies image, vmlinux, System.map and .config with the record into a new directory and makes
 * `current` point to it; removes older ones. Whoever follows the links sees all old or all new.
 */
int zol_kbuild_publish(const struct zol_kresults *r, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Whether all results that a record speaks of are there. */
bool zol_kbuild_complete(const char *dir) ZOL_NONNULL(1);
