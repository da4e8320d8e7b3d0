/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "cmd/app.h"
#include "cmd/test.h"
#include "cmd/test_target.h"
#include "core/console_find.h"
#include "sys/qmp.h"
#include "sys/vm_sock.h"

#define EXCERPT_MAX (4U << 20) /* of the console, of one test; the end counts */
#define FENCE_MS 1000U         /* for the last mark to arrive */
#define FENCE_TICK_MS 5
#define ASK_MS 4000U
#define STACKS_MS 60000U
#define LAST_WORDS_MS 3000U /* from the first line of a report to its last, on a slow console */

#define FATAL 4U  /* the thread that said it is no more */
#define SEVERE 3U /* memory or a thread is lost: the VM is not to be trusted any more */
#define DEFECT 2U

/* Whether whoever waits for the thread that said this waits for ever. A lockup is a hang, and may end. */
static bool is_fatal(const struct zol_finding *f)
{
	return f->stopped || (zol_finding_severity(f->kind) >= FATAL && f->kind != ZOL_FIND_HARD_LOCKUP);
}

void zol_test_vm_mark(struct zol_test_target *t)
{
	struct stat st;

	t->asked = 0;
	t->mark = stat(t->plan.dirs.console_log, &st) == 0 ? (uint64_t)st.st_size : 0;
	zol_console_find_free(zol_take_ptr(t->live));
	t->fed = t->mark;
	t->lost_at = 0;
}

/* What the console has said since the mark; the log may have been begun anew in between. */
static void excerpt(const struct zol_test_target *t, struct zol_str *text)
{
	ZOL_AUTO(fd) int fd = open(t->plan.dirs.console_log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t from = t->mark;
	struct stat st;

	zol_str_truncate(text, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	if ((uint64_t)st.st_size < from)
		from = 0;
	if ((uint64_t)st.st_size - from > EXCERPT_MAX)
		from = (uint64_t)st.st_size - EXCERPT_MAX;
	if (lseek(fd, (off_t)from, SEEK_SET) >= 0 && zol_read_fd(fd, EXCERPT_MAX * 2, text, &err) < 0)
		zol_err_clear(&err);
}

/*
 * The console and the agent's port are two ways, so the exit of a command may overtake what the kernel
 * has printed before. The mark behind the test closes the gap; a guest whose console does not show
 * it is waited for once.
 */
static void fence(struct zol_test_target *t, const char *label, struct zol_str *text)
{
	ZOL_AUTO(free) char *mark = zol_asprintf("zolkit: test %s ends:", label);
	uint64_t end = zol_now_ms() + FENCE_MS;

	excerpt(t, text);
	while (mark && (t->fenced || !t->tried) && !memmem(zol_str_c(text), text->len, mark, strlen(mark))) {
		if (zol_now_ms() >= end) {
			t->tried = true;
			return;
		}
		(void)poll(NULL, 0, FENCE_TICK_MS);
		excerpt(t, text);
	}
	t->fenced = t->tried = true;
}

/* The vmlinux beside the kernel that was booted; NULL: there is none. */
static char *find_vmlinux(const struct zol_test_target *t)
{
	const char *slash = strrchr(t->plan.kernel, '/');
	ZOL_AUTO(free)
	char *path = slash ? zol_asprintf("%.*s/vmlinux", (int)(slash - t->plan.kernel), t->plan.kernel) : NULL;

	return path && access(path, R_OK) == 0 ? zol_take_ptr(path) : NULL;
}

/* Source lines for what the kernel has named none of; without debug information it stays as it is. */
static void locate(const struct zol_test_target *t, struct zol_console_find *f)
{
	ZOL_AUTO(free) char *vmlinux = find_vmlinux(t);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_test_symbols s = { .guest = t->guest, .vmlinux = vmlinux, .root = t->tree, .quiet = true };

	if (vmlinux && zol_test_locate(&t->cli, &s, f, &err) < 0)
		zol_out_verbose(&t->cli.out, "%s", zol_err_text(&err));
}

static void feed_live(struct zol_test_target *t)
{
	ZOL_AUTO(fd) int fd = open(t->plan.dirs.console_log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char buf[16384];
	ssize_t n;

	if (fd < 0 || (!t->live && zol_console_find_new(&t->live, &err) < 0))
		return;
	while ((n = pread(fd, buf, sizeof(buf), (off_t)t->fed)) > 0) {
		(void)zol_console_find_feed(t->live, buf, (size_t)n);
		t->fed += (uint64_t)n;
	}
}

bool zol_test_vm_lost(struct zol_test_target *t)
{
	const struct zol_finding *worst;

	feed_live(t);
	worst = t->live ? zol_console_find_worst(t->live) : NULL;
	if (!t->lost_at && worst && is_fatal(worst))
		t->lost_at = zol_now_ms();
	return t->lost_at && zol_now_ms() - t->lost_at >= LAST_WORDS_MS;
}

static bool write_beside(const struct zol_test_exec *x, const char *suffix, const struct zol_str *text)
{
	ZOL_AUTO(free) char *path = x->files ? zol_asprintf("%s.%s", x->files, suffix) : NULL;
	ZOL_AUTO(fd) int fd = path && text->len ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	return fd >= 0 && zol_write_all(fd, text->ptr, text->len, &err) == 0;
}

/* The worst that the kernel has said, as the reason of the test's end. */
static void take_finding(const struct zol_finding *f, struct zol_test_end *e)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	unsigned severity = zol_finding_severity(f->kind);
	bool severe = f->stopped || severity >= SEVERE;

	if (!severe && (severity < DEFECT || e->how == ZOL_END_HANG))
		return;
	/* A report of a hang is the better reason for one, not another verdict; what waits for a dead thread is. */
	if (severe && (e->how != ZOL_END_HANG || is_fatal(f)))
		e->how = ZOL_END_CRASH;
	else if (e->how == ZOL_END_EXIT)
		e->how = ZOL_END_DEFECT;
	zol_finding_text(f, &text);
	free(e->why);
	e->why = text.oom ? NULL : zol_str_take(&text);
}

void zol_test_vm_judge(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *e)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(console_find) struct zol_console_find *f = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_finding *worst;

	if (!x->label)
		return;
	if (e->how == ZOL_END_EXIT)
		fence(t, x->label, &text);
	else
		excerpt(t, &text);
	if (e->how != ZOL_END_GONE && text.len > 0 && zol_console_find_new(&f, &err) == 0) {
		(void)zol_console_find_feed(f, text.ptr, t->asked && t->asked < text.len ? t->asked : text.len);
		zol_console_find_end(f);
		locate(t, f);
		worst = zol_console_find_worst(f);
		if (worst)
			take_finding(worst, e);
	}
	if (e->how != ZOL_END_EXIT || e->status != 0)
		e->console = write_beside(x, "console", &text);
}

/* Asks the agent over a connection of its own; false when nothing answers. */
static bool ask_agent(const struct zol_test_target *t)
{
	static const char script[] =
		"echo 1 >/proc/sys/kernel/sysrq; echo w >/proc/sysrq-trigger; echo l >/proc/sysrq-trigger";
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { .no_stdin = true };
	struct zol_exec e = { .spec = &spec, .in = -1, .out = -1, .err = -1, .timeout_ms = ASK_MS };
	struct zol_exec_result result;

	zol_strv_add(&spec.argv, "/bin/sh");
	zol_strv_add(&spec.argv, "-c");
	zol_strv_add(&spec.argv, script);
	return zol_link_open(t->plan.dirs.run, &l, &err) == 0 && zol_link_wait_ready(&l, ASK_MS, NULL, &err) == 0 &&
	       zol_exec_run(&l, &e, &result, &err) == 0 && !result.timed_out;
}

/* A break on the serial line, then the letter: the kernel itself hears it where no process runs any more. */
static void ask_kernel(const struct zol_test_target *t)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(fd) int console = zol_vm_sock_connect(t->plan.dirs.run, ZOL_VM_CONSOLE, ASK_MS, &err);
	static const char letters[] = "wl";

	if (console < 0 || zol_qmp_open(t->plan.dirs.run, ZOL_QEMU_MONITOR, ASK_MS, &q, &err) < 0)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct zol_json *args = zol_json_object();

		zol_json_set_str(args, "id", "console");
		if (zol_qmp_command(&q, "chardev-send-break", args, NULL, &err) < 0 ||
		    zol_write_all(console, letters + i, 1, &err) < 0)
			return;
		(void)poll(NULL, 0, 500);
	}
}

