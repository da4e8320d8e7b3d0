/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/num.h"
#include "cmd/vm.h"

#define READY_MS 300000U   /* for a VM that is still booting; its own watchdog ends it sooner when it hangs */
#define REQUEST_MS 300000U /* sync(2) of a guest under load */
#define STATUS_TIMEOUT 124 /* as timeout(1) has it */
#define STATUS_CANNOT 126  /* as shells have it */
#define STATUS_NOT_FOUND 127

static int make_spec(const struct zol_vm_exec_args *a, struct zol_exec_spec *x, struct zol_err *err)
{
	const char *term = getenv("TERM");
	struct winsize size;

	x->tty = a->tty;
	x->no_stdin = a->no_stdin;
	if (a->tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		x->rows = size.ws_row;
		x->cols = size.ws_col;
	}
	if (a->tty && term)
		zol_strv_addf(&x->env, "TERM=%s", term);
	for (size_t i = 0; i < a->env.len; i++) {
		if (!strchr(a->env.v[i], '=') || a->env.v[i][0] == '=')
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not NAME=VALUE", a->env.v[i]);
		zol_strv_add(&x->env, a->env.v[i]);
	}
	zol_strv_extend(&x->argv, zol_strv_list(&a->command));
	if (a->cwd) {
		x->cwd = strdup(a->cwd);
		if (!x->cwd)
			return zol_err_oom(err);
	}
	if (zol_strv_check(&x->env, err) < 0)
		return -(int)err->code;
	return zol_strv_check(&x->argv, err);
}

/* A command that the guest cannot start ends like one that a shell cannot start. */
static int could_not_start(struct zol_cli *cli, struct zol_err *err)
{
	static const int cannot[] = { ENOENT, EACCES, EPERM,   ENOEXEC, ENOTDIR,
				      EISDIR, ELOOP,  ETXTBSY, E2BIG,   ENAMETOOLONG };

	for (size_t i = 0; i < ZOL_COUNT(cannot); i++) {
		if (err->code != ZOL_CHILD || err->errnum != cannot[i])
			continue;
		zol_out_error(&cli->out, err);
		cli->exit_status = err->errnum == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT;
		zol_err_clear(err);
		return 0;
	}
	return -(int)err->code;
}

int zol_vm_exec_on(struct zol_cli *cli, const struct zol_vm_exec_args *a, struct zol_link *l, struct zol_err *err)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { 0 };
	struct zol_exec x = { .spec = &spec,
			      .in = a->no_stdin ? -1 : STDIN_FILENO,
			      .out = STDOUT_FILENO,
			      .err = STDERR_FILENO,
			      .timeout_ms = a->timeout,
			      .forward_signals = true };
	struct zol_exec_result result = { 0 };
	struct termios saved;
	char text[ZOL_NUM_TEXT];
	bool raw;
	int r;

	if (make_spec(a, &spec, err) < 0)
		return -(int)err->code;
	raw = a->tty && zol_vm_term_raw(STDIN_FILENO, &saved);
	r = zol_exec_run(l, &x, &result, err);
	if (raw)
		zol_vm_term_restore(STDIN_FILENO, &saved);
	if (r < 0)
		return could_not_start(cli, err);
	cli->exit_status = result.timed_out ? STATUS_TIMEOUT : result.status;
	if (result.timed_out)
		zol_out_warn(&cli->out, "the command was ended after %s", zol_num_fmt_duration(a->timeout, text));
	return 0;
}

int zol_vm_link_ready(struct zol_cli *cli, struct zol_link *ret, struct zol_err *err)
{
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	int64_t pid = 0;
	int r = zol_vm_dirs_of(cli, &d, err);

	if (r == 0)
		r = zol_vm_running(&d, &pid, err);
	if (r < 0)
		return r;
	if (r == 0)
		return zol_vm_not_running(&d, err);
	if (zol_link_open(d.run, ret, err) < 0)
		return -(int)err->code;
	r = zol_link_wait_ready(ret, READY_MS, NULL, err);
	if (r > 0)
		return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "the agent in the guest has not answered yet");
	return r;
}

int zol_cmd_vm_exec(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;

	if (zol_vm_link_ready(cli, &l, err) < 0)
		return -(int)err->code;
	return zol_vm_exec_on(cli, args, &l, err);
}

int zol_cmd_vm_drop_caches(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_drop_args *a = args;
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;

	if (a->what > 3)
		return zol_err_set(err, ZOL_USAGE, 0, "--what is 1, 2 or 3");
	if (zol_vm_link_ready(cli, &l, err) < 0)
		return -(int)err->code;
	if (zol_link_request(&l, ZOL_REQ_DROP_CACHES, a->what ? (uint32_t)a->what : 3, REQUEST_MS, err) < 0)
		return zol_err_wrap(err, "drop caches");
	zol_out_info(&cli->out, "the guest has dropped its caches");
	return 0;
}
