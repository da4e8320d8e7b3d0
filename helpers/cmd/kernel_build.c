/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/num.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_diff.h"
#include "sys/guest_tree.h"
#include "sys/kbuild.h"
#include "sys/ktree.h"

struct paths {
	char *dir, *guest_root;
	struct zol_str names, tree;
	struct zol_kfrags settings;
};

static void paths_free(struct paths *p)
{
	free(p->dir);
	free(p->guest_root);
	zol_str_free(&p->names);
	zol_str_free(&p->tree);
	zol_kfrags_free(&p->settings);
}
ZOL_CLEANUP_STRUCT(paths, struct paths, paths_free);

static const struct zol_col record_cols[] = {
	ZOL_COL("release", "release", STR, struct zol_krecord, release),
	ZOL_COL("source", "source", STR, struct zol_krecord, source),
	ZOL_COL("origin", "origin", STR, struct zol_krecord, origin),
	ZOL_COL("where", "where", STR, struct zol_krecord, where),
	ZOL_COL("base", "base", STR, struct zol_krecord, base),
	ZOL_COL("fragments", "fragments", STR, struct zol_krecord, fragments),
	ZOL_COL("build", "build", STR, struct zol_krecord, build),
	ZOL_COL("config_hash", "config hash", STR, struct zol_krecord, config_hash),
	ZOL_COL("date", "date", STR, struct zol_krecord, date),
	ZOL_COL("modules", "modules", U64, struct zol_krecord, modules),
	ZOL_COL("steps", NULL, U64, struct zol_krecord, steps),
	ZOL_COL("compile_time", "compile time", DURATION, struct zol_krecord, ms),
};

/* The guest's root when there is a guest; modules of a build without one stay in the build directory. */
static int find_paths(const struct zol_cli *cli, const struct zol_kernel_build_args *a, struct paths *p,
		      struct zol_err *err)
{
	const char *name = zol_kernel_guest(cli);

	if (!zol_name_ok(name))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no guest's name", name);
	p->dir = zol_asprintf("%s/guests/%s/kernel", cli->settings->paths.state, name);
	p->guest_root = zol_asprintf("%s/%s", cli->settings->paths.guests, name);
	if (!p->dir || !p->guest_root)
		return zol_err_oom(err);
	if (a->no_modules || access(p->guest_root, F_OK) < 0) {
		if (!a->no_modules)
			zol_out_verbose(&cli->out, "no guest at %s yet: its modules are not installed", p->guest_root);
		free(p->guest_root);
		p->guest_root = NULL;
	}
	return 0;
}

/* The merge on our own evaluator, and whether there is one. */
struct own {
	struct zol_cli *cli;
	struct zol_kernel_model m;
	bool known;
};

static void own_free(struct own *o)
{
	zol_kernel_model_free(&o->m);
}
ZOL_CLEANUP_STRUCT(own, struct own, own_free);

/* What goes to conf. A base that only the build directory has, or a tree that we cannot read, is left to conf alone. */
static int merge(struct zol_cli *cli, const struct zol_kernel_build_args *a, const char *tree, struct own *o,
		 struct zol_err *err)
{
	const char *base = a->base ? a->base : cli->settings->kernel.base;
	const struct zol_kernel_open open = { tree, base, a->arch, false, &a->fragments, &a->set, true };

	o->cli = cli;
	if (strcmp(base, "current") == 0)
		return 0;
	int rc = zol_kernel_open(cli, &open, &o->m, err);

	o->known = rc == 0;
	if (rc == 0 || err->code != ZOL_MALFORMED)
		return rc;
	zol_out_warn(&cli->out, "zolkit cannot read this tree, its conf merges alone: %s", zol_err_text(err));
	zol_err_clear(err);
	return 0;
}

/* The tree's conf has the last word; that it says something else is worth a word of ours. */
static void compare(void *ctx, const struct zol_kmerged *merged)
{
	struct own *o = ctx;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags ours = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges c = { 0 };
	const struct zol_str *text = &o->m.text;

	if (!o->known || (merged->text.len == text->len && memcmp(merged->text.ptr, text->ptr, text->len) == 0))
		return;
	zol_kernel_tell_differs(o->cli);
	if (zol_kfrags_add_config(&ours, "zolkit", zol_span_str(text), &ignored) < 0 ||
	    zol_kchanges_find(&ours, &merged->config, &c, &ignored) < 0)
		return;
	for (size_t i = 0; i < c.len; i++)
		zol_out_warn(&o->cli->out, "CONFIG_%s: zolkit says %s, conf %s", c.v[i].name,
			     c.v[i].from ? c.v[i].from : "nothing", c.v[i].to ? c.v[i].to : "nothing");
}

static int finish(struct zol_cli *cli, const struct zol_kbuild *job, int how, const struct zol_kbuilt *b,
		  struct zol_err *err)
{
	struct own *own = job->ctx;
	char took[ZOL_NUM_TEXT];

	if (how == 2) {
		int rc = zol_kernel_report(cli, job->settings, &b->merged, own->known ? &own->m : NULL, cli->out.err,
					   err);

		zol_out_warn(&cli->out, "%zu settings did not survive: nothing was built", b->merged.nunmet);
		return rc < 0 ? rc : 1;
	}
	if (how == 1)
		zol_out_already(&cli->out, "kernel %s is current: nothing to do", b->record.release);
	else
		zol_out_info(&cli->out, "kernel %s built in %s: %s/bzImage", b->record.release,
			     zol_num_fmt_duration(b->record.ms, took), job->dir);
	if (!cli->out.json)
		return 0;
	return zol_record_print(&cli->out, record_cols, ZOL_COUNT(record_cols), &b->record, err);
}

