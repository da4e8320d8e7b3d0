/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/lock.h"
#include "base/path.h"
#include "base/progress.h"
#include "cmd/kernel_common.h"
#include "core/strmap.h"
#include "sys/ktree.h"

#define LOCK_WAIT_MS 60000U

/* Without -O: one directory for each tree, so that conf is compiled once. */
static char *build_dir(const struct zol_cli *cli, const char *given, const char *tree)
{
	if (given)
		return realpath(given, NULL);
	return zol_asprintf("%s/kernel/conf-%016llx", cli->settings->paths.cache,
			    (unsigned long long)zol_fnv64(ZOL_FNV_SEED, tree, strlen(tree)));
}

static int write_result(struct zol_cli *cli, const char *output, const struct zol_kmerged *m, struct zol_err *err)
{
	if (output && strcmp(output, "-") != 0)
		return zol_write_file(output, m->text.ptr, m->text.len, 0644, err);
	if (fwrite(m->text.ptr, 1, m->text.len, cli->out.out) != m->text.len)
		return zol_err_sys(err, "cannot write the .config");
	return 0;
}

static int report(struct zol_cli *cli, const struct zol_kernel_merge_args *a, const struct zol_kfrags *settings,
		  const struct zol_kmerged *m, struct zol_err *err)
{
	bool to_stdout = !a->output || strcmp(a->output, "-") == 0;
	int rc = 0;

	/* With --json the report is the result, unless the .config has a file of its own. */
	if (!to_stdout || !cli->out.json)
		rc = write_result(cli, a->output, m, err);
	if (rc == 0)
		rc = zol_kernel_report(cli, settings, m, to_stdout && !cli->out.json, err);
	if (rc < 0)
		return rc;
	zol_out_info(&cli->out, "%zu settings: %zu as asked, %zu stronger, %zu overridden, %zu did not survive",
		     settings->len, m->met, m->stronger, m->overridden, m->nunmet);
	return m->nunmet ? 1 : 0;
}

int zol_kernel_merge(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_merge_args *a = args;
	const struct zol_settings *s = cli->settings;
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	struct zol_events ev = zol_progress_events(p, &cli->out);
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags settings = { 0 };
	ZOL_AUTO(kmerged) struct zol_kmerged merged = { 0 };
	int rc = zol_ktree_resolve(a->source ? a->source : s->kernel.source, s->paths.cache, &ev, &tree, err);

	if (rc < 0)
		return rc;
	const char *arch = zol_kernel_arch(cli, a->arch);
	const struct zol_kernel_ask ask = { &a->fragments, &a->set, zol_str_c(&tree), arch };

	rc = zol_kernel_settings(cli, &ask, &settings, NULL, err);
	if (rc < 0)
		return rc;
	ZOL_AUTO(free) char *build = build_dir(cli, a->build, zol_str_c(&tree));
	ZOL_AUTO(free) char *lock_path = build ? zol_asprintf("%s/.zolkit-lock", build) : NULL;

	if (!lock_path)
		return a->build && !build ? zol_err_sys(err, "%s", a->build) : zol_err_oom(err);
	rc = zol_mkdirs(build, 0755, err);
	if (rc < 0)
		return rc;
	ZOL_AUTO(fd) int lock = zol_lock_take(lock_path, "kernel merge", LOCK_WAIT_MS, err);

	if (lock < 0)
		return lock;
	const struct zol_kenv k = { .source = zol_str_c(&tree), .build = build, .arch = arch, .log = -1, .keep = lock };

	zol_ev_stage(&ev, "configure", 0, ZOL_UNIT_COUNT);
	rc = zol_kmerge_run(&k, build, a->base ? a->base : s->kernel.base, &settings, &merged, err);
	zol_progress_hide(p);
	return rc < 0 ? rc : report(cli, a, &settings, &merged, err);
}
