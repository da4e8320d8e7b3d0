/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_rename.h"
#include "sys/ktree.h"

struct explain_row {
	const char *symbol, *wanted, *now, *cause;
	const char *const *reasons;
};

static const struct zol_col cols[] = {
	ZOL_COL("symbol", "SYMBOL", STR, struct explain_row, symbol),
	ZOL_COL("wanted", "WANTED", STR, struct explain_row, wanted),
	ZOL_COL("now", "NOW", STR, struct explain_row, now),
	ZOL_COL("cause", "CAUSE", STR, struct explain_row, cause),
	ZOL_COL("reasons", NULL, LIST, struct explain_row, reasons),
};

static int unknown(struct zol_kernel_model *m, const char *name, struct zol_err *err)
{
	const struct zol_ksym *s = zol_krename_find(&m->l.k, zol_span_str(&m->renames), name, NULL);
	const char *near = s ? s->name : zol_krename_nearest(&m->l.k, name);

	zol_err_set(err, ZOL_USAGE, 0, "this tree has no CONFIG_%s for ARCH=%s", name, m->options.arch);
	return near ? zol_err_hint(err, s ? "it is called CONFIG_%s now" : "did you mean CONFIG_%s?", near) :
		      -ZOL_USAGE;
}

/* Returns 1 when the symbol is not what was asked for. */
static int one(struct zol_cli *cli, struct zol_kernel_model *m, const struct zol_kset *ask, bool with_value,
	       struct zol_rows *rows, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	struct zol_ksym *s = zol_kconfig_find(&m->l.k, ask->name);
	struct zol_kwhy why = zol_kernel_why(m, &lines);

	if (!s || !(s->flags & ZOL_KS_DEFINED))
		return unknown(m, ask->name, err);
	zol_kwhy_state(&why, s);
	bool tri = zol_ksym_is_tri(s);
	const char *want = with_value ? ask->value : tri ? "y" : NULL;
	enum zol_kcause c = want ? zol_kwhy(&why, ask->name, want) : ZOL_KC_MET;

	zol_rows_add(rows, &(struct explain_row){ ask->name, want, zol_ksym_text(&m->l.k, s), zol_kcause_name(c),
						  zol_strv_list(&lines) });
	for (size_t i = 0; !cli->out.json && i < lines.len; i++)
		fprintf(cli->out.out, "%s\n", lines.v[i]);
	return c != ZOL_KC_MET && c != ZOL_KC_STRONGER && with_value;
}

int zol_cmd_kernel_explain(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_explain_args *a = args;
	const struct zol_strv none = ZOL_STRV_INIT;
	const struct zol_kernel_open open = { a->source, a->base, a->arch, false, &a->fragments, &none, false };
	ZOL_AUTO(kernel_model) struct zol_kernel_model m = { 0 };
	ZOL_AUTO(kfrags) struct zol_kfrags asked = { 0 };
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int rc = 0, worst = 0;

	for (size_t i = 0; rc == 0 && i < a->symbols.len; i++)
		rc = zol_kfrags_add_word(&asked, "operand", a->symbols.v[i], err);
	if (rc == 0)
		rc = zol_kernel_open(cli, &open, &m, err);
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; rc >= 0 && i < asked.len; i++) {
		rc = one(cli, &m, &asked.v[i], strchr(a->symbols.v[i], '=') != NULL, &rows, err);
		worst = rc > worst ? rc : worst;
	}
	if (rc < 0)
		return rc;
	rc = cli->out.json ? zol_rows_end(&rows, err) : 0;
	return rc < 0 ? rc : worst;
}
