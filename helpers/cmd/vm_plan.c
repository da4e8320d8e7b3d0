/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/path.h"
#include "cmd/app.h"
#include "cmd/vm.h"
#include "core/agent_proto.h"
#include "core/settings.h"
#include "sys/accel.h"

#define MIB (1ULL << 20)
#define AGENT_MAX (16U << 20)
#define BOOT_TCG_MS 180000U /* OpenRC is silent for tens of seconds while it makes its dependency cache */
#define BOOT_KVM_MS 45000U

void zol_vm_plan_free(struct zol_vm_plan *p)
{
	zol_vm_dirs_free(&p->dirs);
	free(p->kernel);
	free(p->root);
	zol_guest_free(&p->guest);
	zol_overlay_mount_free(&p->overlay);
	free(p->initrd);
	free(p->virtiofsd);
	free(p->real_init);
	zol_strv_free(&p->append);
	zol_strv_free(&p->qemu);
	zol_strv_free(&p->fs);
	*p = (struct zol_vm_plan)ZOL_VM_PLAN_INIT;
}

int zol_vm_dirs_of(const struct zol_cli *cli, struct zol_vm_dirs *ret, struct zol_err *err)
{
	const struct zol_settings *s = cli->settings;

	return zol_vm_dirs_init(s->paths.run, s->paths.state, cli->globals.guest ? cli->globals.guest : s->guest.name,
				ret, err);
}

/* CPUs that this process may use. */
static uint64_t host_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (uint64_t)CPU_COUNT(&set);
}

static uint64_t automatic_memory(void)
{
	uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t quarter = all / 4 / MIB * MIB;

	return quarter < 1024 * MIB ? 1024 * MIB : quarter > 8192 * MIB ? 8192 * MIB : quarter;
}

/* The absolute path of something that must exist. */
static int resolve(const char *path, const char *what, const char *hint, char **ret, struct zol_err *err)
{
	*ret = realpath(path, NULL);
	if (*ret)
		return 0;
	zol_err_sys(err, "%s %s", what, path);
	return hint ? zol_err_hint(err, "%s", hint) : -(int)err->code;
}

static int find_files(const struct zol_cli *cli, const struct zol_vm_boot_args *a, struct zol_vm_plan *p,
		      struct zol_err *err)
{
	ZOL_AUTO(free) char *tree = zol_path_join(cli->settings->paths.guests, p->dirs.guest);
	struct stat st;

	if (!tree)
		return zol_err_oom(err);
	if (resolve(a->root ? a->root : tree, "root tree", a->root ? NULL : "make the guest: zolkit guest create",
		    &p->root, err) < 0 ||
	    resolve(a->kernel ? a->kernel : p->dirs.kernel, "kernel",
		    a->kernel ? NULL : "build it: zolkit kernel build", &p->kernel, err) < 0)
		return -(int)err->code;
	if (a->initrd && resolve(a->initrd, "initial ramdisk", NULL, &p->initrd, err) < 0)
		return -(int)err->code;
	if (stat(p->root, &st) < 0 || !S_ISDIR(st.st_mode))
		return zol_err_set(err, ZOL_USAGE, ENOTDIR, "root tree %s", p->root);
	return 0;
}

/* In an ephemeral VM the agent is the kernel's init; one that the user names comes after it. */
static int split_init(const struct zol_vm_boot_args *a, bool ephemeral, struct zol_vm_plan *p, struct zol_err *err)
{
	for (size_t i = 0; i < a->append.len; i++) {
		if (!ephemeral || strncmp(a->append.v[i], "init=", 5) != 0) {
			zol_strv_add(&p->append, a->append.v[i]);
			continue;
		}
		free(p->real_init);
		p->real_init = strdup(a->append.v[i] + 5);
		if (!p->real_init)
			return zol_err_oom(err);
	}
	return zol_strv_check(&p->append, err);
}

static void find_virtiofsd(struct zol_vm_plan *p)
{
	static const char *const places[] = { "virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd" };

	for (size_t i = 0; i < ZOL_COUNT(places) && !p->virtiofsd; i++)
		p->virtiofsd = zol_path_which(places[i]);
}

static int choose_accel(const struct zol_cli *cli, struct zol_vm_plan *p, struct zol_err *err)
{
	const struct zol_events none = { 0 };
	const char *accel;

	if (zol_accel_choose(cli->settings, false, &none, &accel, err) < 0)
		return -(int)err->code;
	(void)snprintf(p->accel, sizeof(p->accel), "%s", accel);
	p->boot_timeout = cli->settings->vm.boot_timeout;
	if (p->boot_timeout == 0)
		p->boot_timeout = strcmp(accel, "tcg") == 0 ? BOOT_TCG_MS : BOOT_KVM_MS;
	return 0;
}