/*
 * What `zolkit debug stacks` says: of the blocked tasks, and of each CPU by gdb. It is a program of its own:
 * it must not be able to hang the runner.
 */
static void debug_stacks(const struct zol_test_target *t, const char *what, struct zol_str *out)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str front = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(free) char *vmlinux = find_vmlinux(t);
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	struct zol_run run = { .timeout_ms = STACKS_MS, .max_output = 1U << 20 };

	if (zol_app_program("zolkit-debug", &front, &err) < 0)
		return;
	zol_strv_add(&argv, zol_str_c(&front));
	if (t->cli.globals.config)
		zol_strv_addf(&argv, "--config=%s", t->cli.globals.config);
	zol_strv_addf(&argv, "--guest=%s", t->vm);
	zol_strv_add(&argv, "debug");
	zol_strv_add(&argv, "stacks");
	if (what)
		zol_strv_add(&argv, what);
	if (vmlinux)
		zol_strv_addf(&argv, "--vmlinux=%s", vmlinux);
	run.spawn.argv = zol_strv_list(&argv);
	run.spawn.in = ZOL_STDIO_NULL;
	run.spawn.out = ZOL_STDIO_PIPE;
	run.spawn.err = ZOL_STDIO_NULL;
	if (zol_proc_run(&run, &result, &err) == 0)
		zol_str_add(out, result.out.ptr, result.out.len);
}

void zol_test_vm_diagnose(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *e)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str stacks = ZOL_STR_INIT;

	excerpt(t, &text);
	t->asked = text.len + 1;
	if (!ask_agent(t))
		ask_kernel(t);
	debug_stacks(t, NULL, &stacks);
	debug_stacks(t, "--cpus", &stacks);
	e->stacks = write_beside(x, "stacks", &stacks);
}
