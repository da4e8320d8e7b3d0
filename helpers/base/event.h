/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How code below cmd/ tells what it is doing: it never prints. All members may be NULL; call
 * through the zol_ev_* functions. Whoever owns the terminal binds them (base/progress.h).
 */

#include <stdint.h>

#include "base/str.h"

enum zol_unit {
	ZOL_UNIT_COUNT, /* things: files, objects, tests */
	ZOL_UNIT_BYTES,
};

enum zol_level {
	ZOL_LEVEL_DEBUG, /* shown with -vv */
	ZOL_LEVEL_INFO,  /* shown with -v */
	ZOL_LEVEL_NOTE,  /* shown unless -q */
	ZOL_LEVEL_WARN,  /* always shown */
};

struct zol_events {
	void *ctx;
	/* A stage begins: a short name ("download"), how much there is (0: unknown), in what unit. */
	void (*stage)(void *ctx, const char *name, uint64_t total, enum zol_unit unit);
	/* done of the present stage's total. Called often; cheap. */
	void (*progress)(void *ctx, uint64_t done);
	void (*note)(void *ctx, enum zol_level level, const char *text);
};

void zol_ev_stage(const struct zol_events *ev, const char *name, uint64_t total, enum zol_unit unit);
void zol_ev_progress(const struct zol_events *ev, uint64_t done);
void zol_ev_note(const struct zol_events *ev, enum zol_level level, const char *fmt, ...) ZOL_PRINTF(3, 4);

/*
 * A step of some work, whose own parts are not told apart: whatever stages it (or a child of ours)
 * reports carry the step's name. The struct must outlive the events.
 */
struct zol_ev_step {
	struct zol_events to;
	const char *name;
};

struct zol_events zol_ev_step_events(struct zol_ev_step *step) ZOL_NONNULL(1);
