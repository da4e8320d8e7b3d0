/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_rename.h"
#include "sys/ktree.h"

#define RENAMES_MAX (1U << 20)

void zol_kernel_model_free(struct zol_kernel_model *m)
{
	zol_kloaded_free(&m->l);
	zol_kfrags_free(&m->settings);
	zol_str_free(&m->tree);
	zol_str_free(&m->base);
	zol_str_free(&m->text);
	zol_str_free(&m->renames);
	zol_str_free(&m->place);
}

int zol_kernel_read_renames(const struct zol_cli *cli, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(cli->settings->paths.conf, "kernel/renames.tsv");

	if (!path)
		return zol_err_oom(err);
	if (access(path, F_OK) < 0)
		return 0;
	return zol_read_file(path, RENAMES_MAX, out, err);
}

static int follow_renames(struct zol_cli *cli, struct zol_kernel_model *m, struct zol_err *err)
{
	struct zol_kfrags *f = &m->settings;

	for (size_t i = 0; i < f->len; i++) {
		const struct zol_ksym *s = zol_kconfig_find(&m->l.k, f->v[i].name);
		struct zol_span since;

		if (s && (s->flags & ZOL_KS_DEFINED))
			continue;
		s = zol_krename_find(&m->l.k, zol_span_str(&m->renames), f->v[i].name, &since);
		if (!s)
			continue;
		zol_out_info(&cli->out, "%s:%u: CONFIG_%s is called CONFIG_%s since %.*s", f->files.v[f->v[i].file],
			     f->v[i].line, f->v[i].name, s->name, (int)since.len, since.ptr);
		int rc = zol_kfrags_rename(f, i, s->name, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int zol_kernel_open(struct zol_cli *cli, const struct zol_kernel_open *o, struct zol_kernel_model *m,
		    struct zol_err *err)
{
	const struct zol_settings *s = cli->settings;
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	struct zol_events ev = zol_progress_events(p, &cli->out);
	int rc = zol_ktree_resolve(o->source ? o->source : s->kernel.source, s->paths.cache, &ev, &m->tree, err);

	m->options = (struct zol_kload_options){ .tree = zol_str_c(&m->tree),
						 .arch = zol_kernel_arch(cli, o->arch),
						 .cache = s->paths.cache,
						 .no_probes = o->no_probes };
	const struct zol_kernel_ask ask = { o->fragments, o->set, m->options.tree, m->options.arch, o->build };

	if (rc == 0)
		rc = zol_kernel_settings(cli, &ask, &m->settings, NULL, err);
	if (rc == 0)
		rc = zol_kload(&m->options, &m->l, err);
	if (rc == 0)
		rc = zol_kernel_read_renames(cli, &m->renames, err);
	if (rc == 0)
		rc = follow_renames(cli, m, err);
	if (rc == 0)
		rc = zol_kplan_base(&m->l, &m->options, o->base ? o->base : s->kernel.base, &m->base, err);
	return rc == 0 ? zol_kplan_apply(&m->l.k, &m->base, &m->settings, &m->text, err) : rc;
}

static const char *place(void *ctx, uint32_t mark)
{
	struct zol_kernel_model *m = ctx;

	if (!mark || mark > m->settings.len)
		return "the base";
	const struct zol_kset *s = &m->settings.v[mark - 1];

	zol_str_truncate(&m->place, 0);
	zol_str_printf(&m->place, "%s:%u", m->settings.files.v[s->file], s->line);
	return zol_str_c(&m->place);
}

struct zol_kwhy zol_kernel_why(struct zol_kernel_model *m, struct zol_strv *lines)
{
	return (struct zol_kwhy){ .k = &m->l.k, .place = place, .ctx = m, .lines = lines };
}

void zol_kernel_tell_differs(const struct zol_cli *cli)
{
	zol_out_warn(&cli->out, "the tree's conf makes another .config of this than zolkit does; conf's is taken. "
				"Please report it, with the fragments");
}

struct unmet_row {
	const char *symbol, *wanted, *got, *file, *cause, *why, *status, *by;
	uint64_t line;
	const char *const *reasons;
};

static const struct zol_col unmet_cols[] = {
	ZOL_COL("symbol", "SYMBOL", STR, struct unmet_row, symbol),
	ZOL_COL("wanted", "WANTED", STR, struct unmet_row, wanted),
	ZOL_COL("got", "GOT", STR, struct unmet_row, got),
	ZOL_COL("file", "FRAGMENT", STR, struct unmet_row, file),
	ZOL_COL("line", "LINE", U64, struct unmet_row, line),
	ZOL_COL("status", "STATUS", STR, struct unmet_row, status),
	ZOL_COL("by", NULL, STR, struct unmet_row, by),
	ZOL_COL("cause", "CAUSE", STR, struct unmet_row, cause),
	ZOL_COL("why", "WHY", STR, struct unmet_row, why),
	ZOL_COL("reasons", NULL, LIST, struct unmet_row, reasons),
};

static void unknown(const struct zol_kconfig *k, const struct zol_kset *w, struct zol_strv *lines)
{
	const char *near = zol_krename_nearest(k, w->name);

	if (near)
		zol_strv_addf(lines, "  this tree has no such symbol; did you mean %s?", near);
	else
		zol_strv_add(lines, "  this tree has no such symbol for this ARCH");
}

/* Two requests of which one forces what the other forbids. */
static int conflict(struct zol_kernel_model *m, const struct zol_kset *w, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv chain = ZOL_STRV_INIT;
	struct zol_kwhy why = zol_kernel_why(m, &chain);
	struct zol_ksym *s = zol_kconfig_find(&m->l.k, w->name);
	const struct zol_ksym *by = s ? zol_kwhy_forced(&why, s) : NULL;

	if (!by || !by->user_line)
		return 0;
	const struct zol_kset *b = &m->settings.v[by->user_line - 1];
	int rc = zol_err_set(
		err, ZOL_MALFORMED, 0, "%s:%u (CONFIG_%s=n) and %s:%u (CONFIG_%s=y) can never hold together",
		m->settings.files.v[w->file], w->line, w->name, m->settings.files.v[b->file], b->line, b->name);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (size_t i = 0; i < chain.len; i++)
		zol_str_printf(&text, "%s%s", i ? ", " : "", chain.v[i] + 4);
	if (w->why)
		zol_str_printf(&text, "; %s: %s", w->name, w->why);
	return text.oom ? rc : zol_err_hint(err, "%s", zol_str_c(&text));
}

static const char *reasons(struct zol_kernel_model *m, const struct zol_kset *w, struct zol_strv *lines)
{
	if (!m)
		return NULL;
	struct zol_kwhy why = zol_kernel_why(m, lines);
	enum zol_kcause c = zol_kwhy(&why, w->name, w->value);

	if (c == ZOL_KC_UNKNOWN)
		unknown(&m->l.k, w, lines);
	return zol_kcause_name(c);
}

/* What is not as it was asked for, but no failure: another request won, or it is y instead of m. */
static void tell_other(struct zol_cli *cli, const struct zol_kfrags *settings, const struct zol_kset *w,
		       const struct zol_kmerged *merged, struct zol_rows *rows)
{
	const struct zol_kset *last = zol_kfrags_find(settings, w->name);
	const struct zol_kset *got = zol_kfrags_find(&merged->config, w->name);
	struct unmet_row row = { .symbol = w->name,
				 .wanted = w->value,
				 .got = got ? got->value : "n",
				 .file = settings->files.v[w->file],
				 .line = w->line };

	if (last && last != w && strcmp(last->value, w->value) != 0) {
		ZOL_AUTO(free) char *by = zol_asprintf("%s:%u", settings->files.v[last->file], last->line);

		row.status = "overridden";
		row.by = by;
		zol_rows_add(rows, &row);
		zol_out_info(&cli->out, "%s:%u: CONFIG_%s=%s is overridden by %s (%s)", row.file, w->line, w->name,
			     w->value, by ? by : "?", last->value);
	} else if (last == w && zol_kset_judge(w->value, got ? got->value : NULL) == ZOL_KSTRONGER) {
		row.status = "stronger";
		zol_rows_add(rows, &row);
		zol_out_verbose(&cli->out, "%s:%u: CONFIG_%s=%s is %s: something selects it", row.file, w->line,
				w->name, w->value, row.got);
	}
}

int zol_kernel_report(struct zol_cli *cli, const struct zol_kfrags *settings, const struct zol_kmerged *merged,
		      struct zol_kernel_model *m, FILE *to, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int rc = 0;

	zol_rows_begin(&rows, &cli->out, unmet_cols, ZOL_COUNT(unmet_cols));
	for (size_t i = 0; i < settings->len; i++)
		tell_other(cli, settings, &settings->v[i], merged, &rows);
	for (size_t i = 0; i < merged->nunmet; i++) {
		const struct zol_kset *w = merged->unmet[i].want;
		const char *got = merged->unmet[i].got ? merged->unmet[i].got : "n";
		const char *file = settings->files.v[w->file];
		ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
		const char *cause = reasons(m, w, &lines);

		if (rc == 0 && m && settings == &m->settings && strcmp(w->value, "n") == 0)
			rc = conflict(m, w, err);
		zol_rows_add(&rows, &(struct unmet_row){ .symbol = w->name,
							 .wanted = w->value,
							 .got = got,
							 .file = file,
							 .cause = cause,
							 .why = w->why,
							 .status = "unmet",
							 .line = w->line,
							 .reasons = zol_strv_list(&lines) });
		if (cli->out.json)
			continue;
		fprintf(to, "%s:%u: CONFIG_%s=%s did not survive: it is %s%s%s%s\n", file, w->line, w->name, w->value,
			got, cause ? " (" : "", cause ? cause : "", cause ? ")" : "");
		for (size_t n = 0; n < lines.len; n++)
			fprintf(to, "%s\n", lines.v[n]);
		if (w->why)
			fprintf(to, "  wanted for: %s\n", w->why);
	}
	if (!cli->out.json)
		return rc;
	int printed = zol_rows_end(&rows, rc < 0 ? &(struct zol_err)ZOL_ERR_INIT : err);

	return rc < 0 ? rc : printed;
}
