/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* argv to a module, an action and its filled args structure. Used by zol_cli_main(); its own header for the tests. */

#include "cli/cli.h"

/* What the global options wrote: the structure behind zol_cli_global_opts(). */
struct zol_switches {
	const char *config;
	const char *guest;
	const char *color;    /* always, never, auto or NULL */
	uint64_t progress_fd; /* UINT64_MAX: not given */
	bool dry_run, json, help, version;
	bool quiet, verbose; /* only while an option is read: they become verbosity */
	int verbosity;       /* -1, 0, 1 .. 3; the last of -q and -v counts */
};

struct zol_parsed {
	struct zol_switches sw;
	const struct zol_module *module; /* how far the command was found; NULL: not yet */
	const struct zol_action *action;
	void *args; /* of the action: zeroed, filled, released by zol_parsed_free() */
};

/*
 * Parses argv[1..]. On failure (ZOL_USAGE with a hint) *ret tells how far it came, so that the
 * error can be printed as the options seen so far say; release it in any case. With --help or
 * --version parsing ends early, and no operand or flag is checked. The strings in the args
 * structure point into argv.
 */
int zol_parse(const struct zol_table *table, int argc, char *const *argv, struct zol_parsed *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);
void zol_parsed_free(struct zol_parsed *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(parsed, struct zol_parsed, zol_parsed_free);

/* The word that was typed, as it can be shown in a message: escaped, and cut when it is long. */
void zol_cli_quote(struct zol_str *s, const char *word) ZOL_NONNULL(1, 2);
