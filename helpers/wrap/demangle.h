/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Names of C++ functions, and of Rust's older scheme, as people write them: by __cxa_demangle of
 * libstdc++ (Itanium C++ ABI, 3.4), which is loaded when the first such name comes. Where it is not
 * installed names stay as they are.
 */

#include "base/str.h"

struct zol_demangle;

int zol_demangle_new(struct zol_demangle **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_demangle_free(struct zol_demangle *d);
ZOL_CLEANUP_PTR(demangle, struct zol_demangle *, zol_demangle_free);

/* Appends the plain name (Rust's without the hash at its end); false, and nothing, when it is no such name. */
bool zol_demangle_name(struct zol_demangle *d, const char *name, struct zol_str *out) ZOL_NONNULL(1, 2, 3);
