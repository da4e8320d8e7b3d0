/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/top.h"
#include "core/settings.h"
#include "sys/accel.h"

/* "missing" makes the exit status 1; "degraded" works, but less well. */
enum state { OK, DEGRADED, MISSING };
static const char *const state_names[] = { "ok", "degraded", "missing" };

struct row {
	const char *module, *check, *state, *detail, *remedy;
};

static const struct zol_col cols[] = {
	ZOL_COL("module", "MODULE", STR, struct row, module), ZOL_COL("check", "CHECK", STR, struct row, check),
	ZOL_COL("state", "STATE", STR, struct row, state),    ZOL_COL("detail", "DETAIL", STR, struct row, detail),
	ZOL_COL("remedy", "REMEDY", STR, struct row, remedy),
};

struct doctor {
	struct zol_cli *cli;
	const struct zol_doctor_args *args;
	struct zol_rows rows;
	bool gentoo;
	bool missing;
};

static void report(struct doctor *d, const char *module, const char *check, enum state state, const char *detail,
		   const char *remedy)
{
	const struct row row = { module, check, state_names[state], detail, state == OK ? NULL : remedy };

	if (d->args->modules.len && !zol_strv_has(&d->args->modules, module))
		return;
	zol_rows_add(&d->rows, &row);
	d->missing |= state == MISSING;
}

/* What the modules run, and the packages that have it. */
static const struct {
	const char *module, *program;
	enum state without;
	const char *debian, *gentoo, *purpose;
} programs[] = {
	{ "stage", "gpgv", MISSING, "gpgv", "app-crypt/gnupg", "verifies signatures" },
	{ "kernel", "make", MISSING, "make", "dev-build/make", "builds the kernel" },
	{ "kernel", "gcc", MISSING, "gcc", "sys-devel/gcc", "compiles the kernel outside the guest" },
	{ "kernel", "flex", MISSING, "flex", "sys-devel/flex", "the kernel's own configurator" },
	{ "kernel", "bison", MISSING, "bison", "sys-devel/bison", "the kernel's own configurator" },
	{ "kernel", "bc", MISSING, "bc", "sys-devel/bc", "the kernel's time constants" },
	{ "kernel", "depmod", MISSING, "kmod", "sys-apps/kmod", "module dependencies" },
	{ "kernel", "tar", MISSING, "tar", "app-arch/tar", "kernel sources in a tarball" },
	{ "kernel", "ccache", DEGRADED, "ccache", "dev-util/ccache", "makes a second build six times cheaper" },
	{ "vm", "virtiofsd", DEGRADED, "virtiofsd", "app-emulation/virtiofsd", "the transport virtiofs" },
};

static char *find_program(const char *program)
{
	/* QEMU's own virtiofsd is not in PATH: Debian 12's qemu-system-common */
	if (strcmp(program, "virtiofsd") == 0) {
		static const char *const places[] = { "/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd" };

		for (size_t i = 0; i < ZOL_COUNT(places); i++)
			if (access(places[i], X_OK) == 0)
				return strdup(places[i]);
	}
	return zol_path_which(program);
}

static void check_programs(struct doctor *d)
{
	for (size_t i = 0; i < ZOL_COUNT(programs); i++) {
		ZOL_AUTO(free) char *path = find_program(programs[i].program);
		ZOL_AUTO(free)
		char *remedy = d->gentoo ? zol_asprintf("emerge %s", programs[i].gentoo) :
					   zol_asprintf("install the package %s", programs[i].debian);

		report(d, programs[i].module, programs[i].program, path ? OK : programs[i].without,
		       path ? path : programs[i].purpose, remedy);
	}
}

/* Kernel features, asked for by using them with arguments that cannot succeed. */
static bool has_syscall(long nr)
{
	return syscall(nr, -1, NULL, 0, 0, 0) >= 0 || (errno != ENOSYS && errno != EPERM);
}

static bool in_file(const char *file, const char *word)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = open(file, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && zol_read_fd(fd, 1 << 20, &text, &ignored) == 0 && strstr(zol_str_c(&text), word);
}

