/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Progress of long work: one bar over weighted stages on a terminal, drawn at most ten times a
 * second with bytes, rate and time left; nothing when stderr is no terminal or with -q. On
 * progress_fd, one JSON object a line, at most ten a second and one at each change of stage:
 * {"stage":"download","done":123,"total":456,"unit":"bytes","overall":0.31}
 */

#include "base/out.h"

struct zol_weight {
	const char *stage; /* as in zol_ev_stage() */
	unsigned weight;   /* its share of the whole, in any unit: expected seconds, say */
};

struct zol_progress;

/*
 * Begins progress over the stages (copied; n may be 0: each stage is then a bar of its own).
 * Returns NULL when out of memory, which is harmless: all calls take NULL.
 */
struct zol_progress *zol_progress_new(const struct zol_out *out, const struct zol_weight *stages, size_t n)
	ZOL_MUST_CHECK ZOL_NONNULL(1);

/* The events that drive it, for handing to code below cmd/. Notes go to out. Valid as long as p. */
struct zol_events zol_progress_events(struct zol_progress *p, const struct zol_out *out) ZOL_NONNULL(2);

/* Takes the bar off the terminal, so that other text can be printed; the next update draws it again. */
void zol_progress_hide(struct zol_progress *p);

/* Ends and releases; the terminal line is cleared. */
void zol_progress_free(struct zol_progress *p);
ZOL_CLEANUP_PTR(progress, struct zol_progress *, zol_progress_free);

/* Reads one line as written on a progress_fd and passes it on to ev, for parents of our own programs. */
void zol_progress_relay(const struct zol_events *ev, struct zol_span line) ZOL_NONNULL(1);
