/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The events of the console classifier: what core/console_find.c feeds line by line. */

#include "core/console_priv.h"

#define ZOL_CONSOLE_CALLER 40U
#define ZOL_CONSOLE_RELEASE 65U

struct zol_console_symbol {
	char *name, *module, *place, *file;
	unsigned line;
};

/* The event that is open; its finding is the last one. */
struct zol_console_event {
	struct zol_finding v;
	enum zol_console_role role;
	uint64_t first, last; /* lines */
	bool body, die, ended;
	char caller[ZOL_CONSOLE_CALLER];
	struct zol_console_symbol counter, trace, doubtful;
};

struct zol_console_find {
	struct zol_console_prefilter *filter;
	struct zol_str pend; /* the line that is not complete */
	uint64_t lines, bytes;
	struct zol_finding found[ZOL_FINDINGS];
	size_t n;
	uint64_t dropped;
	struct zol_console_event e;
	bool open, changed;
	unsigned deep;                        /* lines left to read one by one */
	char release[ZOL_CONSOLE_RELEASE];    /* of the last kernel that began */
	bool booted, firmware, down, running; /* running: its first lines have times */
};

/* One line, or a piece of a very long one, without its LF. */
void zol_console_event_line(struct zol_console_find *f, struct zol_span line) ZOL_NONNULL(1);
/* The event that is open is complete. */
void zol_console_event_close(struct zol_console_find *f) ZOL_NONNULL(1);
void zol_console_event_free(struct zol_console_event *e) ZOL_NONNULL(1);
void zol_finding_free(struct zol_finding *v) ZOL_NONNULL(1);
