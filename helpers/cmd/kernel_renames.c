/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_moved.h"
#include "core/kconfig_rename.h"
#include "sys/ktree.h"

/* The two trees and the list that a human has looked at. */
struct renames {
	struct zol_str dir[2];
	struct zol_kloaded l[2];
	struct zol_str reviewed;
	struct zol_kmoveds found;
};

static void renames_free(struct renames *r)
{
	zol_kmoveds_free(&r->found);
	for (size_t i = 0; i < ZOL_COUNT(r->l); i++) {
		zol_kloaded_free(&r->l[i]);
		zol_str_free(&r->dir[i]);
	}
	zol_str_free(&r->reviewed);
}
ZOL_CLEANUP_STRUCT(renames, struct renames, renames_free);

/* What symbols exist does not hang on compilers: nothing is run. */
static int load(struct zol_cli *cli, const struct zol_kernel_renames_args *a, struct renames *r, struct zol_err *err)
{
	const struct zol_settings *s = cli->settings;
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	struct zol_events ev = zol_progress_events(p, &cli->out);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ZOL_COUNT(r->l); i++) {
		rc = zol_ktree_resolve(a->trees.v[i], s->paths.cache, &ev, &r->dir[i], err);
		if (rc < 0)
			break;
		const struct zol_kload_options o = { .tree = zol_str_c(&r->dir[i]),
						     .arch = zol_kernel_arch(cli, a->arch),
						     .no_probes = true };

		rc = zol_kload(&o, &r->l[i], err);
		if (rc < 0)
			return zol_err_wrap(err, "%s", a->trees.v[i]);
	}
	return rc;
}

/* Whether the list has a line for the name already. */
static bool is_reviewed(const struct zol_str *table, const char *name)
{
	struct zol_span rest = zol_span_str(table), line, old;

	while (zol_span_line(&rest, &line)) {
		while (line.len && (line.ptr[0] == '#' || line.ptr[0] == ' '))
			line = zol_span(line.ptr + 1, line.len - 1);
		if (memchr(line.ptr ? line.ptr : "", '\t', line.len) && zol_span_field(&line, "\t", &old) &&
		    zol_span_eq(old, name))
			return true;
	}
	return false;
}

struct row {
	const char *from, *to, *since, *same, *file, *new_file;
	uint64_t score;
	bool sure;
};

static const struct zol_col cols[] = {
	ZOL_COL("old", "OLD", STR, struct row, from),      ZOL_COL("new", "NEW", STR, struct row, to),
	ZOL_COL("since", "SINCE", STR, struct row, since), ZOL_COL("score", "SCORE", U64, struct row, score),
	ZOL_COL("same", "SAME", STR, struct row, same),    ZOL_COL("sure", NULL, BOOL, struct row, sure),
	ZOL_COL("old_file", NULL, STR, struct row, file),  ZOL_COL("new_file", NULL, STR, struct row, new_file),
};

/* Lines of the table; those that are not sure are comments until a human takes the mark away. */
static int propose(struct renames *r, struct zol_rows *rows, struct zol_str *out, struct zol_err *err)
{
	uint32_t version = r->l[1].version;
	ZOL_AUTO(free) char *since = zol_asprintf("%u.%u", version >> 20, (version >> 10) & 1023);
	bool first = true;

	if (!since)
		return zol_err_oom(err);
	for (size_t i = 0; i < r->found.len; i++) {
		const struct zol_kmoved *m = &r->found.v[i];
		ZOL_AUTO(str) struct zol_str same = ZOL_STR_INIT;
		bool sure = m->score >= ZOL_KMOVED_SURE;

		if (is_reviewed(&r->reviewed, m->from->name))
			continue;
		zol_kmoved_text(m->same, &same);
		zol_rows_add(rows, &(struct row){ m->from->name, m->to->name, since, zol_str_c(&same),
						  r->l[0].k.files[m->from->node->file],
						  r->l[1].k.files[m->to->node->file], m->score, sure });
		if (first)
			zol_str_printf(out, "# Proposed for %s: look at each; lines with \"# \" are not in force.\n",
				       since);
		first = false;
		zol_str_printf(out, "%s%s\t%s\t%s\t%u: the same %s\n", sure ? "" : "# ", m->from->name, m->to->name,
			       since, m->score, zol_str_c(&same));
	}
	return zol_str_check(out, err);
}

int zol_cmd_kernel_renames(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_renames_args *a = args;
	ZOL_AUTO(renames) struct renames r = { 0 };
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int rc = zol_kernel_read_renames(cli, &r.reviewed, err);

	if (rc == 0)
		rc = load(cli, a, &r, err);
	if (rc == 0)
		rc = zol_kmoveds_find(&r.l[0].k, &r.l[1].k, &r.found, err);
	if (rc < 0)
		return rc;
	zol_str_add(&out, zol_str_c(&r.reviewed), r.reviewed.len);
	if (out.len && out.ptr[out.len - 1] != '\n')
		zol_str_putc(&out, '\n');
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	rc = propose(&r, &rows, &out, err);
	if (rc == 0 && a->output)
		rc = zol_write_file(a->output, zol_str_c(&out), out.len, 0644, err);
	else if (rc == 0 && !cli->out.json)
		fputs(zol_str_c(&out), cli->out.out);
	if (rc == 0)
		zol_out_info(&cli->out, "%zu symbols of %s may have another name in %s", rows.nrows, a->trees.v[0],
			     a->trees.v[1]);
	return rc == 0 && cli->out.json ? zol_rows_end(&rows, err) : rc;
}
