/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A fence around work on what strangers sent: a mirror's answers, recordings and logs of a guest.
 * Landlock, where the kernel has it (5.13; the kernel's Documentation/userspace-api/landlock.rst);
 * it holds for root, too, and for every child.
 */

#include <stddef.h>

#include "base/err.h"

enum zol_fence {
	ZOL_FENCE_UP,   /* all that is described below */
	ZOL_FENCE_NONE, /* the kernel has no Landlock: only that no privilege is gained */
};

/*
 * From here on this process and its children write, make, rename and remove files only below the
 * directories named (which must exist) and write to /dev/null; mount nothing, gain no privilege by
 * set-user-ID programs, accept no TCP connection (Linux 6.7), signal no process outside (6.12). What
 * is open stays usable. There is no way back. Returns enum zol_fence, or a failure.
 */
int zol_fence_raise(const char *const *writable, size_t n, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3);
