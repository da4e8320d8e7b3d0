/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/test_target.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/app.h"
#include "core/settings.h"

#define TMP_NAME "chroot." /* and the runner's number */
#define GRACE_MS 2000U
#define GIVE_UP_MS 10000U
#define TICK_MS 1000U
#define LATE_MS 300
#define CAPTURE_MAX (16U << 20)

void zol_test_end_free(struct zol_test_end *e)
{
	free(e->why);
	*e = (struct zol_test_end){ 0 };
}

int zol_test_target_init(const struct zol_cli *cli, const char *place, const struct zol_vm_boot_args *boot,
			 struct zol_test_target *ret, struct zol_err *err)
{
	const char *guest = cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;

	*ret = (struct zol_test_target)ZOL_TEST_TARGET_INIT;
	ret->cli = *cli;
	ret->boot = *boot;
	ret->supervisor = -1;
	ret->place = strcmp(place, "host") == 0   ? ZOL_AT_HOST :
		     strcmp(place, "chroot") == 0 ? ZOL_AT_CHROOT :
						    ZOL_AT_VM;
	ret->guest = strdup(guest);
	return ret->guest ? 0 : zol_err_oom(err);
}

void zol_test_target_free(struct zol_test_target *t)
{
	zol_test_target_down(t);
	free(t->guest);
	free(t->vm);
	free(t->tree);
	free(t->kernel);
	zol_overlay_mount_free(&t->overlay);
	zol_console_find_free(t->live);
	*t = (struct zol_test_target)ZOL_TEST_TARGET_INIT;
}

/* Directories of runners that were killed. */
static void sweep(const char *dir)
{
	ZOL_AUTO(dir) DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
		uint64_t pid;

		if (strncmp(e->d_name, TMP_NAME, strlen(TMP_NAME)) == 0 &&
		    zol_span_u64(zol_span_c(e->d_name + strlen(TMP_NAME)), &pid) && pid > 1 && pid < INT32_MAX &&
		    kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			(void)!zol_rmtree(dirfd(d), e->d_name, &none);
	}
}

/*
 * Each `zolkit chroot run` has a /tmp of its own; the commands of a suite share one, as in a VM. What is above it is
 * for nobody else: the guest's programs may leave anything there.
 */
static int chroot_up(struct zol_test_target *t, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(t->cli.settings->paths.state, "test");
	ZOL_AUTO(free) char *own = dir ? zol_asprintf("%s/" TMP_NAME "%d", dir, (int)getpid()) : NULL;
	ZOL_AUTO(free) char *tmp = own ? zol_path_join(own, "tmp") : NULL;

	if (!tmp)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	sweep(dir);
	if ((mkdir(own, 0700) < 0 && errno != EEXIST) || (mkdir(tmp, 0700) < 0 && errno != EEXIST) ||
	    chmod(tmp, 01777) < 0)
		return zol_err_sys(err, "%s", tmp);
	t->tmp = zol_take_ptr(own);
	return 0;
}

static void chroot_down(struct zol_test_target *t)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (t->tmp && zol_rmtree(AT_FDCWD, t->tmp, &err) < 0)
		zol_out_warn(&t->cli.out, "%s", zol_err_text(&err));
	free(t->tmp);
	t->tmp = NULL;
}

int zol_test_target_up(struct zol_test_target *t, struct zol_err *err)
{
	int r;

	if (t->up)
		return 0;
	r = t->place == ZOL_AT_VM ? zol_test_vm_up(t, err) : t->place == ZOL_AT_CHROOT ? chroot_up(t, err) : 0;
	if (r < 0)
		return r;
	t->up = true;
	t->boots++;
	return 1;
}

void zol_test_target_down(struct zol_test_target *t)
{
	if (t->place == ZOL_AT_VM)
		zol_test_vm_down(t);
	chroot_down(t);
	t->up = t->set_up = false;
}

/* zolkit -g GUEST chroot run -- before the command, for a guest. */
static int host_argv(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_strv *argv,
		     struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str front = ZOL_STR_INIT;

	if (t->place == ZOL_AT_CHROOT) {
		if (zol_app_program("zolkit", &front, err) < 0)
			return -(int)err->code;
		zol_strv_add(argv, zol_str_c(&front));
		if (t->cli.globals.config) {
			zol_strv_add(argv, "--config");
			zol_strv_add(argv, t->cli.globals.config);
		}
		zol_strv_add(argv, "-q");
		zol_strv_addf(argv, "--guest=%s", t->guest);
		zol_strv_add(argv, "chroot");
		zol_strv_add(argv, "run");
		for (size_t i = 0; x->env && x->env[i]; i++)
			zol_strv_addf(argv, "--env=%s", x->env[i]);
		if (x->cwd)
			zol_strv_addf(argv, "--directory=%s", x->cwd);
		if (t->boot.root)
			zol_strv_addf(argv, "--root=%s", t->boot.root);
		if (t->tmp)
			zol_strv_addf(argv, "--bind=%s/tmp:/tmp", t->tmp);
		zol_strv_add(argv, "--");
	}
	zol_strv_extend(argv, x->argv);
	return zol_strv_check(argv, err);
}

extern char **environ;