static bool can_unshare(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unshare(CLONE_NEWNS) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void check_kernel(struct doctor *d)
{
	struct utsname u = { 0 };

	(void)uname(&u);
	report(d, "guest", "openat2", has_syscall(SYS_openat2) ? OK : DEGRADED, u.release,
	       "Linux 5.6 or newer; paths are walked step by step instead");
	report(d, "chroot", "mount API", has_syscall(SYS_mount_setattr) && has_syscall(SYS_open_tree) ? OK : DEGRADED,
	       u.release, "Linux 5.12 or newer; read-only binds are made by remounting instead");
	report(d, "chroot", "mount namespace", can_unshare() ? OK : MISSING, "private mounts",
	       "run as root, in a container with CAP_SYS_ADMIN");
	report(d, "guest", "overlay", in_file("/proc/filesystems", "\toverlay\n") ? OK : DEGRADED,
	       "clones where there is no reflink", "modprobe overlay");
}

static void check_own_programs(struct doctor *d)
{
	static const struct {
		const char *module, *program;
	} own[] = { { "stage", "zolkit-stage" },
		    { "vm", "zolkit-vm" },
		    { "guest", "zolkit-agent" },
		    { "vm", "zolkit-probe" } };

	for (size_t i = 0; i < ZOL_COUNT(own); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
		bool runs = zol_app_program(own[i].program, &path, &err) == 0;
		const char *const argv[] = { zol_str_c(&path), "--version", NULL };

		runs = runs && zol_proc_capture(argv, NULL, &err) == 0;
		/* starting it loads every library it was linked with */
		report(d, own[i].module, own[i].program, runs ? OK : MISSING, runs ? argv[0] : zol_err_text(&err),
		       "install zolkit completely, with the libraries it was built with");
	}
}

static void check_permissions(struct doctor *d)
{
	const char *keyring = d->cli->settings->stage.keyring;

	report(d, "stage", "keyring", access(keyring, R_OK) == 0 ? OK : MISSING, keyring,
	       d->gentoo ? "emerge sec-keys/openpgp-keys-gentoo-release" :
			   "copy Gentoo's release keys there, or set keyring in the section [stage]");
	report(d, "guest", "root", geteuid() == 0 ? OK : MISSING, geteuid() == 0 ? "yes" : "an ordinary user",
	       "run as root: chroot, mounts and the owners of a stage3 need it");
}

/* The nearest directory above path that exists has the space. */
static void check_space(struct doctor *d, const char *module, const char *path, uint64_t want)
{
	ZOL_AUTO(free) char *at = strdup(path);
	struct statvfs v;
	char buf[ZOL_NUM_TEXT], need[ZOL_NUM_TEXT];

	while (at && statvfs(at, &v) < 0 && strcmp(at, "/") != 0 && strcmp(at, ".") != 0)
		(void)dirname(at);
	if (!at || statvfs(at, &v) < 0)
		return;
	uint64_t space = (uint64_t)v.f_bavail * v.f_frsize;
	ZOL_AUTO(free) char *detail = zol_asprintf("%s free below %s", zol_num_fmt_size(space, buf), path);
	ZOL_AUTO(free)
	char *remedy =
		zol_asprintf("free %s, or choose another place in the section [paths]", zol_num_fmt_size(want, need));

	report(d, module, "disk space", space >= want ? OK : MISSING, detail, remedy);
}

static void check_accelerators(struct doctor *d)
{
	static const char *const accels[] = { "kvm", "tcg" };
	const char *qemu = zol_accel_qemu(d->cli->settings);
	ZOL_AUTO(free) char *path = zol_path_which(qemu);

	report(d, "vm", "qemu", path ? OK : MISSING, path ? path : qemu,
	       d->gentoo ? "emerge app-emulation/qemu" : "install the package qemu-system-x86");
	/* It takes seconds. */
	if (!path || d->args->no_boot || (d->args->modules.len && !zol_strv_has(&d->args->modules, "vm")))
		return;
	for (size_t i = 0; i < ZOL_COUNT(accels); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(accel_verdict) struct zol_accel_verdict v = { 0 };
		bool kvm = strcmp(accels[i], "kvm") == 0;

		if (kvm && access("/dev/kvm", R_OK | W_OK) < 0) {
			report(d, "vm", "kvm", DEGRADED, strerror(errno),
			       "enable virtualisation and load kvm_intel or kvm_amd; tcg works, ten times slower");
			continue;
		}
		if (zol_accel_probe(path, accels[i], &v, &err) < 0) {
			report(d, "vm", accels[i], MISSING, zol_err_text(&err), "see above");
			continue;
		}
		ZOL_AUTO(free)
		char *detail = v.works ? zol_asprintf("a guest answered after %" PRIu64 " ms", v.ms) :
					 zol_asprintf("a guest does not run: %s", v.why);
		report(d, "vm", accels[i],
		       v.works ? OK :
		       kvm     ? DEGRADED :
				 MISSING,
		       detail,
		       kvm ? "nothing to do: accel = auto uses tcg" : "another QEMU: this one cannot run guests");
	}
}

static int check_modules(const struct doctor *d, struct zol_err *err)
{
	const struct zol_table *t = d->cli->table;
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	const char *near;

	for (size_t i = 0; i < t->nmodules; i++)
		if (t->modules[i]->name[0])
			zol_strv_add(&names, t->modules[i]->name);
	if (zol_strv_check(&names, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < d->args->modules.len; i++) {
		const char *name = d->args->modules.v[i];

		if (zol_strv_has(&names, name))
			continue;
		near = zol_nearest(name, zol_strv_list(&names), names.len);
		zol_err_set(err, ZOL_USAGE, 0, "there is no module '%s'", name);
		return near ? zol_err_hint(err, "did you mean %s?", near) : -ZOL_USAGE;
	}
	return 0;
}

int zol_cmd_doctor(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	struct doctor d = { .cli = cli, .args = args };
	const struct zol_settings *set = cli->settings;
	int rc = check_modules(&d, err);

	if (rc < 0)
		return rc;
	d.gentoo = access("/etc/gentoo-release", F_OK) == 0;
	zol_rows_begin(&d.rows, &cli->out, cols, ZOL_COUNT(cols));
	check_own_programs(&d);
	check_programs(&d);
	check_kernel(&d);
	check_permissions(&d);
	check_space(&d, "stage", set->paths.cache, 2ULL << 30);
	check_space(&d, "guest", set->paths.guests, 5ULL << 30);
	check_space(&d, "kernel", set->paths.state, 3ULL << 30);
	check_accelerators(&d);
	if (d.rows.nrows == 0)
		zol_out_info(&cli->out, "these modules need nothing that could be missing");
	rc = zol_rows_end(&d.rows, err);
	zol_rows_free(&d.rows);
	if (rc < 0)
		return rc;
	return d.missing ? 1 : 0;
}
