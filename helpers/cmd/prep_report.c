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

/* Lines and tabs stay. */
static void add_safe(struct zol_str *to, struct zol_span text)
{
	struct zol_span part = zol_span(text.ptr, 0);

	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : '\0';

		if (c && c != '\n' && c != '\t') {
			part.len++;
			continue;
		}
		ZOL_AUTO(free) char *plain = zol_span_dup(part);

		to->oom |= !plain;
		if (plain)
			zol_text_escape(to, plain);
		if (i < text.len && c)
			zol_str_putc(to, c);
		else if (i < text.len)
			zol_str_puts(to, "\\x00");
		part = zol_span(text.ptr + i + 1, 0);
	}
}

int zol_prep_print(const struct zol_cli *cli, const struct zol_prep_plan *plan, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, safe = ZOL_STR_INIT;
	const struct zol_str *all = cli->out.width_out ? &safe : &text;
	int r = zol_prep_show(plan, &text, err);

	if (r == 0 && cli->out.width_out && text.len)
		add_safe(&safe, zol_span_str(&text));
	if (r == 0)
		r = zol_str_check(all, err);
	if (r == 0 && fwrite(zol_str_c(all), 1, all->len, cli->out.out) != all->len)
		r = zol_err_sys(err, "standard output");
	return r;
}
