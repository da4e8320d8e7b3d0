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

/*
 * The same for work that only reads and writes an output (a file; NULL and "-" are none): what can be
 * written are the directory that it is in and the n directories of dirs. Besides, no TCP
 * connection is made (Linux 6.7), and of root's capabilities only those over files and over the
 * kernel's symbols (capabilities(7): CAP_CHOWN, CAP_FOWNER, CAP_DAC_*, CAP_SYSLOG) are kept.
 * Directories that are not there are left out.
 */
struct zol_fence_reader {
	const char *output;
	const char *const *dirs; /* at most ZOL_FENCE_DIRS */
	size_t n;
};
#define ZOL_FENCE_DIRS 4U
int zol_fence_reader_raise(const struct zol_fence_reader *r, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
