/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/num.h"
#include "base/progress.h"
#include "base/sig.h"
#include "cmd/vm.h"
#include "core/settings.h"
#include "sys/vm_sock.h"
#include "sys/vm_super.h"

#define FIRST_MS 30000U /* for QEMU to be started */

void zol_vm_print_tail(const struct zol_cli *cli, const struct zol_link *l)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (l->tail.len == 0 || cli->out.verbosity < 0)
		return;
	zol_out_warn(&cli->out, "last lines of the console:");
	for (size_t i = 0; i < l->tail.len; i++) {
		zol_str_puts(&text, "   | ");
		zol_text_escape(&text, l->tail.v[i]);
		zol_str_putc(&text, '\n');
	}
	(void)fputs(zol_str_c(&text), cli->out.err);
}

int zol_vm_launch(const struct zol_cli *cli, struct zol_vm_plan *p, bool run, struct zol_link *ret, pid_t *ret_pid,
		  struct zol_err *err)
{
	struct zol_vm_job job = {
		.dirs = &p->dirs,
		.qemu = zol_strv_list(&p->qemu),
		.virtiofsd = zol_strv_list(&p->fs),
		.cwd = *p->q.run_dir ? NULL : p->dirs.run,
		.boot_timeout = p->boot_timeout,
		.stop_timeout = cli->settings->vm.stop_timeout,
		.run = run,
	};
	int fd;

	job.record.accel = (char *)(uintptr_t)p->accel;
	job.record.kernel = p->kernel;
	job.record.root = p->root;
	job.record.transport = (char *)(uintptr_t)p->q.transport;
	job.record.cache = (char *)(uintptr_t)p->q.cache;
	job.record.mode = (char *)(uintptr_t)(p->q.mode ? p->q.mode : "normal");
	if (zol_vm_super_start(&job, &fd, ret_pid, err) < 0)
		return -(int)err->code;
	/* the supervisor stays in our mount namespace for as long as the VM runs */
	if (p->overlay.mnt >= 0 && zol_overlay_register(&p->overlay, *ret_pid, p->root, err) < 0) {
		zol_cleanup_fd(&fd);
		return -(int)err->code;
	}
	*ret = (struct zol_link)ZOL_LINK_INIT;
	ret->fd = fd;
	return 0;
}

/* Until QEMU runs, or the supervisor says why not. */
static int wait_started(struct zol_link *l, struct zol_err *err)
{
	while (l->pid == 0) {
		struct zol_frame f;
		int r = zol_link_recv(l, FIRST_MS, &f, err);

		if (r < 0)
			return r;
		if (r > 0)
			return zol_err_set(err, ZOL_SYSTEM, ETIMEDOUT, "QEMU was not started");
		if (l->ended)
			return zol_link_wait_ready(l, 0, NULL, err);
	}
	return 0;
}

void zol_vm_ask_stop(struct zol_link *l)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_frame_put_u32(&s, ZOL_FRAME_STOP, 0, 0, 0);
	if (zol_link_send(l, &s, &err) == 0 && zol_link_wait_end(l, 60000, &err) < 0)
		zol_err_clear(&err);
}

static int wait_boot(struct zol_cli *cli, struct zol_link *l, struct zol_err *err)
{
	static const struct zol_weight weights[] = {
		{ "kernel", 2 },
		{ "root mount", 1 },
		{ "init", 8 },
		{ "agent", 1 },
	};
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, weights, ZOL_COUNT(weights));
	struct zol_events ev = zol_progress_events(p, &cli->out);
	int r = zol_link_wait_ready(l, UINT64_MAX, &ev, err);

	zol_progress_hide(p);
	if (r == 0)
		return 0;
	if (zol_sig_pending() && !l->ended) {
		zol_vm_ask_stop(l);
		return r;
	}
	if (l->ended)
		zol_vm_print_tail(cli, l);
	return r;
}

static int start_attached(struct zol_cli *cli, const struct zol_vm_plan *p, struct zol_link *l, struct zol_err *err)
{
	if (wait_started(l, err) < 0 || zol_vm_console_show(cli, &p->dirs, ZOL_VM_CONSOLE, ']' & 0x1f, err) < 0)
		return -(int)err->code;
	return 0;
}

