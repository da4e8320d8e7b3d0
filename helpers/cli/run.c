/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "cli/help.h"
#include "cli/parse.h"

static enum zol_color color_when(const char *when)
{
	if (when && strcmp(when, "always") == 0)
		return ZOL_COLOR_ALWAYS;
	if (when && strcmp(when, "never") == 0)
		return ZOL_COLOR_NEVER;
	return ZOL_COLOR_AUTO;
}

/* The output as the options say that were read, even when a later one was wrong. */
static void set_up_output(struct zol_cli *cli, const struct zol_switches *sw)
{
	const char *when = sw->color ? sw->color : getenv("ZOLKIT_COLOR");

	zol_out_init(&cli->out, stdout, stderr, color_when(when));
	cli->out.verbosity = sw->verbosity;
	cli->out.json = sw->json;
	if (sw->progress_fd <= INT32_MAX)
		cli->out.progress_fd = (int)sw->progress_fd;
	cli->globals = (struct zol_globals){ .config = sw->config, .guest = sw->guest, .dry_run = sw->dry_run };
}

static int print_help(const struct zol_cli *cli, const struct zol_parsed *p, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	int r;

	zol_cli_help(cli->table, p->module, p->action, cli->out.width_out ? cli->out.width_out : cli->out.width, &s);
	r = zol_str_check(&s, err);
	if (r == 0)
		fputs(zol_str_c(&s), cli->out.out);
	return r;
}

static const struct zol_bind *find_bind(const struct zol_bind *binds, size_t n, const struct zol_parsed *p)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(binds[i].module, p->module->name) == 0 && strcmp(binds[i].action, p->action->name) == 0)
			return &binds[i];
	return NULL;
}

static int check_flags(const struct zol_cli *cli, const struct zol_parsed *p, struct zol_err *err)
{
	int fd = cli->out.progress_fd;

	if (fd >= 0 && fcntl(fd, F_GETFD) < 0)
		return zol_err_set(err, ZOL_USAGE, errno, "--progress-fd: descriptor %d", fd);
	if ((p->action->flags & ZOL_ACT_ROOT) && !cli->globals.dry_run && geteuid() != 0) {
		zol_err_set(err, ZOL_SYSTEM, EPERM, "%s needs root", p->action->name);
		if (p->action->flags & ZOL_ACT_DRY_RUN)
			return zol_err_hint(err, "--dry-run shows what it would do, without root");
		return -ZOL_SYSTEM;
	}
	return 0;
}

static int run_bound(struct zol_cli *cli, const struct zol_parsed *p, const struct zol_bind *bind,
		     const struct zol_hooks *hooks, struct zol_err *err)
{
	int r = 0;

	if (!(p->action->flags & ZOL_ACT_NO_CONFIG) && hooks->load)
		r = hooks->load(cli, err);
	if (r < 0)
		return r;
	r = bind->run(cli, p->args, err);
	if (!(p->action->flags & ZOL_ACT_NO_CONFIG) && hooks->unload)
		hooks->unload(cli);
	return r;
}

static int dispatch(struct zol_cli *cli, const struct zol_parsed *p, const struct zol_bind *bind,
		    const struct zol_hooks *hooks, struct zol_err *err)
{
	int r;

	if (p->sw.version) {
		fprintf(cli->out.out, "%s %s\n", cli->table->program, cli->table->version);
		return 0;
	}
	if (p->sw.help)
		return print_help(cli, p, err);
	if (!p->action)
		return zol_err_set(err, ZOL_USAGE, 0, "no action");
	r = check_flags(cli, p, err);
	if (r < 0)
		return r;
	if (bind)
		return run_bound(cli, p, bind, hooks, err);
	if (p->module->prog && hooks->exec_prog)
		return hooks->exec_prog(cli, p->module->prog, err);
	return zol_err_set(err, ZOL_SYSTEM, ENOSYS, "%s%s%s is not in this program", p->module->name,
			   p->module->name[0] ? " " : "", p->action->name);
}

/* Whoever read our results has seen enough: no word about it. */
static bool reader_gone(const struct zol_cli *cli, const struct zol_err *err)
{
	return err->errnum == EPIPE && ferror(cli->out.out);
}

/* An error becomes text and an exit code; results that cannot be written are an error too. */
static int finish(const struct zol_cli *cli, int r, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err late = ZOL_ERR_INIT;

	if (r < 0 && err->code == ZOL_OK)
		zol_err_set(err, ZOL_SYSTEM, 0, "failed without a reason (%d)", r);
	if (r < 0 && !reader_gone(cli, err))
		zol_out_error(&cli->out, err);
	if (zol_out_finish(&cli->out, &late) < 0 && r >= 0) {
		if (!reader_gone(cli, &late))
			zol_out_error(&cli->out, &late);
		return ZOL_SYSTEM;
	}
	if (r < 0)
		return (int)err->code;
	if (r == 0 && cli->exit_status >= 0)
		return cli->exit_status;
	return r > 0 ? ZOL_NEGATIVE : ZOL_OK;
}

int zol_cli_main(const struct zol_table *table, const struct zol_bind *binds, size_t nbinds,
		 const struct zol_hooks *hooks, int argc, char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(parsed) struct zol_parsed parsed = { .args = NULL };
	struct zol_cli cli = {
		.table = table, .argv0 = argc > 0 ? argv[0] : table->program, .argv = argv, .exit_status = -1
	};
	int r = zol_parse(table, argc, argv, &parsed, &err);

	set_up_output(&cli, &parsed.sw);
	if (r == 0) {
		const struct zol_bind *bind = parsed.action ? find_bind(binds, nbinds, &parsed) : NULL;

		r = dispatch(&cli, &parsed, bind, hooks, &err);
	}
	return finish(&cli, r, &err);
}
