/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/prep_report.h"
#include "base/rows.h"

static const char *const states[] = {
	[ZOL_PREP_CURRENT] = "current", [ZOL_PREP_CHANGE] = "changed",  [ZOL_PREP_KEPT] = "kept",
	[ZOL_PREP_WARN] = "warning",    [ZOL_PREP_PROBLEM] = "problem",
};

struct row {
	const char *path, *state, *text;
};

static const struct zol_col cols[] = {
	ZOL_COL("path", "PATH", STR, struct row, path),
	ZOL_COL("state", "STATE", STR, struct row, state),
	ZOL_COL("text", "WHAT", STR, struct row, text),
};

int zol_prep_report(const struct zol_cli *cli, const struct zol_prep_plan *plan, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int worst = 0;

	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; i < plan->nitems; i++) {
		const struct zol_prep_item *item = &plan->items[i];
		const struct row row = { item->path, states[item->state], item->text };

		worst = worst || item->state == ZOL_PREP_PROBLEM;
		if (cli->out.json)
			zol_rows_add(&rows, &row);
		else if (item->state == ZOL_PREP_CURRENT)
			zol_out_verbose(&cli->out, "%s: %s", item->path, item->text);
		else if (item->state == ZOL_PREP_CHANGE)
			zol_out_info(&cli->out, "%s: %s", item->path, item->text);
		else
			zol_out_warn(&cli->out, "%s: %s", item->path, item->text);
	}
	int r = cli->out.json ? zol_rows_end(&rows, err) : 0;

	return r < 0 ? r : worst;
}
