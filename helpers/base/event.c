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