static void host_env(const struct zol_test_exec *x, struct zol_strv *env)
{
	for (char **e = environ; *e; e++) {
		size_t n = strcspn(*e, "=") + 1;
		bool given = false;

		for (size_t i = 0; x->env && x->env[i] && !given; i++)
			given = strncmp(x->env[i], *e, n) == 0;
		if (!given)
			zol_strv_add(env, *e);
	}
	zol_strv_extend(env, x->env);
}

/* Waits in steps, so that a signal of ours is seen. 0 when it has ended, 1 when the time is over. */
static int wait_child(struct zol_proc *p, uint64_t limit, struct zol_exit *end, struct zol_err *err)
{
	uint64_t begun = zol_now_ms();

	for (;;) {
		uint64_t gone = zol_now_ms() - begun;
		uint64_t left = !limit ? TICK_MS : limit > gone ? limit - gone : 0;
		int r = zol_proc_wait(p, left < TICK_MS ? left : TICK_MS, end, err);

		if (r <= 0)
			return r;
		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		if (limit && zol_now_ms() - begun >= limit)
			return 1;
	}
}

/*
 * Who ends a job signals all of its processes at once: the test may be dead before our own signal is here.
 * Its end says nothing about it then.
 */
static int check_killed(const struct zol_exit *end, struct zol_err *err)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGKILL };

	for (size_t i = 0; i < ZOL_COUNT(signals); i++) {
		if (end->status != 128 + signals[i])
			continue;
		(void)poll(NULL, 0, LATE_MS);
		return zol_sig_check(err);
	}
	return 0;
}

static int watch_child(struct zol_proc *p, const struct zol_test_exec *x, struct zol_test_end *ret, struct zol_err *err)
{
	struct zol_exit end = { 0 };
	int r = wait_child(p, x->limit, &end, err);

	if (r > 0) {
		ret->how = ZOL_END_LIMIT;
		zol_proc_signal(p, SIGTERM);
		r = wait_child(p, GRACE_MS, &end, err);
	}
	if (r > 0) {
		zol_proc_signal(p, SIGKILL);
		r = wait_child(p, GIVE_UP_MS, &end, err);
	}
	if (r > 0) {
		ret->how = ZOL_END_HANG;
		ret->why = strdup("it could not be killed");
		*p = (struct zol_proc)ZOL_PROC_INIT;
		return 0;
	}
	/* what it has left in its group goes, too */
	zol_proc_signal(p, SIGKILL);
	ret->status = end.status;
	ret->signal = end.signal;
	return r == 0 && ret->how == ZOL_END_EXIT ? check_killed(&end, err) : r;
}

static int host_exec(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *ret,
		     struct zol_err *err)
{
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv env = ZOL_STRV_INIT;
	struct zol_spawn spawn = { .in = x->in >= 0 ? x->in : ZOL_STDIO_NULL, .out = x->out, .own_group = true };

	if (host_argv(t, x, &argv, err) < 0)
		return -(int)err->code;
	if (t->place == ZOL_AT_HOST) {
		host_env(x, &env);
		spawn.env = zol_strv_list(&env);
		spawn.cwd = x->cwd;
	}
	spawn.argv = zol_strv_list(&argv);
	spawn.err = x->err >= 0 ? x->err : ZOL_STDIO_STDOUT;
	spawn.pdeathsig = SIGKILL;
	if (zol_strv_check(&env, err) < 0)
		return -(int)err->code;
	if (zol_proc_spawn(&spawn, &p, err) < 0) {
		if (err->errnum == ENOMEM || err->errnum == EAGAIN || err->errnum == EMFILE)
			return -(int)err->code;
		ret->how = ZOL_END_CANNOT;
		ret->why = strdup(zol_err_text(err));
		zol_err_clear(err);
		return 0;
	}
	return watch_child(&p, x, ret, err);
}

int zol_test_target_exec(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *ret,
			 struct zol_err *err)
{
	uint64_t begun = zol_now_ms();
	int r;

	*ret = (struct zol_test_end){ .how = ZOL_END_EXIT };
	r = t->place == ZOL_AT_VM ? zol_test_vm_exec(t, x, ret, err) : host_exec(t, x, ret, err);
	ret->ms = zol_now_ms() - begun;
	if (r < 0)
		zol_test_end_free(ret);
	return r;
}

int zol_test_target_capture(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_str *out,
			    struct zol_err *err)
{
	ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
	ZOL_AUTO(fd) int fd = memfd_create("zolkit", MFD_CLOEXEC);
	ZOL_AUTO(fd) int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct zol_test_exec y = *x;

	if (fd < 0 || null < 0)
		return zol_err_sys(err, "output of %s", x->argv[0]);
	y.out = fd;
	y.err = null;
	if (zol_test_target_exec(t, &y, &end, err) < 0)
		return -(int)err->code;
	if (end.how != ZOL_END_EXIT || end.status != 0)
		return zol_err_set(err, ZOL_CHILD, 0, "%s: %s (status %d)", x->argv[0], end.why ? end.why : "failed",
				   end.status);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "output of %s", x->argv[0]);
	return zol_read_fd(fd, CAPTURE_MAX, out, err);
}