static int already(struct zol_cli *cli, const struct zol_vm_start_args *a, const struct zol_vm_dirs *d,
		   struct zol_err *err)
{
	int64_t pid = 0;
	int r = zol_vm_running(d, &pid, err);

	if (r <= 0)
		return r;
	zol_out_already(&cli->out, "the VM of guest %s runs already", d->guest);
	if (a->attach && zol_vm_console_show(cli, d, ZOL_VM_CONSOLE, ']' & 0x1f, err) < 0)
		return -(int)err->code;
	return 1;
}

/* Nothing of the guest runs: that QEMU answers is all there is to wait for. */
static int wait_monitor(const struct zol_cli *cli, const struct zol_vm_dirs *d, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_vm_sock_connect(d->run, ZOL_QEMU_MONITOR, FIRST_MS, err);

	if (fd < 0)
		return -(int)err->code;
	zol_out_info(&cli->out, "guest %s waits for a debugger: zolkit debug attach", d->guest);
	return 0;
}

int zol_cmd_vm_start(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_start_args *a = args;
	ZOL_AUTO(vm_plan) struct zol_vm_plan p = ZOL_VM_PLAN_INIT;
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	uint64_t begun = zol_now_ms();
	char text[ZOL_NUM_TEXT];
	pid_t pid;
	int r = zol_vm_dirs_of(cli, &d, err);

	if (r == 0 && !cli->globals.dry_run)
		r = already(cli, a, &d, err);
	if (r != 0)
		return r < 0 ? r : 0;
	if (zol_vm_plan_make(cli, &a->boot, false, &p, err) < 0)
		return -(int)err->code;
	if (cli->globals.dry_run) {
		zol_vm_plan_print(cli, &p);
		return 0;
	}
	if (zol_vm_tree_enter(cli, &p, err) < 0 || zol_vm_agent_install(&p, err) < 0 ||
	    zol_vm_launch(cli, &p, false, &l, &pid, err) < 0)
		return -(int)err->code;
	if (a->attach)
		return start_attached(cli, &p, &l, err);
	if (a->no_wait || p.q.stopped) {
		if (wait_started(&l, err) < 0)
			return -(int)err->code;
		return p.q.stopped ? wait_monitor(cli, &d, err) : 0;
	}
	if (wait_boot(cli, &l, err) < 0)
		return -(int)err->code;
	zol_out_info(&cli->out, "guest %s is up (Linux %s, %s, %s)", d.guest, l.release ? l.release : "?", p.accel,
		     zol_num_fmt_duration(zol_now_ms() - begun, text));
	return 0;
}

int zol_cmd_vm_run(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_run_args *a = args;
	ZOL_AUTO(vm_plan) struct zol_vm_plan p = ZOL_VM_PLAN_INIT;
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	int64_t holder = 0;
	pid_t pid;
	int r;

	if (zol_vm_plan_make(cli, &a->boot, true, &p, err) < 0)
		return -(int)err->code;
	if (cli->globals.dry_run) {
		zol_vm_plan_print(cli, &p);
		return 0;
	}
	r = zol_vm_running(&p.dirs, &holder, err);
	if (r < 0)
		return r;
	if (r > 0) {
		zol_err_set(err, ZOL_SYSTEM, EBUSY, "the VM of guest %s runs already", p.dirs.guest);
		return zol_err_hint(err, "run the command in it: zolkit vm exec; or stop it first: zolkit vm stop");
	}
	if (zol_vm_tree_enter(cli, &p, err) < 0 || zol_vm_agent_install(&p, err) < 0 ||
	    zol_vm_launch(cli, &p, true, &l, &pid, err) < 0)
		return -(int)err->code;
	r = zol_link_wait_ready(&l, UINT64_MAX, NULL, err);
	if (r == 0)
		r = zol_vm_exec_on(cli, &a->exec, &l, err);
	if (r < 0 && l.ended)
		zol_vm_print_tail(cli, &l);
	if (!l.ended)
		zol_vm_ask_stop(&l);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}
