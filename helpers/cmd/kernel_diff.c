/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_diff.h"
#include "sys/ktree.h"

/* Two configurations and what tells wishes from their consequences. */
struct diff {
	struct zol_kernel_model m;
	struct zol_kfrags from, to;         /* all settings */
	struct zol_kfrags from_min, to_min; /* what does not follow from the rest (savedefconfig); without fragments */
	bool loaded, merged;
};

static void diff_free(struct diff *d)
{
	zol_kernel_model_free(&d->m);
	zol_kfrags_free(&d->from);
	zol_kfrags_free(&d->to);
	zol_kfrags_free(&d->from_min);
	zol_kfrags_free(&d->to_min);
}
ZOL_CLEANUP_STRUCT(diff, struct diff, diff_free);

/* A target of the tree (defconfig) unless there is a file of that name. */
static bool is_target(const char *name)
{
	return zol_kmerge_base_is_target(name) && access(name, F_OK) < 0;
}

/* Appends the text of an operand. */
static int read_operand(struct diff *d, const char *name, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;

	if (is_target(name))
		return zol_kplan_base(&d->m.l, &d->m.options, name, out, err);
	int rc = zol_kmerge_base_path(name, "", &path, err);

	return rc < 0 ? rc : zol_ktree_read_config(zol_str_c(&path), out, err);
}

static int minimal(struct diff *d, const char *name, const struct zol_str *text, struct zol_kfrags *ret,
		   struct zol_err *err)
{
	struct zol_kconfig *k = &d->m.l.k;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_str(text));
	zol_kconfig_settle(k);
	zol_kconfig_write_def(k, &out);
	int rc = zol_str_check(&out, err);

	return rc < 0 ? rc : zol_kfrags_add_config(ret, name, zol_span_str(&out), err);
}

/* Only needed to tell wishes from consequences, or for targets: without a tree both are not told. */
static int load_tree(struct zol_cli *cli, const struct zol_kernel_diff_args *a, struct diff *d, struct zol_err *err)
{
	const struct zol_settings *s = cli->settings;
	bool needed = a->source != NULL;

	for (size_t i = 0; i < a->configs.len; i++)
		needed |= is_target(a->configs.v[i]);
	if (!needed &&
	    (!*s->kernel.source || zol_ktree_is_archive(s->kernel.source) || access(s->kernel.source, F_OK) < 0))
		return 0;
	int rc = zol_ktree_resolve(a->source ? a->source : s->kernel.source, s->paths.cache, NULL, &d->m.tree, err);

	d->m.options = (struct zol_kload_options){ .tree = zol_str_c(&d->m.tree),
						   .arch = zol_kernel_arch(cli, a->arch),
						   .cache = s->paths.cache };
	if (rc == 0)
		rc = zol_kload(&d->m.options, &d->m.l, err);
	d->loaded = rc == 0;
	return rc;
}

static int two_files(struct zol_cli *cli, const struct zol_kernel_diff_args *a, struct diff *d, struct zol_err *err)
{
	struct zol_kfrags *const all[] = { &d->from, &d->to }, *const min[] = { &d->from_min, &d->to_min };
	int rc = load_tree(cli, a, d, err);

	for (size_t i = 0; rc == 0 && i < 2; i++) {
		const char *name = a->configs.v[i];
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		rc = read_operand(d, name, &text, err);
		if (rc == 0)
			rc = zol_kfrags_add_config(all[i], name, zol_span_str(&text), err);
		if (rc == 0 && d->loaded)
			rc = minimal(d, name, &text, min[i], err);
	}
	return rc;
}

