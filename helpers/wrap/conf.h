/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Configuration files to struct zol_settings, by inih. Later ones win: the system's zolkit.conf,
 * zolkit.conf.d / *.conf in the order of their names, the user's zolkit.conf, the environment, the
 * command line. Either all of it is read or nothing is applied.
 *
 * inih (55) reads lines into 200 bytes and hands cut values on before it reports (with a wrong line
 * number, see its ini.c ini_parse_stream()); so the lines are counted and measured here, and a
 * line that it would cut is refused. An indented line continues the one before it: only lists
 * may be continued, and what looks like an indented "key = value" is refused.
 */

#include <sys/types.h>

#include "base/event.h"
#include "core/settings.h"

/* Where to read from. Every member may be NULL. */
struct zol_conf_sources {
	const char *config; /* read instead of all other files; must exist (also from ZOLKIT_CONFIG by the caller) */
	const char *system_dir; /* has zolkit.conf and zolkit.conf.d; neither must exist */
	const char *user_file;  /* need not exist; ignored with a warning when it is not to be trusted */
	const char *home;       /* what ~ is; NULL: paths with ~/ are refused */
	const char *data;       /* default of paths.conf instead of the row's */
	const char *guest;      /* --guest: sets guest.name */
	bool env;               /* the rows' environment variables count */
	const uid_t *owners;    /* besides root, who may own user_file */
	size_t nowners;
	const struct zol_events *ev;
};

struct zol_conf {
	struct zol_settings settings;
	char *origins[ZOL_SETTINGS_MAX]; /* by row: "FILE:LINE", "environment NAME", "option --guest"; NULL: the default */
	struct zol_strv files;           /* that were read, in order */
};

/*
 * Fills *ret (not initialised before). ZOL_USAGE with "FILE:LINE: ..." for an unknown section or key
 * (hint: the nearest), a wrong value, a line that is too long or is no key; ZOL_SYSTEM when a file
 * that exists cannot be read. On failure *ret is untouched.
 */
int zol_conf_load(const struct zol_conf_sources *from, struct zol_conf *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
void zol_conf_free(struct zol_conf *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(conf, struct zol_conf, zol_conf_free);

/* Reads one file on top of what c has; c is unchanged on failure. home as above. */
int zol_conf_read(struct zol_conf *c, const char *file, const char *home, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);
/* All defaults, for zol_conf_read(). */
int zol_conf_init(struct zol_conf *c, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
