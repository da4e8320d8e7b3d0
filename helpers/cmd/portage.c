/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/portage.h"
#include "cmd/prep_report.h"

#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "base/progress.h"
#include "cmd/chroot.h"
#include "core/settings.h"
#include "sys/guest_prepare.h"
#include "sys/guest_tree.h"

void zol_ptree_free(struct zol_ptree *t)
{
	zol_guest_free(&t->guest);
	zol_cleanup_fd(&t->root);
	zol_cleanup_fd(&t->lock);
}

static int open_host(const struct zol_cli *cli, struct zol_ptree *ret, struct zol_err *err)
{
	ret->guest.name = strdup("host");
	ret->guest.root = strdup("/");
	ret->guest.dir = zol_path_join(cli->settings->paths.state, "host");
	if (!ret->guest.name || !ret->guest.root || !ret->guest.dir)
		return zol_err_oom(err);
	ret->guest.exists = true;
	return 0;
}

int zol_ptree_open(const struct zol_cli *cli, bool host, const char *what, struct zol_ptree *ret, struct zol_err *err)
{
	const char *name = cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;
	bool change = what && !cli->globals.dry_run;
	int r;

	if (change && geteuid() != 0)
		return zol_err_set(err, ZOL_SYSTEM, EPERM, "%s needs root", what);
	ret->host = host;
	r = host ? open_host(cli, ret, err) : zol_guest_need(cli->settings, name, &ret->guest, err);
	if (r == 0 && change) {
		ret->lock = zol_guest_lock(&ret->guest, what, err);
		r = ret->lock < 0 ? ret->lock : 0;
	}
	if (r == 0 && change && !host)
		r = zol_guest_writable(cli->settings, &ret->guest, err);
	if (r < 0)
		return r;
	ret->root = host   ? zol_root_open("/", err) :
		    change ? zol_guest_tree_open(cli->settings, &ret->guest, err) :
			     zol_guest_tree_look(&ret->guest, err);
	return ret->root < 0 ? ret->root : 0;
}

int zol_ptree_apply(struct zol_cli *cli, const struct zol_ptree *t, struct zol_prep_plan *plan, bool undo,
		    struct zol_err *err)
{
	int r;

	plan->journal = ZOL_PORTAGE_JOURNAL;
	if (cli->globals.dry_run && !cli->out.json)
		return zol_prep_print(cli, plan, err);
	if (!cli->globals.dry_run) {
		ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, NULL, 0);
		const struct zol_events ev = zol_progress_events(progress, &cli->out);

		r = zol_guest_apply(&t->guest, t->root, plan, undo, &ev, err);
		if (r < 0)
			return r;
	}
	return zol_prep_report(cli, plan, err);
}

int zol_portage_name(const char *text, struct zol_package *ret, struct zol_err *err)
{
	static const struct {
		const char *brief, *full;
	} known[] = { { "zfs", "sys-fs/zfs" }, { "zolkit", "sys-fs/zolkit" }, { "spl", "sys-kernel/spl" } };
	const char *full = text;

	for (size_t i = 0; i < ZOL_COUNT(known); i++)
		if (strcmp(text, known[i].brief) == 0)
			full = known[i].full;
	if (!zol_package_parse(zol_span_c(full), ret) || ret->version.len) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "'%s' is not the name of a package", text);
		return zol_err_hint(err, "CATEGORY/NAME, as sys-fs/zfs");
	}
	ret->version = zol_span_c("9999");
	return 0;
}

int zol_portage_code(const struct zol_settings *set, struct zol_strv *ret, struct zol_err *err)
{
	for (size_t i = 0; i < set->chroot.code.len; i++) {
		ZOL_AUTO(free) char *real = realpath(set->chroot.code.v[i], NULL);

		if (real)
			zol_strv_add(ret, real);
	}
	return zol_strv_check(ret, err);
}

int zol_cmd_portage_emerge(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_portage_emerge_args *a = args;
	struct zol_chroot_args run = { .env = a->env, .binds = a->binds };
	int r, status;

	zol_strv_add(&run.words, "emerge");
	zol_strv_extend(&run.words, zol_strv_list(&a->words));
	r = zol_strv_check(&run.words, err);
	if (r == 0)
		r = zol_cmd_chroot_run(cli, &run, err);
	zol_strv_free(&run.words);
	status = cli->exit_status;
	if (r != 0 || status <= 0)
		return r;
	cli->exit_status = -1;
	if (status == 127) {
		(void)zol_err_set(err, ZOL_SYSTEM, ENOENT, "there is no emerge in the guest");
		return zol_err_hint(err, "a guest made from a Gentoo stage3 has it: zolkit guest create");
	}
	if (status > 128)
		return zol_err_set(err, ZOL_CHILD, 0, "emerge was killed by signal %d", status - 128);
	return zol_err_set(err, ZOL_CHILD, 0, "emerge ended with status %d", status);
}

const struct zol_bind zol_binds_portage[] = {
	{ "portage", "setup", zol_cmd_portage_setup },
	{ "portage", "live", zol_cmd_portage_live },
	{ "portage", "emerge", zol_cmd_portage_emerge },
};
const size_t zol_nbinds_portage = ZOL_COUNT(zol_binds_portage);
