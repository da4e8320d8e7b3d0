/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/path.h"
#include "base/progress.h"
#include "cmd/app.h"
#include "cmd/guest.h"
#include "cmd/prep_report.h"
#include "sys/guest_prepare.h"
#include "sys/guest_tree.h"

/* What is read from the host for a plan. */
struct inputs {
	struct zol_str resolv, agent, probe, plan;
	struct zol_journal journal;
};

static void cleanup_inputs(struct inputs *in)
{
	zol_str_free(&in->resolv);
	zol_str_free(&in->agent);
	zol_str_free(&in->probe);
	zol_str_free(&in->plan);
	zol_journal_free(&in->journal);
}

/* A program of ours, if it is installed. */
static int read_program(const char *name, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	int r = zol_app_program(name, &path, err);

	if (r == -ZOL_SYSTEM && err->errnum == ENOENT) {
		zol_err_clear(err);
		return 0;
	}
	return r < 0 ? r : zol_read_file(zol_str_c(&path), ZOL_READ_MAX, out, err);
}

static int read_if_there(const char *path, struct zol_str *out, struct zol_err *err)
{
	int r = zol_read_file(path, ZOL_READ_MAX, out, err);

	if (r == -ZOL_SYSTEM && (err->errnum == ENOENT || err->errnum == ENOTDIR)) {
		zol_err_clear(err);
		return 0;
	}
	return r;
}

static int read_plan(const struct zol_guest *g, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, "probe.plan");
	int r = path ? zol_exists(path, err) : zol_err_oom(err);

	if (r < 0)
		return r;
	if (r == 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "there is no plan of the probe for %s (%s)", g->name, path);
		return zol_err_hint(err, "zolkit -g %s vm probe writes it", g->name);
	}
	return zol_read_file(path, ZOL_READ_MAX, out, err);
}

static int gather(const struct zol_guest *g, bool from_probe, struct inputs *in, struct zol_err *err)
{
	int r = read_if_there("/etc/resolv.conf", &in->resolv, err);

	if (r == 0)
		r = read_program("zolkit-agent", &in->agent, err);
	if (r == 0)
		r = read_program("zolkit-probe", &in->probe, err);
	if (r == 0 && from_probe)
		r = read_plan(g, &in->plan, err);
	return r == 0 ? zol_guest_journal(g, NULL, &in->journal, err) : r;
}

int zol_guest_planned(const struct zol_cli *cli, const struct zol_guest *g, int root, bool from_probe,
		      struct zol_prep_plan *plan, struct zol_err *err)
{
	__attribute__((cleanup(cleanup_inputs))) struct inputs in = { 0 };
	const struct zol_settings *set = cli->settings;
	const struct zol_prep_view view = zol_guest_view(&root);
	struct zol_prep_want want = { .hostname = *set->guest.hostname ? set->guest.hostname : g->name,
				      .autologin = set->guest.autologin,
				      .tmp_size = set->guest.tmp_size,
				      .portage_tmp_size = set->guest.portage_tmp_size,
				      .from_probe = from_probe,
				      .today = (int64_t)time(NULL) / 86400,
				      .journal = &in.journal };
	int r = gather(g, from_probe, &in, err);

	if (r == 0)
		r = zol_guest_arch(root, &want.arch, err);
	if (r < 0)
		return r;
	want.resolv = zol_span_str(&in.resolv);
	want.probe_plan = zol_span_str(&in.plan);
	want.agent = (struct zol_prep_program){ "zolkit-agent", zol_span_str(&in.agent) };
	want.probe = (struct zol_prep_program){ "zolkit-probe", zol_span_str(&in.probe) };
	return zol_prep_plan(&view, &want, plan, err);
}

static int make_plan(const struct zol_cli *cli, const struct zol_guest *g, int *root,
		     const struct zol_guest_prepare_args *args, struct zol_prep_plan *plan, struct zol_err *err)
{
	ZOL_AUTO(journal) struct zol_journal journal = { 0 };
	const struct zol_prep_view view = zol_guest_view(root);
	int r;

	if (!args->undo)
		return zol_guest_planned(cli, g, *root, args->from_probe, plan, err);
	r = zol_guest_journal(g, NULL, &journal, err);
	return r < 0 ? r : zol_prep_undo(&view, &journal, plan, err);
}

/* The tree below an overlay must stay as it is: the kernel does not say what happens otherwise. */
static int not_below(const struct zol_cli *cli, const struct zol_guest *g, const struct zol_prep_plan *plan,
		     struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv clones = ZOL_STRV_INIT;
	int r = plan->nacts > 0 ? zol_guest_dependents(cli->settings, g, &clones, err) : 0;

	if (r < 0 || clones.len == 0)
		return r;
	(void)zol_err_set(err, ZOL_SYSTEM, EBUSY, "the tree of %s lies on that of %s, which must not change",
			  clones.v[0], g->name);
	return zol_err_hint(err, "zolkit guest remove %s first", clones.v[0]);
}

int zol_cmd_guest_prepare(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_prepare_args *args = args_;
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(fd) int lock = -1;
	ZOL_AUTO(fd) int root = -1;
	int r = args->undo && args->from_probe ?
			zol_err_set(err, ZOL_USAGE, 0, "--undo and --from-probe exclude each other") :
			zol_guest_need(cli->settings, zol_guest_chosen(cli, &args->name), &g, err);

	if (r < 0)
		return r;
	if (!cli->globals.dry_run)
		lock = zol_guest_lock(&g, args->undo ? "guest prepare --undo" : "guest prepare", err);
	if (lock < 0 && !cli->globals.dry_run)
		return zol_take_fd(&lock);
	root = zol_guest_tree_open(cli->settings, &g, err);
	if (root < 0)
		return zol_take_fd(&root);
	r = make_plan(cli, &g, &root, args, &plan, err);
	if (r < 0)
		return r;
	if (cli->globals.dry_run && !cli->out.json)
		return zol_prep_print(cli, &plan, err);
	r = cli->globals.dry_run ? 0 : not_below(cli, &g, &plan, err);
	if (r < 0)
		return r;
	if (!cli->globals.dry_run) {
		ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, NULL, 0);
		const struct zol_events ev = zol_progress_events(progress, &cli->out);

		r = zol_guest_apply(&g, root, &plan, args->undo, &ev, err);
	}
	if (r == 0)
		r = zol_prep_report(cli, &plan, err);
	if (r == 0 && plan.nacts == 0)
		zol_out_already(&cli->out,
				args->undo ? "nothing of guest %s is prepared" : "guest %s is prepared already",
				g.name);
	else if (r == 0 && !cli->globals.dry_run)
		zol_out_info(&cli->out, args->undo ? "guest %s is as it was" : "guest %s is prepared", g.name);
	return r;
}
