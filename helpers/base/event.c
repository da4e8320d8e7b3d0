/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/event.h"

void zol_ev_stage(const struct zol_events *ev, const char *name, uint64_t total, enum zol_unit unit)
{
	if (ev && ev->stage)
		ev->stage(ev->ctx, name, total, unit);
}

void zol_ev_progress(const struct zol_events *ev, uint64_t done)
{
	if (ev && ev->progress)
		ev->progress(ev->ctx, done);
}

void zol_ev_note(const struct zol_events *ev, enum zol_level level, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	if (!ev || !ev->note)
		return;
	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	ev->note(ev->ctx, level, zol_str_c(&text));
}

static void step_stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	const struct zol_ev_step *s = ctx;

	(void)name;
	zol_ev_stage(&s->to, s->name, total, unit);
}

static void step_progress(void *ctx, uint64_t done)
{
	zol_ev_progress(&((const struct zol_ev_step *)ctx)->to, done);
}

static void step_note(void *ctx, enum zol_level level, const char *text)
{
	zol_ev_note(&((const struct zol_ev_step *)ctx)->to, level, "%s", text);
}

struct zol_events zol_ev_step_events(struct zol_ev_step *step)
{
	return (struct zol_events){ step, step_stage, step_progress, step_note };
}