static void fill_qemu(const struct zol_cli *cli, const struct zol_vm_boot_args *a, bool run, struct zol_vm_plan *p)
{
	const struct zol_settings *s = cli->settings;
	uint64_t cpus = host_cpus() / (a->beside ? a->beside : 1);
	struct zol_qemu *q = &p->q;
	bool virtiofs = strcmp(s->vm.transport, "virtiofs") == 0;

	*q = (struct zol_qemu){ .qemu = s->vm.qemu, .name = p->dirs.guest, .machine = s->vm.machine };
	q->accel = p->accel;
	q->cpu = *s->vm.cpu ? s->vm.cpu : strcmp(p->accel, "kvm") == 0 ? "host" : "max";
	q->smp = a->smp ? a->smp : s->vm.smp ? s->vm.smp : cpus > 8 ? 8 : cpus ? cpus : 1;
	q->memory = a->memory ? a->memory : s->vm.memory ? s->vm.memory : automatic_memory();
	q->kernel = p->kernel;
	q->initrd = p->initrd;
	q->root = p->root;
	q->transport = s->vm.transport;
	q->cache = a->still && strcmp(s->vm.cache, "mmap") == 0 ? "loose" : s->vm.cache;
	q->security_model = s->vm.security_model;
	q->msize = s->vm.msize;
	q->read_only = a->ephemeral;
	q->snapshot = a->snapshot;
	q->second_serial = !run;
	if (run || a->ephemeral)
		q->init = ZOL_AGENT_PATH;
	if (run || a->ephemeral)
		q->mode = !run ? "ephemeral" : a->ephemeral ? "run-ephemeral" : "run";
	q->real_init = p->real_init;
	q->virtiofsd = virtiofs ? p->virtiofsd : NULL;
	q->gdb = a->gdb != NULL;
	q->stopped = a->gdb && strcmp(a->gdb, "wait") == 0;
	/* the time that a debugger takes is nobody's */
	if (q->stopped)
		p->boot_timeout = 0;
	q->run_dir = zol_qemu_run_dir_fits(p->dirs.run) ? p->dirs.run : "";
}

int zol_vm_plan_make(struct zol_cli *cli, const struct zol_vm_boot_args *a, bool run, struct zol_vm_plan *ret,
		     struct zol_err *err)
{
	ZOL_AUTO(vm_plan) struct zol_vm_plan p = ZOL_VM_PLAN_INIT;
	ZOL_AUTO(strv) struct zol_strv extra = ZOL_STRV_INIT;

	if (zol_vm_dirs_of(cli, &p.dirs, err) < 0 || find_files(cli, a, &p, err) < 0 ||
	    split_init(a, a->ephemeral && !run, &p, err) < 0 || choose_accel(cli, &p, err) < 0)
		return -(int)err->code;
	if (strcmp(cli->settings->vm.transport, "virtiofs") == 0)
		find_virtiofsd(&p);
	fill_qemu(cli, a, run, &p);
	p.registered = !a->root;
	p.discards = a->ephemeral;
	zol_strv_extend(&extra, zol_strv_list(&cli->settings->vm.qemu_args));
	zol_strv_extend(&extra, zol_strv_list(&a->qemu_args));
	if (zol_strv_check(&extra, err) < 0)
		return -(int)err->code;
	p.q.kernel_args = zol_strv_list(&cli->settings->vm.kernel_args);
	p.q.append = zol_strv_list(&p.append);
	p.q.qemu_args = zol_strv_list(&extra);
	if (zol_qemu_argv(&p.q, &p.qemu, err) < 0 || zol_qemu_virtiofsd_argv(&p.q, &p.fs, err) < 0)
		return -(int)err->code;
	p.q.qemu_args = NULL;
	*ret = p;
	ret->q.accel = ret->accel;
	p = (struct zol_vm_plan)ZOL_VM_PLAN_INIT;
	return 0;
}

void zol_vm_plan_print(const struct zol_cli *cli, const struct zol_vm_plan *p)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

	zol_str_puts(&line, "mkdir -p -m 0700 ");
	zol_str_shell_quote(&line, p->dirs.run);
	if (!*p->q.run_dir) {
		zol_str_puts(&line, " && cd ");
		zol_str_shell_quote(&line, p->dirs.run);
	}
	zol_str_puts(&line, " &&\n");
	if (p->fs.len > 0) {
		zol_str_puts(&line, "{ ");
		zol_str_shell_join(&line, zol_strv_list(&p->fs));
		zol_str_puts(&line, " & sleep 1; } &&\n");
	}
	zol_str_shell_join(&line, zol_strv_list(&p->qemu));
	(void)fprintf(cli->out.out, "%s\n", zol_str_c(&line));
}

int zol_vm_tree_enter(struct zol_cli *cli, struct zol_vm_plan *p, struct zol_err *err)
{
	int rc;

	if (!p->registered)
		return 0;
	rc = zol_guest_need(cli->settings, p->dirs.guest, &p->guest, err);
	if (rc == 0 && !p->discards)
		rc = zol_guest_writable(cli->settings, &p->guest, err);
	if (rc == 0)
		rc = zol_guest_overlay_enter(cli->settings, &p->guest, &p->overlay, err);
	return rc < 0 ? rc : 0;
}

/* 1 when the guest has the very same file. */
static int same_agent(int root, const struct zol_str *ours)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str theirs = ZOL_STR_INIT;

	if (zol_read_file_in(root, ZOL_AGENT_PATH, AGENT_MAX, &theirs, &err) < 0)
		return 0;
	return theirs.len == ours->len && memcmp(theirs.ptr, ours->ptr, ours->len) == 0;
}

int zol_vm_agent_install(const struct zol_vm_plan *p, struct zol_err *err)
{
	ZOL_AUTO(fd) int root = zol_root_open(p->root, err);
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str ours = ZOL_STR_INIT;
	ZOL_AUTO(free) char *dir = strdup(ZOL_AGENT_PATH);

	if (!dir)
		return zol_err_oom(err);
	if (root < 0 || zol_app_program("zolkit-agent", &path, err) < 0 ||
	    zol_read_file(zol_str_c(&path), AGENT_MAX, &ours, err) < 0)
		return -(int)err->code;
	if (same_agent(root, &ours))
		return 0;
	*strrchr(dir, '/') = '\0';
	if (zol_mkdirs_in(root, dir, 0755, err) < 0 ||
	    zol_write_file_in(root, ZOL_AGENT_PATH, ours.ptr, ours.len, 0755, err) < 0)
		return zol_err_wrap(err, "agent for the guest");
	return 0;
}