/* A .config against what fragments make of it, or of another base. */
static int against_merge(struct zol_cli *cli, const struct zol_kernel_diff_args *a, struct diff *d, struct zol_err *err)
{
	const char *name = a->configs.v[0];
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_asprintf("%s%s", is_target(name) || strchr(name, '/') ? "" : "./", name);

	if (!path)
		return zol_err_oom(err);
	const char *base = a->base ? a->base : strcmp(name, "host") == 0 ? name : path;
	const struct zol_kernel_open open = { a->source, base, a->arch, false, &a->fragments, &a->set, false };
	int rc = zol_kernel_open(cli, &open, &d->m, err);

	d->merged = true;
	if (rc == 0)
		rc = zol_kfrags_add_config(&d->to, "merge", zol_span_str(&d->m.text), err);
	if (rc == 0)
		rc = read_operand(d, name, &text, err);
	if (rc == 0)
		rc = zol_kfrags_add_config(&d->from, name, zol_span_str(&text), err);
	/* Reading a target uses the model. */
	return rc < 0 ? rc : zol_kplan_apply(&d->m.l.k, &d->m.base, &d->m.settings, NULL, err);
}

struct row {
	const char *symbol, *from, *to, *kind, *place;
	const char *const *reasons;
};

static const struct zol_col cols[] = {
	ZOL_COL("symbol", "SYMBOL", STR, struct row, symbol),
	ZOL_COL("from", "FROM", STR, struct row, from),
	ZOL_COL("to", "TO", STR, struct row, to),
	ZOL_COL("kind", "KIND", STR, struct row, kind),
	ZOL_COL("place", "PLACE", STR, struct row, place),
	ZOL_COL("reasons", NULL, LIST, struct row, reasons),
};

/* Whether a change was asked for; *ret_place: by what, when a fragment did. */
static bool requested(struct diff *d, const char *name, char **ret_place)
{
	if (!d->merged)
		return !zol_kchanges_same(&d->from_min, &d->to_min, name);
	const struct zol_kset *s = zol_kfrags_find(&d->m.settings, name);

	if (s)
		*ret_place = zol_asprintf("%s:%u", d->m.settings.files.v[s->file], s->line);
	return s != NULL;
}

/* What brought a consequence about, in the model of the merge. */
static void consequence(struct diff *d, const char *name, struct zol_strv *lines)
{
	struct zol_kwhy why = zol_kernel_why(&d->m, lines);
	struct zol_ksym *s = d->merged ? zol_kconfig_find(&d->m.l.k, name) : NULL;

	if (s && (s->flags & ZOL_KS_DEFINED))
		zol_kwhy_state(&why, s);
}

static void print_change(struct zol_cli *cli, struct diff *d, const struct zol_kchange *c, struct zol_rows *rows)
{
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(free) char *place = NULL;
	bool known = d->loaded || d->merged, asked = known && requested(d, c->name, &place);
	const char *kind = !known ? NULL : asked ? "requested" : "consequential";

	if (known && !asked)
		consequence(d, c->name, &lines);
	zol_rows_add(rows, &(struct row){ c->name, c->from, c->to, kind, place, zol_strv_list(&lines) });
	if (cli->out.json)
		return;
	fprintf(cli->out.out, "CONFIG_%s: %s -> %s", c->name, c->from ? c->from : "-", c->to ? c->to : "-");
	if (kind)
		fprintf(cli->out.out, " (%s%s%s)", kind, place ? ", " : "", place ? place : "");
	fputc('\n', cli->out.out);
	/* The first line says what it is now. */
	for (size_t i = 1; cli->out.verbosity > 0 && i < lines.len; i++)
		fprintf(cli->out.out, "%s\n", lines.v[i]);
}

int zol_cmd_kernel_diff(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_diff_args *a = args;
	ZOL_AUTO(diff) struct diff d = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges changes = { 0 };
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	bool merge = a->fragments.len || a->set.len || a->base;

	if (a->configs.len == 1 && !merge)
		return zol_err_set(err, ZOL_USAGE, 0,
				   "with what? Name another .config, or --fragment, --set or --base");
	if (a->configs.len == 2 && merge)
		return zol_err_set(err, ZOL_USAGE, 0, "either two configurations, or one and a merge");
	int rc = merge ? against_merge(cli, a, &d, err) : two_files(cli, a, &d, err);

	if (rc == 0)
		rc = zol_kchanges_find(&d.from, &d.to, &changes, err);
	if (rc < 0)
		return rc;
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; i < changes.len; i++)
		print_change(cli, &d, &changes.v[i], &rows);
	rc = cli->out.json ? zol_rows_end(&rows, err) : 0;
	return rc < 0 ? rc : changes.len > 0;
}
