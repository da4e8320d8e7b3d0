/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/err.h"

/*
 * Puts a dump in its flattened form (core/flattened.h) together: the file becomes the dump itself, keeping its
 * mode, or stays as it was. A file of another form is left alone. ZOL_MALFORMED when it is broken off.
 */
int zol_unflatten(const char *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
