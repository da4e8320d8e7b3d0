/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the compiler has inlined at a place in code: by the DWARF of modules, vmlinux and programs. */

#include "core/perffold.h"
#include "sys/flame_images.h"

struct zol_inliner;

/*
 * modules: names, each with its path below the root of images behind it; they must be the files that were
 * loaded. vmlinux, of the host, may be NULL. All are borrowed.
 */
int zol_inliner_new(struct zol_images *images, const struct zol_strv *modules, const char *vmlinux,
		    struct zol_inliner **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
void zol_inliner_free(struct zol_inliner *n);
ZOL_CLEANUP_PTR(inliner, struct zol_inliner *, zol_inliner_free);

/* The names of the functions inlined there, innermost first; how many (at most cap). They live as long as n. */
size_t zol_inliner_get(struct zol_inliner *n, const struct zol_perf_code *code, const char **names, size_t cap)
	ZOL_NONNULL(1, 2, 3);
