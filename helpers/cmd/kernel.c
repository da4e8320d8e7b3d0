/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/kernel.h"

#include <sys/utsname.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "sys/ktree.h"

const struct zol_bind zol_binds_kernel[] = {
	{ "kernel", "merge", zol_cmd_kernel_merge },         { "kernel", "build", zol_cmd_kernel_build },
	{ "kernel", "fragments", zol_cmd_kernel_fragments }, { "kernel", "explain", zol_cmd_kernel_explain },
	{ "kernel", "check", zol_cmd_kernel_check },         { "kernel", "satisfy", zol_cmd_kernel_satisfy },
	{ "kernel", "diff", zol_cmd_kernel_diff },           { "kernel", "renames", zol_cmd_kernel_renames },
};
const size_t zol_nbinds_kernel = ZOL_COUNT(zol_binds_kernel);

char *zol_kernel_dir(const struct zol_cli *cli)
{
	return zol_path_join(cli->settings->paths.conf, "kernel");
}

const char *zol_kernel_guest(const struct zol_cli *cli)
{
	return cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;
}

const char *zol_kernel_arch(const struct zol_cli *cli, const char *given)
{
	const char *arch = given ? given : cli->settings->stage.arch;

	return zol_kenv_arch(arch && *arch ? arch : "x86");
}

static int add_localversion(const struct zol_cli *cli, struct zol_kfrags *ret, struct zol_err *err)
{
	const char *version = cli->settings->kernel.localversion;

	if (!version || !*version)
		return 0;
	if (strpbrk(version, "\"\\\n/ "))
		return zol_err_set(err, ZOL_USAGE, 0, "[kernel] localversion '%s' cannot be part of a release",
				   version);
	ZOL_AUTO(free) char *word = zol_asprintf("LOCALVERSION=\"%s\"", version);

	if (!word)
		return zol_err_oom(err);
	int rc = zol_kfrags_add_word(ret, "[kernel] localversion", word, err);

	return rc < 0 ? rc : zol_kfrags_add_word(ret, "[kernel] localversion", "LOCALVERSION_AUTO=n", err);
}

int zol_kernel_settings(const struct zol_cli *cli, const struct zol_kernel_ask *ask, struct zol_kfrags *ret,
			struct zol_str *ret_names, struct zol_err *err)
{
	const struct zol_strv *names = ask->fragments->len ? ask->fragments : &cli->settings->kernel.fragments;
	struct zol_ktarget target = { .version = 0, .arch = ask->arch };
	ZOL_AUTO(free) char *dir = zol_kernel_dir(cli);
	int rc = 0;

	if (!dir)
		return zol_err_oom(err);
	if (ask->tree)
		rc = zol_ktree_version(ask->tree, &target.version, err);
	if (rc == 0)
		rc = zol_kmerge_fragments(dir, zol_strv_list(names), &target, ret, err);
	if (rc == 0 && (ask->build || !ask->fragments->len))
		rc = add_localversion(cli, ret, err);
	for (size_t i = 0; rc == 0 && i < ask->set->len; i++)
		rc = zol_kfrags_add_word(ret, "--set", ask->set->v[i], err);
	for (size_t i = 0; ret_names && i < names->len; i++)
		zol_str_printf(ret_names, "%s%s", i ? " " : "", names->v[i]);
	return rc;
}

struct fragment_row {
	const char *name, *why, *path;
	uint64_t settings;
};

static const struct zol_col fragment_cols[] = {
	ZOL_COL("name", "NAME", STR, struct fragment_row, name),
	ZOL_COL("settings", "SETTINGS", U64, struct fragment_row, settings),
	ZOL_COL("why", "WHAT FOR", STR, struct fragment_row, why),
	ZOL_COL("path", NULL, STR, struct fragment_row, path),
};

static int add_fragment(struct zol_rows *rows, const char *dir, const char *name, struct zol_err *err)
{
	const char *const names[] = { name, NULL };
	ZOL_AUTO(free) char *path = zol_asprintf("%s/%s.config", dir, name);
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	int rc = path ? zol_kmerge_fragments(dir, names, NULL, &f, err) : zol_err_oom(err);

	if (rc < 0)
		return rc;
	zol_rows_add(rows, &(struct fragment_row){ name, f.why, path, f.len });
	return 0;
}

int zol_cmd_kernel_fragments(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_fragments_args *a = args;
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	ZOL_AUTO(free) char *dir = zol_kernel_dir(cli);
	int rc = dir ? zol_kmerge_names(dir, &names, err) : zol_err_oom(err);

	if (rc < 0)
		return rc;
	zol_rows_begin(&rows, &cli->out, fragment_cols, ZOL_COUNT(fragment_cols));
	for (size_t i = 0; rc == 0 && i < names.len; i++) {
		if (a->names && !cli->out.json)
			fprintf(cli->out.out, "%s\n", names.v[i]);
		else
			rc = add_fragment(&rows, dir, names.v[i], err);
	}
	return rc < 0 || (a->names && !cli->out.json) ? rc : zol_rows_end(&rows, err);
}
