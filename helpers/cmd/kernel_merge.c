/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/lock.h"
#include "base/path.h"
#include "cmd/kernel_common.h"

#define LOCK_WAIT_MS 60000U

/* Without -O: one directory for each tree, so that conf is compiled once. */
static char *build_dir(const struct zol_cli *cli, const char *given, const char *tree)
{
	if (given)
		return realpath(given, NULL);
	return zol_asprintf("%s/kernel/conf-%016llx", cli->settings->paths.cache,
			    (unsigned long long)zol_fnv64(ZOL_FNV_SEED, tree, strlen(tree)));
}

/* The same by the tree's own conf. What it says wins. */
static int verify(struct zol_cli *cli, const char *given, struct zol_kernel_model *m, struct zol_kmerged *merged,
		  struct zol_err *err)
{
	ZOL_AUTO(free) char *build = build_dir(cli, given, m->options.tree);
	ZOL_AUTO(free) char *lock_path = build ? zol_asprintf("%s/.zolkit-lock", build) : NULL;
	ZOL_AUTO(kmerged) struct zol_kmerged theirs = { 0 };

	if (!lock_path)
		return given && !build ? zol_err_sys(err, "%s", given) : zol_err_oom(err);
	int rc = zol_mkdirs(build, 0755, err);

	if (rc < 0)
		return rc;
	ZOL_AUTO(free) char *base = zol_asprintf("%s/zolkit-base.config", build);

	if (!base)
		return zol_err_oom(err);
	ZOL_AUTO(fd) int lock = zol_lock_take(lock_path, "kernel merge", LOCK_WAIT_MS, err);

	if (lock < 0)
		return lock;
	const struct zol_kenv k = {
		.source = m->options.tree, .build = build, .arch = m->options.arch, .log = -1, .keep = lock
	};

	rc = zol_write_file(base, zol_str_c(&m->base), m->base.len, 0644, err);
	if (rc == 0)
		rc = zol_kmerge_run(&k, build, base, &m->settings, &theirs, err);
	if (rc < 0)
		return rc;
	if (theirs.text.len == m->text.len && memcmp(zol_str_c(&theirs.text), zol_str_c(&m->text), m->text.len) == 0)
		return 0;
	zol_kernel_tell_differs(cli);
	zol_kmerged_free(merged);
	*merged = theirs;
	theirs = (struct zol_kmerged){ 0 };
	return 0;
}

static int write_result(struct zol_cli *cli, const char *output, const struct zol_kmerged *m, struct zol_err *err)
{
	if (output && strcmp(output, "-") != 0)
		return zol_write_file(output, m->text.ptr, m->text.len, 0644, err);
	if (fwrite(m->text.ptr, 1, m->text.len, cli->out.out) != m->text.len)
		return zol_err_sys(err, "cannot write the .config");
	return 0;
}

/* What is none is not named; the parts make up the whole. */
static void tell_sum(const struct zol_cli *cli, size_t settings, const struct zol_kmerged *m)
{
	const struct {
		const char *what;
		size_t n;
	} parts[] = { { "stronger", m->stronger },
		      { "said again", m->repeated },
		      { "overridden", m->overridden },
		      { "did not survive", m->nunmet } };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_str_printf(&text, "%zu settings: %zu as asked", settings, m->met);
	for (size_t i = 0; i < ZOL_COUNT(parts); i++)
		if (parts[i].n)
			zol_str_printf(&text, ", %zu %s", parts[i].n, parts[i].what);
	zol_out_info(&cli->out, "%s", zol_str_c(&text));
}

static int report(struct zol_cli *cli, const struct zol_kernel_merge_args *a, struct zol_kernel_model *m,
		  const struct zol_kmerged *merged, struct zol_err *err)
{
	bool to_stdout = !a->output || strcmp(a->output, "-") == 0;
	int rc = 0;

	/* With --json the report is the result, unless the .config has a file of its own. */
	if (!to_stdout || !cli->out.json)
		rc = write_result(cli, a->output, merged, err);
	if (rc == 0)
		rc = zol_kernel_report(cli, &m->settings, merged, m, to_stdout ? cli->out.err : cli->out.out, err);
	if (rc < 0)
		return rc;
	tell_sum(cli, m->settings.len, merged);
	return merged->nunmet ? 1 : 0;
}

static int satisfy(struct zol_cli *cli, struct zol_kernel_model *m, struct zol_err *err)
{
	ZOL_AUTO(kernel_added) struct zol_kernel_added added = { 0 };
	int rc = zol_kernel_solve(cli, m, &added, err);

	for (size_t i = 0; rc == 0 && i < added.settings.len; i++)
		zol_out_info(&cli->out, "added CONFIG_%s for CONFIG_%s", added.settings.v[i], added.for_what.v[i]);
	return rc;
}

int zol_cmd_kernel_merge(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_merge_args *a = args;
	const struct zol_kernel_open open = { a->source, a->base, a->arch, a->no_probes, &a->fragments, &a->set, false };
	ZOL_AUTO(kernel_model) struct zol_kernel_model m = { 0 };
	ZOL_AUTO(kmerged) struct zol_kmerged merged = { 0 };
	int rc = zol_kernel_open(cli, &open, &m, err);

	if (rc < 0)
		return rc;
	if (a->satisfy)
		rc = satisfy(cli, &m, err);
	zol_str_add(&merged.text, m.text.ptr, m.text.len);
	if (rc == 0)
		rc = zol_str_check(&merged.text, err);
	if (rc == 0)
		rc = zol_kmerge_judge(&m.settings, &merged, err);
	if (rc == 0 && (a->verify || a->build))
		rc = verify(cli, a->build, &m, &merged, err);
	return rc < 0 ? rc : report(cli, a, &m, &merged, err);
}