static const struct zol_weight weights[] = {
	{ "unpack", 15 }, { "configure", 5 }, { "compile", 300 }, { "modules", 2 }
};

static int build(struct zol_cli *cli, const struct zol_kbuild *job, struct zol_progress *p, struct zol_err *err)
{
	struct zol_events ev = zol_progress_events(p, &cli->out);
	ZOL_AUTO(kbuilt) struct zol_kbuilt built = { 0 };
	int rc = zol_kbuild_run(job, &ev, &built, err);

	zol_progress_hide(p);
	for (size_t i = 0; rc < 0 && i < built.errors.len; i++)
		zol_out_warn(&cli->out, "%s", built.errors.v[i]);
	if (rc < 0 && err->code == ZOL_CHILD)
		return zol_err_hint(err, "the whole log: %s/build.log", job->dir);
	return rc < 0 ? rc : finish(cli, job, rc, &built, err);
}

static int plan(struct zol_cli *cli, const struct zol_kbuild *job, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = zol_kbuild_plan(job, &text, err);

	if (rc == 0)
		fputs(zol_str_c(&text), cli->out.out);
	return rc;
}

/* How make gets into the guest, when it is to run there. */
struct chroot {
	struct zol_guest guest;
	struct zol_strv enter;
	struct zol_kchroot c;
};

static void chroot_free(struct chroot *in)
{
	zol_guest_free(&in->guest);
	zol_strv_free(&in->enter);
	zol_cleanup_fd(&in->c.root);
}
ZOL_CLEANUP_STRUCT(chroot, struct chroot, chroot_free);

static int inside(struct zol_cli *cli, struct chroot *in, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str front = ZOL_STR_INIT;
	const char *name = zol_kernel_guest(cli);
	int rc = zol_guest_need(cli->settings, name, &in->guest, err);

	if (rc == 0 && geteuid() != 0)
		rc = zol_err_set(err, ZOL_SYSTEM, EPERM, "--where chroot needs root");
	if (rc == 0)
		rc = zol_app_program("zolkit", &front, err);
	if (rc < 0)
		return rc;
	zol_strv_add(&in->enter, cli->globals.dry_run ? "zolkit" : zol_str_c(&front));
	if (cli->globals.config)
		zol_strv_addf(&in->enter, "--config=%s", cli->globals.config);
	zol_strv_addf(&in->enter, "--guest=%s", name);
	zol_strv_add(&in->enter, "--color=never");
	zol_strv_add(&in->enter, "chroot");
	zol_strv_add(&in->enter, "run");
	rc = zol_strv_check(&in->enter, err);
	in->c.enter = zol_strv_list(&in->enter);
	in->c.guest = name;
	in->c.root = rc < 0 ? rc : zol_guest_tree_look(&in->guest, err);
	return in->c.root < 0 ? in->c.root : 0;
}

int zol_cmd_kernel_build(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_build_args *a = args;
	const struct zol_settings *s = cli->settings;
	const char *source = a->source ? a->source : s->kernel.source;
	const char *arch = zol_kernel_arch(cli, a->arch);
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, weights, ZOL_COUNT(weights));
	struct zol_events ev = zol_progress_events(progress, &cli->out);
	ZOL_AUTO(paths) struct paths p = { 0 };
	ZOL_AUTO(own) struct own own = { .known = false };
	ZOL_AUTO(chroot) struct chroot in = { .c.root = -1 };
	struct zol_kernel_ask ask = { &a->fragments, &a->set, NULL, arch, true };
	int rc = find_paths(cli, a, &p, err);

	if (rc == 0 && a->where && strcmp(a->where, "chroot") == 0)
		rc = inside(cli, &in, err);
	/* A plan must not unpack: with an archive it counts the settings for any release. */
	if (rc == 0 && !(cli->globals.dry_run && zol_ktree_is_archive(source))) {
		rc = zol_ktree_resolve(source, s->paths.cache, &ev, &p.tree, err);
		ask.tree = zol_str_c(&p.tree);
	}
	if (rc == 0)
		rc = zol_kernel_settings(cli, &ask, &p.settings, &p.names, err);
	/* What depends on the compiler is for the guest's conf to say. */
	if (rc == 0 && !cli->globals.dry_run && in.c.root < 0)
		rc = merge(cli, a, zol_str_c(&p.tree), &own, err);
	if (rc < 0)
		return rc;
	const struct zol_kbuild job = {
		.source = source,
		.cache = s->paths.cache,
		.dir = p.dir,
		.build = a->output,
		.guest_root = p.guest_root,
		.base = a->base ? a->base : s->kernel.base,
		.names = zol_str_c(&p.names),
		.settings = own.known ? &own.m.settings : &p.settings,
		.config = own.known ? &own.m.text : NULL,
		.configured = compare,
		.ctx = &own,
		.arch = arch,
		.jobs = a->jobs ? a->jobs : s->kernel.jobs,
		.ccache = s->kernel.ccache && !a->no_ccache,
		.force = a->force,
		.chroot = in.c.root >= 0 ? &in.c : NULL,
	};

	return cli->globals.dry_run ? plan(cli, &job, err) : build(cli, &job, progress, err);
}
