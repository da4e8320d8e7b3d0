/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/vm_reload.h"

#include "base/num.h"
#include "base/progress.h"
#include "cmd/vm.h"

struct row {
	const char *const *pools, *const *modules, *const *holders;
	const char *before, *after;
	bool same, done;
	uint64_t ms_export, ms_unload, ms_load, ms_import;
};

static const struct zol_col cols[] = {
	ZOL_COL("done", NULL, BOOL, struct row, done),
	ZOL_COL("before", "before", STR, struct row, before),
	ZOL_COL("after", "after", STR, struct row, after),
	ZOL_COL("same", NULL, BOOL, struct row, same),
	ZOL_COL("pools", "pools", LIST, struct row, pools),
	ZOL_COL("modules", "modules", LIST, struct row, modules),
	ZOL_COL("holders", NULL, LIST, struct row, holders),
	ZOL_COL("export_ms", "export", DURATION, struct row, ms_export),
	ZOL_COL("unload_ms", "unload", DURATION, struct row, ms_unload),
	ZOL_COL("load_ms", "load", DURATION, struct row, ms_load),
	ZOL_COL("import_ms", "import", DURATION, struct row, ms_import),
};

static int print(struct zol_cli *cli, const struct zol_reloaded *r, bool done, struct zol_err *err)
{
	const struct row row = { .pools = zol_strv_list(&r->pools),
				 .modules = zol_strv_list(&r->modules),
				 .holders = zol_strv_list(&r->holders),
				 .before = r->before,
				 .after = r->after,
				 .same = r->same,
				 .done = done,
				 .ms_export = r->ms_export,
				 .ms_unload = r->ms_unload,
				 .ms_load = r->ms_load,
				 .ms_import = r->ms_import };
	char took[ZOL_NUM_TEXT];

	for (size_t i = 0; i < r->holders.len; i++) {
		ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

		zol_text_escape(&line, r->holders.v[i]);
		zol_out_warn(&cli->out, "%s", zol_str_c(&line));
	}
	if (done)
		zol_out_info(&cli->out, "ZFS %s is loaded%s, %zu pools, in %s", r->after ? r->after : "?",
			     r->same ? " (the same as before)" : "", r->pools.len,
			     zol_num_fmt_duration(r->ms_export + r->ms_unload + r->ms_load + r->ms_import, took));
	return cli->out.json ? zol_record_print(&cli->out, cols, ZOL_COUNT(cols), &row, err) : 0;
}

int zol_cmd_vm_reload(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_reload_args *a = args;
	const struct zol_reload how = { .force = a->force, .no_import = a->no_import };
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(p, &cli->out);
	ZOL_AUTO(reloaded) struct zol_reloaded r = { 0 };
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	int rc;

	if (zol_vm_link_ready(cli, &l, err) < 0)
		return -(int)err->code;
	rc = zol_vm_reload_run(&l, &how, &ev, &r, err);
	zol_progress_hide(p);
	if (rc < 0)
		return rc;
	return print(cli, &r, rc == 0, err) ? -(int)err->code : rc;
}
