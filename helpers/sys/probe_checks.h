/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The checks behind core/probe.h, run where the file system is mounted: in the guest, by the
 * static program zolkit-probe (libc only), or on the host.
 */

#include <errno.h>

#include "core/probe.h"

/*
 * Runs every check in a fresh directory below dir and appends a line for each to out. The
 * directory is removed again. Returns 0 (whatever the checks found), or ZOL_SYSTEM when dir
 * cannot be written to at all.
 */
int zol_probe_run(const char *dir, struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * A check: dir is the open scratch directory, each check uses names of its own in it. Returns
 * 0 (works), a positive errno of the step that failed, ZOL_CHECK_WRONG with *ret_why naming what
 * was wrong although every call succeeded, or ZOL_CHECK_SKIP with *ret_why naming what is missing.
 */
typedef int zol_probe_fn(int dir, const char **ret_why);

enum { ZOL_CHECK_WRONG = -1, ZOL_CHECK_SKIP = -2 };

struct zol_probe_check {
	const char *id; /* as in core/probe */
	zol_probe_fn *run;
};

/* The three groups of checks, each ended by a row with id NULL. */
extern const struct zol_probe_check zol_probe_unlinked[]; /* sys/probe_unlinked.c */
extern const struct zol_probe_check zol_probe_names[];    /* sys/probe_names.c */
extern const struct zol_probe_check zol_probe_data[];     /* sys/probe_data.c */

/* The errno of a call that returned -1, else 0. */
static inline int zol_probe_rc(long rc)
{
	return rc < 0 ? errno : 0;
}

/* Ends a check whose calls all succeeded with a wrong outcome. */
static inline int zol_probe_wrong(const char **ret_why, const char *text)
{
	*ret_why = text;
	return ZOL_CHECK_WRONG;
}

/* Makes a file with the text in it, open for reading and writing; the fd, or -1 with errno. */
int zol_probe_file(int dir, const char *name, const char *text) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
