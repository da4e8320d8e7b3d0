/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/event.h"

#include "unit.h"

struct seen {
	struct zol_str log;
};

static void stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	zol_str_printf(&((struct seen *)ctx)->log, "stage %s %d %d;", name, (int)total, (int)unit);
}

static void progress(void *ctx, uint64_t done)
{
	zol_str_printf(&((struct seen *)ctx)->log, "progress %d;", (int)done);
}

static void note(void *ctx, enum zol_level level, const char *text)
{
	zol_str_printf(&((struct seen *)ctx)->log, "note %d %s;", (int)level, text);
}

UNIT(events_reach_the_listener)
{
	struct seen seen = { 0 };
	struct zol_events ev = { .ctx = &seen, .stage = stage, .progress = progress, .note = note };

	zol_ev_stage(&ev, "download", 9, ZOL_UNIT_BYTES);
	zol_ev_progress(&ev, 4);
	zol_ev_note(&ev, ZOL_LEVEL_WARN, "%s %d", "text", 3);
	assert_string_equal(zol_str_c(&seen.log), "stage download 9 1;progress 4;note 3 text 3;");
	zol_str_free(&seen.log);
}

UNIT(a_step_gives_its_name_to_the_stages_in_it)
{
	struct seen seen = { 0 };
	struct zol_ev_step step = { { .ctx = &seen, .stage = stage, .progress = progress, .note = note }, "fetch" };
	const struct zol_events ev = zol_ev_step_events(&step);

	zol_ev_stage(&ev, "download", 9, ZOL_UNIT_BYTES);
	zol_ev_progress(&ev, 4);
	zol_ev_stage(&ev, "verify", 2, ZOL_UNIT_COUNT);
	zol_ev_note(&ev, ZOL_LEVEL_INFO, "100%% of %s", "it");
	assert_string_equal(zol_str_c(&seen.log), "stage fetch 9 1;progress 4;stage fetch 2 0;note 1 100% of it;");
	zol_str_free(&seen.log);
}

UNIT(nobody_need_listen_to_all)
{
	struct seen seen = { 0 };
	struct zol_events some = { .ctx = &seen, .progress = progress };

	zol_ev_stage(NULL, "x", 0, ZOL_UNIT_COUNT);
	zol_ev_progress(NULL, 0);
	zol_ev_note(NULL, ZOL_LEVEL_NOTE, "x");
	zol_ev_stage(&some, "x", 0, ZOL_UNIT_COUNT);
	zol_ev_note(&some, ZOL_LEVEL_NOTE, "x");
	zol_ev_progress(&some, 1);
	some.progress = NULL;
	zol_ev_progress(&some, 2);
	assert_string_equal(zol_str_c(&seen.log), "progress 1;");
	zol_str_free(&seen.log);
}

UNIT_MAIN()
