/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Symbols of kernel modules from their files, placed by the addresses of their sections: for what
 * /proc/kallsyms did not list any more, or could not show.
 */

#include "core/kallsyms.h"
#include "core/modmap.h"
#include "sys/flame_images.h"

struct zol_flame_modules {
	const char *release;          /* whose modules, by modules.dep below /lib/modules/RELEASE of the images' root */
	const struct zol_modmap *map; /* where they were; a build-id in it must be that of the file */
	struct zol_strv files;        /* out: modules whose files were read, each with its path behind it */
	struct zol_strv others;       /* out: modules of which there is only a file of another build */
};

void zol_flame_modules_free(struct zol_flame_modules *mods) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(flame_modules, struct zol_flame_modules, zol_flame_modules_free);

/*
 * Adds what the files of the modules hold (plain, or compressed by gzip, xz, zstd or bzip2) to k, and
 * sorts. Code of .init sections, which is freed once a module runs, is added where nothing else is known. m
 * keeps the bytes of the files.
 */
int zol_flame_modules(struct zol_images *m, struct zol_flame_modules *mods, struct zol_kallsyms *k, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
