/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/chroot.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "core/settings.h"
#include "sys/chroot.h"
#include "sys/guest.h"
#include "sys/guest_tree.h"
#include "sys/guest_use.h"
#include "sys/overlay.h"

#define STATUS_TIMEOUT 124 /* as timeout(1) and vm exec have it */

/* What one entry works on. */
struct entry {
	char *name; /* of the guest, or of the tree's directory */
	char *root; /* absolute, without links */
	struct zol_overlay_mount overlay;
	struct zol_str overlay_options; /* empty: no overlay */
	int use;                        /* the mark that the guest is in use, or -1 */
	struct zol_mbind *binds;
	size_t nbinds;
	struct zol_mplan plan;
};

static void entry_free(struct entry *e)
{
	free(e->name);
	free(e->root);
	zol_overlay_mount_free(&e->overlay);
	zol_str_free(&e->overlay_options);
	zol_cleanup_fd(&e->use);
	for (size_t i = 0; i < e->nbinds; i++)
		zol_mbind_free(&e->binds[i]);
	free(e->binds);
	zol_mplan_free(&e->plan);
}

ZOL_CLEANUP_STRUCT(entry, struct entry, entry_free);

static int find_tree(struct entry *e, const char *dir, struct zol_err *err)
{
	struct stat st;

	e->root = realpath(dir, NULL);
	if (!e->root)
		return zol_err_sys(err, "%s", dir);
	if (stat(e->root, &st) < 0)
		return zol_err_sys(err, "%s", dir);
	if (!S_ISDIR(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, ENOTDIR, "%s", dir);
	if (strcmp(e->root, "/") == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "the host's own root is no guest");
	return 0;
}

/* The mount of an overlay guest; nothing for others. Users of one overlay share its first mount. */
static int open_overlay(struct zol_cli *cli, const struct zol_guest *guest, struct entry *e, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_guest_overlay_dir(guest);
	ZOL_AUTO(free) char *run = zol_guest_overlay_run(cli->settings, guest->name);
	int rc = dir && run ? zol_overlay_exists(dir, err) : zol_err_oom(err);

	if (rc <= 0)
		return rc;
	rc = zol_overlay_options(dir, &e->overlay_options, err);
	if (rc < 0 || cli->globals.dry_run)
		return rc;
	return zol_overlay_open(dir, run, &e->overlay, err);
}

static int entered(void *ctx, pid_t first, struct zol_err *err)
{
	struct entry *e = ctx;

	return zol_overlay_register(&e->overlay, first, "/", err);
}

static int find_guest(struct zol_cli *cli, struct entry *e, const char *name, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest guest = { 0 };
	int rc = zol_guest_need(cli->settings, name, &guest, err);

	if (rc < 0)
		return rc;
	e->name = strdup(name);
	if (!e->name)
		return zol_err_oom(err);
	rc = find_tree(e, guest.root, err);
	if (rc == 0 && !cli->globals.dry_run) {
		e->use = zol_guest_use_enter(cli->settings->paths.state, name, err);
		rc = e->use < 0 ? e->use : 0;
	}
	if (rc == 0)
		rc = zol_guest_writable(cli->settings, &guest, err);
	return rc < 0 ? rc : open_overlay(cli, &guest, e, err);
}

/* Names like "gentoo" for --root too, for the prompt. */
static int find(struct zol_cli *cli, const struct zol_chroot_args *args, const char *guest, struct entry *e,
		struct zol_err *err)
{
	if (!guest)
		guest = cli->globals.guest;
	if (args->root && guest)
		return zol_err_set(err, ZOL_USAGE, 0, "--root and a guest's name exclude each other");
	if (!args->root)
		return find_guest(cli, e, guest ? guest : cli->settings->guest.name, err);
	int rc = find_tree(e, args->root, err);
	if (rc < 0)
		return rc;
	e->name = strdup(strrchr(e->root, '/') + 1);
	return e->name ? 0 : zol_err_oom(err);
}

static int parse_binds(const struct zol_chroot_args *args, struct entry *e, struct zol_err *err)
{
	e->binds = calloc(args->binds.len + 1, sizeof(*e->binds));
	if (!e->binds)
		return zol_err_oom(err);
	for (; e->nbinds < args->binds.len; e->nbinds++) {
		int rc = zol_mplan_bind(args->binds.v[e->nbinds], &e->binds[e->nbinds], err);

		if (rc < 0)
			return zol_err_wrap(err, "--bind");
	}
	return 0;
}

/* Who shares an overlay must be known for as long as it is used: nothing may outlive its first process. */
static bool wants_pid_ns(const struct zol_cli *cli, const struct zol_chroot_args *args, const struct entry *e)
{
	return e->overlay_options.len || args->pid || (cli->settings->chroot.pid_namespace && !args->no_pid);
}

/* What would be done. */
static int show(struct zol_cli *cli, const struct zol_chroot_args *args, const struct entry *e, bool shell,
		struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_str_printf(&text, "unshare mount,ipc,uts%s\n", wants_pid_ns(cli, args, e) ? ",pid" : "");
	zol_mplan_text(&e->plan, &text);
	zol_str_puts(&text, "run     ");
	if (shell)
		zol_str_puts(&text, "an interactive shell");
	else
		zol_str_shell_join(&text, zol_strv_list(&args->words));
	zol_str_putc(&text, '\n');
	int rc = zol_str_check(&text, err);
	if (rc == 0)
		(void)fputs(zol_str_c(&text), cli->out.out);
	return rc;
}

static int check_args(const struct zol_chroot_args *args, struct zol_err *err)
{
	if (args->pid && args->no_pid)
		return zol_err_set(err, ZOL_USAGE, 0, "--pid and --no-pid exclude each other");
	for (size_t i = 0; i < args->env.len; i++) {
		int rc = zol_chroot_check_env(args->env.v[i], err);

		if (rc < 0)
			return zol_err_wrap(err, "--env");
	}
	return 0;
}

static int chroot_do(struct zol_cli *cli, const struct zol_chroot_args *args, bool shell, struct zol_err *err)
{
	ZOL_AUTO(entry) struct entry e = { .use = -1, .overlay = ZOL_OVERLAY_MOUNT_INIT };
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	const struct zol_events ev = zol_progress_events(NULL, &cli->out);
	int rc = check_args(args, err);

	if (rc == 0)
		rc = find(cli, args, shell && args->words.len ? args->words.v[0] : NULL, &e, err);
	if (rc == 0)
		rc = parse_binds(args, &e, err);
	if (rc < 0)
		return rc;
	if (args->no_pid && e.overlay_options.len)
		return zol_err_set(err, ZOL_USAGE, 0, "guest %s is an overlay: --no-pid is not possible", e.name);

	const struct zol_chroot_want want = {
		.root = e.root,
		.overlay = zol_str_c(&e.overlay_options),
		.tree = e.overlay.mnt > 0 ? e.overlay.mnt : 0,
		.code = zol_strv_list(&args->code),
		.no_code = args->no_code,
		.binds = e.binds,
		.nbinds = e.nbinds,
	};

	rc = zol_chroot_plan(cli->settings, &want, &ev, &e.plan, err);
	if (rc < 0 || cli->globals.dry_run)
		return rc < 0 ? rc : show(cli, args, &e, shell, err);

	const struct zol_chroot_opts opts = {
		.plan = &e.plan,
		.label = e.name,
		.dir = args->dir,
		.user = args->user,
		.env = zol_strv_list(&args->env),
		.pid_ns = wants_pid_ns(cli, args, &e),
		.tree = want.tree,
		.entered = want.tree ? entered : NULL,
		.entered_ctx = &e,
		.shell = shell,
		.bare = args->bare,
		.own_tty = true,
		.in = ZOL_STDIO_INHERIT,
		.out = ZOL_STDIO_INHERIT,
		.err = ZOL_STDIO_INHERIT,
		.timeout_ms = args->timeout,
		.ev = &ev,
	};

	rc = zol_chroot_run(&opts, zol_strv_list(&args->words), &result, err);
	if (rc < 0)
		return rc;
	if (result.exit.timed_out)
		zol_out_warn(&cli->out, "the command was ended at its time limit");
	cli->exit_status = result.exit.timed_out ? STATUS_TIMEOUT : result.exit.status;
	return 0;
}

static int enter(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	return chroot_do(cli, args, true, err);
}

int zol_cmd_chroot_run(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	return chroot_do(cli, args, false, err);
}

const struct zol_bind zol_binds_chroot[] = {
	{ "chroot", "enter", enter },
	{ "chroot", "run", zol_cmd_chroot_run },
};
const size_t zol_nbinds_chroot = ZOL_COUNT(zol_binds_chroot);
