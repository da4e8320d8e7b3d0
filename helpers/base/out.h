/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Output: results go to stdout, chatter to stderr, with the look of OpenRC (" * ", "[ ok ]").
 * One object is passed down from main; there are no globals. NO_COLOR, NOCOLOR (Portage's),
 * TERM=dumb and streams that are no terminals are honoured.
 */

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/event.h"
#include "base/str.h"

enum zol_color { ZOL_COLOR_AUTO, ZOL_COLOR_ALWAYS, ZOL_COLOR_NEVER };

struct zol_out {
	FILE *out;      /* results */
	FILE *err;      /* chatter */
	int verbosity;  /* -1 with -q, 0, 1 with -v, 2 with -vv */
	bool json;      /* results as JSON */
	bool color_out; /* colour on out / err */
	bool color_err;
	bool tty_err;    /* err is a terminal that can be drawn on */
	int width;       /* of err in columns; 80 when unknown */
	int width_out;   /* of out, where that is a terminal, else 0: a line may be as long as it is */
	int progress_fd; /* machine-readable progress, or -1 */
};

/* Sets up for the streams as the environment and the options say. The streams stay the caller's. */
void zol_out_init(struct zol_out *o, FILE *out, FILE *err, enum zol_color color) ZOL_NONNULL(1, 2, 3);

/* " * text" to err: green, yellow, red. Info is hidden with -q; warnings and errors never. */
void zol_out_info(const struct zol_out *o, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);
void zol_out_verbose(const struct zol_out *o, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);
void zol_out_warn(const struct zol_out *o, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);
/* "zolkit: message" with the hint on a line of its own, or with json {"error": {...}}. */
void zol_out_error(const struct zol_out *o, const struct zol_err *e) ZOL_NONNULL(1, 2);

/*
 * For a command that finds its work done already: says so like zol_out_info(), and writes the line
 * {"already":true} to progress_fd, for whoever runs it as a step.
 */
void zol_out_already(const struct zol_out *o, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);

/* Flushes stdout and reports what could not be written (full disk, closed pipe) as ZOL_SYSTEM. */
int zol_out_finish(const struct zol_out *o, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
