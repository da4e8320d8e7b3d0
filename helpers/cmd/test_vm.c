/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/test_target.h"
#include "core/settings.h"

#define NAMES 256 /* VMs of one guest at the same time */
#define END_MS 30000U
#define DISK_BYTES ((off_t)8 << 30) /* sparse */
#define DISKS 2

/*
 * A name that no running VM has. The VM is one of its own, beside that of the guest: same tree, same
 * kernel, all changes in its memory.
 */
static int pick_name(struct zol_test_target *t, unsigned from, unsigned *ret_k, struct zol_err *err)
{
	const struct zol_settings *s = t->cli.settings;

	for (unsigned k = from; k < NAMES; k++) {
		ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
		ZOL_AUTO(free) char *name = zol_asprintf("%s.test%u", t->guest, k);
		int64_t pid = 0;
		int r;

		if (!name)
			return zol_err_oom(err);
		if (zol_vm_dirs_init(s->paths.run, s->paths.state, name, &d, err) < 0)
			return -(int)err->code;
		r = zol_vm_running(&d, &pid, err);
		if (r < 0)
			return r;
		if (r > 0)
			continue;
		free(t->vm);
		t->vm = zol_take_ptr(name);
		*ret_k = k;
		return 0;
	}
	return zol_err_set(err, ZOL_SYSTEM, EBUSY, "%d VMs of guest %s run already", NAMES, t->guest);
}

/* What is booted: given, else of the guest. An overlay guest is mounted for this process. */
static int find_parts(struct zol_test_target *t, struct zol_err *err)
{
	const struct zol_settings *s = t->cli.settings;
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };

	if (t->tree)
		return 0;
	if (zol_vm_dirs_init(s->paths.run, s->paths.state, t->guest, &d, err) < 0)
		return -(int)err->code;
	t->kernel = strdup(t->boot.kernel ? t->boot.kernel : d.kernel);
	t->tree = t->boot.root ? strdup(t->boot.root) : zol_path_join(s->paths.guests, t->guest);
	if (!t->kernel || !t->tree)
		return zol_err_oom(err);
	if (!t->boot.kernel && access(t->kernel, F_OK) < 0) {
		zol_err_sys(err, "kernel %s", t->kernel);
		return zol_err_hint(err, "build it: zolkit kernel build");
	}
	if (t->boot.root)
		return 0;
	if (zol_guest_need(s, t->guest, &g, err) < 0)
		return -(int)err->code;
	if (zol_guest_overlay_enter(s, &g, &t->overlay, err) < 0)
		return -(int)err->code;
	if (t->overlay.mnt >= 0 && zol_overlay_register(&t->overlay, getpid(), g.root, err) < 0)
		return -(int)err->code;
	return 0;
}

/*
 * Two empty disks without a name: QEMU opens them through our descriptors, so that no other VM can take them for
 * its own, and nothing is left behind by whom a kill hits in between.
 */
static int make_disks(struct zol_test_target *t, struct zol_strv *qemu, int fds[DISKS], struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%s/test/disks", t->cli.settings->paths.state);
	ZOL_AUTO(free) char *path = dir ? zol_path_join(dir, "XXXXXX") : NULL;

	if (!path)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0700, err) < 0)
		return -(int)err->code;
	for (int i = 0; i < DISKS; i++) {
		memset(path + strlen(dir) + 1, 'X', 6);
		fds[i] = mkostemp(path, O_CLOEXEC);
		if (fds[i] < 0 || unlink(path) < 0 || ftruncate(fds[i], DISK_BYTES) < 0)
			return zol_err_sys(err, "%s", path);
		zol_strv_add(qemu, "-drive");
		zol_strv_addf(qemu, "file=/proc/%d/fd/%d,if=virtio,format=raw,cache=unsafe,discard=unmap",
			      (int)getpid(), fds[i]);
	}
	return zol_strv_check(qemu, err);
}

static int boot_with(struct zol_test_target *t, const struct zol_strv *qemu, struct zol_err *err)
{
	struct zol_vm_boot_args args = t->boot;
	int r;

	args.qemu_args = *qemu;

	args.root = t->tree;
	args.kernel = t->kernel;
	args.ephemeral = true;
	t->cli.globals.guest = t->vm;
	zol_vm_plan_free(&t->plan);
	if (zol_vm_plan_make(&t->cli, &args, true, &t->plan, err) < 0 || zol_vm_agent_install(&t->plan, err) < 0 ||
	    zol_vm_launch(&t->cli, &t->plan, true, &t->link, &t->supervisor, err) < 0)
		return -(int)err->code;
	do {
		r = zol_link_wait_ready(&t->link, 1000, NULL, err);
		if (r > 0 && zol_sig_check(err) < 0)
			r = -(int)err->code;
	} while (r > 0);
	if (r < 0) {
		zol_vm_print_tail(&t->cli, &t->link);
		zol_test_vm_down(t);
	}
	return r;
}

static int boot(struct zol_test_target *t, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv qemu = ZOL_STRV_INIT;
	int disks[DISKS] = { -1, -1 };
	int r = 0;

	zol_strv_extend(&qemu, zol_strv_list(&t->boot.qemu_args));
	if (t->disks)
		r = make_disks(t, &qemu, disks, err);
	if (r == 0)
		r = boot_with(t, &qemu, err);
	for (int i = 0; i < DISKS; i++)
		zol_cleanup_fd(&disks[i]);
	return r;
}

