/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One zolkit command that runs others as its steps: by argv, in processes of their own. */

#include "cli/cli.h"

/*
 * Runs "zolkit <our global options> ARGS..." to its end. What it writes to stdout is dropped, its
 * chatter is passed on as notes of ev, its progress is relayed to ev, and its error becomes err
 * (same code, message and hint), so that it is printed once. *ret_already tells whether it said
 * that there was nothing to do (zol_out_already()). Ended by SIGTERM when we are interrupted.
 */
int zol_self_run(const struct zol_cli *cli, const char *const *args, const struct zol_events *ev, bool *ret_already,
		 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* Adds the global options that say which configuration and which guest are meant, as they were given to us. */
void zol_self_globals(const struct zol_cli *cli, struct zol_strv *argv) ZOL_NONNULL(1, 2);

/* The same with what it writes to stdout going to a descriptor (or an enum zol_stdio of base/proc.h but a pipe). */
int zol_self_run_to(const struct zol_cli *cli, const char *const *args, int out, const struct zol_events *ev,
		    bool *ret_already, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5, 6);

/* Appends "zolkit <our global options> ARGS..." as a line of a shell: what a plan has, so that it can be pasted. */
void zol_self_line(const struct zol_cli *cli, const char *const *args, struct zol_str *out) ZOL_NONNULL(1, 2, 3);
