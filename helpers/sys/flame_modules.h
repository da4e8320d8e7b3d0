/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Symbols of kernel modules from their files, placed by the addresses of their sections: for what
 * /proc/kallsyms did not list any more, or could not show.
 */

#include "core/kallsyms.h"
#include "core/modmap.h"
#include "sys/flame_images.h"

/*
 * Adds what the files of the modules of map hold (found by modules.dep below /lib/modules/RELEASE of the
 * images' root; plain or .zst) to k, and sorts. Code of .init sections, which is freed once a module
 * runs, is added where nothing else is known. *ret_files: how many files were read. m keeps their bytes.
 */
int zol_flame_modules(struct zol_images *m, const char *release, const struct zol_modmap *map, struct zol_kallsyms *k,
		      size_t *ret_files, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);
