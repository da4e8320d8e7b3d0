/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Unified diff of two texts, as --dry-run prints it and patch(1) reads it. */

#include "base/str.h"

/*
 * Appends the difference with three lines of context; nothing when the texts are equal. A name of
 * NULL stands for a file that is not there (/dev/null). Texts that differ in more than some
 * thousand lines come out as one big replacement: right, only not minimal.
 */
int zol_udiff(struct zol_str *out, const char *old_name, struct zol_span old_text, const char *new_name,
	      struct zol_span new_text, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 6);
