/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/path.h"
#include "base/proc.h"
#include "cmd/debug.h"
#include "core/qemu.h"

#define SCRIPT "script.gdb"

int zol_debug_gdbserver(const struct zol_debug *d, char **ret_path, struct zol_err *err)
{
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(str) struct zol_str answer = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(d->dirs.run, ZOL_QEMU_GDB);
	ZOL_AUTO(free) char *line = NULL;

	if (!path)
		return zol_err_oom(err);
	if (strchr(path, ',') || strlen(path) > ZOL_QEMU_SUN_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "QEMU cannot make a socket %s (choose another [paths] run)",
				   path);
	line = zol_asprintf("gdbserver unix:%s,server=on,wait=off", path);
	if (!line)
		return zol_err_oom(err);
	/* `vm start --gdb` or an earlier debugger has opened it: opening it again would cut who is connected */
	if (chmod(path, 0600) == 0) {
		*ret_path = zol_take_ptr(path);
		return 0;
	}
	/* qemu:gdbstub: a second server is refused while there is a first one ("duplicate yank instance") */
	if (zol_debug_monitor(d, &q, err) < 0 || zol_qmp_human(&q, "gdbserver none", &answer, err) < 0 ||
	    zol_qmp_human(&q, line, &answer, err) < 0)
		return -(int)err->code;
	if (chmod(path, 0600) < 0)
		return zol_err_set(err, ZOL_CHILD, errno, "QEMU has opened no gdbserver: %s", zol_str_c(&answer));
	*ret_path = zol_take_ptr(path);
	return 0;
}

int zol_debug_run_gdb(struct zol_cli *cli, const struct zol_strv *argv, struct zol_err *err)
{
	struct zol_spawn spawn = { .argv = zol_strv_list(argv),
				   .in = ZOL_STDIO_INHERIT,
				   .out = ZOL_STDIO_INHERIT,
				   .err = ZOL_STDIO_INHERIT,
				   .pdeathsig = SIGTERM };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	struct zol_exit end = { 0 };
	struct sigaction ours = { .sa_handler = SIG_IGN }, before;
	int r;

	if (zol_strv_check(argv, err) < 0)
		return -(int)err->code;
	(void)fflush(cli->out.out);
	r = zol_proc_spawn(&spawn, &p, err);
	if (r < 0)
		return r;
	(void)sigaction(SIGINT, &ours, &before); /* gdb's: it stops the guest */
	do {
		r = zol_proc_wait(&p, UINT64_MAX, &end, err);
	} while (r > 0);
	(void)sigaction(SIGINT, &before, NULL);
	if (r == 0)
		cli->exit_status = end.status;
	return r;
}

/* A gdb that was killed leaves the VM as it stood. */
static void go_on(const struct zol_debug *d, bool was_paused)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;

	if (!was_paused && zol_debug_paused(d) && zol_debug_monitor(d, &q, &none) == 0) {
		zol_out_info(&d->cli->out, "the VM goes on");
		(void)!zol_qmp_command(&q, "cont", NULL, NULL, &none);
	}
}

static int write_script(struct zol_debug *d, const char *socket, char **ret_path, struct zol_err *err)
{
	struct zol_debug_script s = { .target = socket };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(d->dirs.run, SCRIPT);
	int r;

	if (!path)
		return zol_err_oom(err);
	r = zol_debug_script(d, &s, &text, err);
	if (r == 0)
		r = zol_write_file(path, text.ptr, text.len, 0600, err);
	if (r < 0)
		return r;
	*ret_path = zol_take_ptr(path);
	return 0;
}

/* Behind the program's words. */
static int add_words(const struct zol_debug_attach_args *a, const char *script, struct zol_strv *argv,
		     struct zol_err *err)
{
	zol_strv_extend(argv, (const char *const[]){ "-q", "-nx", "-iex", "set auto-load safe-path", NULL });
	if (a->batch)
		zol_strv_add(argv, "-batch");
	zol_strv_add(argv, "-x");
	zol_strv_add(argv, script);
	if (a->breaks.len > 0)
		zol_strv_extend(argv, (const char *const[]){ "-ex", "set breakpoint pending on", NULL });
	for (size_t i = 0; i < a->breaks.len; i++) {
		if (strpbrk(a->breaks.v[i], "\n\r"))
			return zol_err_set(err, ZOL_USAGE, 0, "a breakpoint has no line breaks");
		zol_strv_add(argv, "-ex");
		zol_strv_addf(argv, "hbreak %s", a->breaks.v[i]);
	}
	zol_strv_extend(argv, zol_strv_list(&a->gdb_args));
	return zol_strv_check(argv, err);
}

static int take_lock(const struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(d->dirs.run, "gdb.lock");
	int fd;

	if (!path)
		return zol_err_oom(err);
	fd = zol_lock_take(path, "debug attach", 0, err);
	return fd < 0 ? zol_err_wrap(err, "a debugger is attached to guest %s", d->dirs.guest) : fd;
}

/* A VM that waits for its first instruction (vm start --gdb=wait) has no modules yet, nor a kernel in place. */
static int get_map(struct zol_debug *d, bool stood, struct zol_err *err)
{
	if (zol_debug_map(d, false, err) == 0)
		return 0;
	if (!stood || (err->code != ZOL_NEGATIVE && err->code != ZOL_VERIFY))
		return -(int)err->code;
	zol_out_warn(&d->cli->out, "the kernel has not started (%s): zolkit-reload finds it later", zol_err_text(err));
	zol_err_clear(err);
	zol_modmap_free(&d->map);
	d->have_slide = true;
	return 0;
}

int zol_cmd_debug_attach(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_debug_attach_args *a = args;
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(free) char *socket = NULL;
	ZOL_AUTO(free) char *script = NULL;
	ZOL_AUTO(fd) int lock = -1;
	bool stood;
	int r;

	if (zol_debug_open(cli, &a->where, &d, err) < 0 || zol_debug_need_vm(&d, err) < 0 ||
	    zol_debug_gdb_argv(&d, a->gdb, a->guest_gdb, &argv, err) < 0)
		return -(int)err->code;
	lock = take_lock(&d, err);
	if (lock < 0)
		return lock;
	stood = zol_debug_paused(&d);
	r = get_map(&d, stood, err);
	if (r == 0)
		r = zol_debug_files(&d, err);
	if (r == 0)
		r = zol_debug_gdbserver(&d, &socket, err);
	if (r == 0)
		r = write_script(&d, socket, &script, err);
	if (r == 0)
		r = add_words(a, script, &argv, err);
	if (r < 0)
		return r;
	r = zol_debug_run_gdb(cli, &argv, err);
	go_on(&d, stood);
	return r;
}