int zol_test_vm_up(struct zol_test_target *t, struct zol_err *err)
{
	unsigned k = 0;

	if (find_parts(t, err) < 0)
		return -(int)err->code;
	for (;;) {
		if (!t->vm && pick_name(t, k + 1, &k, err) < 0)
			return -(int)err->code;
		if (boot(t, err) == 0)
			return 0;
		/* somebody else took the name in between */
		if (!strstr(zol_err_text(err), "runs already"))
			return -(int)err->code;
		zol_err_clear(err);
		free(zol_take_ptr(t->vm));
	}
}

/* Nothing of it is to be kept: QEMU dies with its supervisor, which ends with our connection. */
void zol_test_vm_down(struct zol_test_target *t)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (t->link.fd >= 0 && !t->link.ended && t->link.pid > 1) {
		(void)kill((pid_t)t->link.pid, SIGKILL);
		if (zol_link_wait_end(&t->link, END_MS, &err) < 0)
			zol_err_clear(&err);
	}
	zol_link_free(&t->link);
	t->link = (struct zol_link)ZOL_LINK_INIT;
	if (t->supervisor > 0)
		while (waitpid(t->supervisor, NULL, 0) < 0 && errno == EINTR)
			;
	t->supervisor = -1;
	t->up = t->set_up = false;
	zol_vm_plan_free(&t->plan);
}

/* The marks go to the kernel's log through the shell, in the same round trip as the command. */
static const char marked[] = "t=$1; shift; echo \"<5>zolkit: test $t begins\" >/dev/kmsg 2>/dev/null; \"$@\"; s=$?; "
			     "echo \"<5>zolkit: test $t ends: $s\" >/dev/kmsg 2>/dev/null; exit $s";

static int make_spec(const struct zol_test_exec *x, struct zol_exec_spec *spec, struct zol_err *err)
{
	if (x->label) {
		zol_strv_add(&spec->argv, "/bin/sh");
		zol_strv_add(&spec->argv, "-c");
		zol_strv_add(&spec->argv, marked);
		zol_strv_add(&spec->argv, "sh");
		zol_strv_add(&spec->argv, x->label);
	}
	zol_strv_extend(&spec->argv, x->argv);
	zol_strv_extend(&spec->env, x->env);
	spec->no_stdin = x->in < 0;
	if (x->cwd) {
		spec->cwd = strdup(x->cwd);
		if (!spec->cwd)
			return zol_err_oom(err);
	}
	if (zol_strv_check(&spec->argv, err) < 0)
		return -(int)err->code;
	return zol_strv_check(&spec->env, err);
}

struct bite {
	struct zol_test_target *t;
	const struct zol_test_exec *x;
	struct zol_test_end *end;
};

static void on_limit(void *ctx)
{
	struct bite *b = ctx;

	zol_test_vm_diagnose(b->t, b->x, b->end);
}

static bool on_tick(void *ctx)
{
	const struct bite *b = ctx;

	return zol_test_vm_lost(b->t);
}

/* What the failure of a command says about the VM. An error that is the host's stays. */
static int judge_failure(struct zol_test_target *t, struct zol_test_end *end, struct zol_err *err)
{
	const char *why = t->link.why.msg ? t->link.why.msg : "no reason known";

	if (err->errnum == EINTR)
		return -(int)err->code;
	if (t->link.ended) {
		/* QEMU's own end is none of the guest's doing; the kernel's last words are looked at anyway */
		end->how = strncmp(why, "QEMU ", 5) == 0 ? ZOL_END_GONE : ZOL_END_CRASH;
		end->why = end->how == ZOL_END_GONE ? strdup(why) : zol_asprintf("the guest went down: %s", why);
	} else if (err->errnum == ETIMEDOUT) {
		end->how = ZOL_END_HANG;
		end->why = strdup(zol_err_text(err));
	} else if (err->code == ZOL_CHILD) {
		end->how = ZOL_END_CANNOT;
		end->why = strdup(zol_err_text(err));
	} else if (err->errnum == ECONNRESET || err->errnum == EPIPE) {
		end->how = ZOL_END_GONE;
		end->why = strdup("the VM's supervisor was killed");
	} else {
		return -(int)err->code;
	}
	zol_err_clear(err);
	return 0;
}

int zol_test_vm_exec(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *ret,
		     struct zol_err *err)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { 0 };
	struct bite bite = { .t = t, .x = x, .end = ret };
	struct zol_exec e = { .spec = &spec,
			      .in = x->in,
			      .out = x->out,
			      .err = x->err >= 0 ? x->err : x->out,
			      .timeout_ms = x->limit,
			      .interruptible = true,
			      .on_limit = x->label ? on_limit : NULL,
			      .on_tick = x->label ? on_tick : NULL,
			      .ctx = &bite };
	struct zol_exec_result result = { 0 };
	int r;

	if (make_spec(x, &spec, err) < 0)
		return -(int)err->code;
	zol_test_vm_mark(t);
	r = zol_exec_run(&t->link, &e, &result, err);
	if (r < 0) {
		r = judge_failure(t, ret, err);
	} else {
		ret->how = result.timed_out ? ZOL_END_LIMIT : ZOL_END_EXIT;
		ret->status = result.status;
		ret->signal = result.signal;
	}
	if (r < 0)
		return r;
	zol_test_vm_judge(t, x, ret);
	if (ret->how == ZOL_END_HANG || ret->how == ZOL_END_CRASH || ret->how == ZOL_END_GONE)
		zol_test_vm_down(t);
	return 0;
}
