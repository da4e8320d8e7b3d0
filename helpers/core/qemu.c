/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "core/agent_proto.h"
#include "core/qemu.h"

#define CMDLINE_MAX 2047U /* linux:arch/x86/include/asm/setup.h COMMAND_LINE_SIZE less its NUL */
#define MIB (1024U * 1024U)

static const char *or_default(const char *value, const char *fallback)
{
	return value && *value ? value : fallback;
}

static bool virtiofs(const struct zol_qemu *q)
{
	return strcmp(or_default(q->transport, "9p"), "virtiofs") == 0;
}

static uint64_t memory_mib(const struct zol_qemu *q)
{
	return q->memory ? (q->memory + MIB - 1) / MIB : 1024;
}

bool zol_qemu_run_dir_fits(const char *run_dir)
{
	/* QEMU binds to the path itself; the longest name counts, with a slash. */
	return strlen(run_dir) + 1 + strlen(ZOL_QEMU_AGENT) <= ZOL_QEMU_SUN_MAX;
}

static void root_args(const struct zol_qemu *q, struct zol_str *s)
{
	const char *rw = q->read_only ? "ro" : "rw";

	if (virtiofs(q)) {
		zol_str_printf(s, "root=%s rootfstype=virtiofs %s", ZOL_QEMU_TAG, rw);
		return;
	}
	zol_str_printf(s, "root=%s rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=%" PRIu64, ZOL_QEMU_TAG,
		       q->msize ? q->msize : 512000);
	if (q->cache && *q->cache)
		zol_str_printf(s, ",cache=%s", q->cache);
	zol_str_printf(s, " %s", rw);
}

/* Words with blanks are quoted the way the kernel's parser reads them (linux:lib/cmdline.c next_arg()). */
static int add_words(struct zol_str *s, const char *const *words, struct zol_err *err)
{
	for (; words && *words; words++) {
		const char *w = *words;

		if (strpbrk(w, "\n\""))
			return zol_err_set(err, ZOL_USAGE, 0, "kernel argument with a quote or line break: %s", w);
		if (!*w)
			continue;
		zol_str_printf(s, strpbrk(w, " \t") ? " \"%s\"" : " %s", w);
	}
	return 0;
}

int zol_qemu_cmdline(const struct zol_qemu *q, struct zol_str *line, struct zol_err *err)
{
	size_t start = line->len;

	root_args(q, line);
	/* A busy host delivers the timer's interrupts late, which the kernel takes for a broken IO-APIC (linux:
	   arch/x86/kernel/apic/io_apic.c timer_irq_works()). */
	zol_str_puts(line, " console=ttyS0,115200 panic=-1 oops=panic no_timer_check");
	if (q->init)
		zol_str_printf(line, " init=%s", q->init);
	if (q->mode)
		zol_str_printf(line, " %s=%s", ZOL_AGENT_MODE, q->mode);
	if (q->real_init)
		zol_str_printf(line, " %s=%s", ZOL_AGENT_INIT, q->real_init);
	if (add_words(line, q->kernel_args, err) < 0 || add_words(line, q->append, err) < 0)
		return -(int)err->code;
	if (line->len - start > CMDLINE_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "kernel command line of %zu bytes (the kernel takes %u)",
				   line->len - start, CMDLINE_MAX);
	return zol_str_check(line, err);
}

/* QEMU's option parser ends a value at a comma; a doubled one is a comma (qemu:util/qemu-option.c). */
static void add_value(struct zol_str *s, const char *value)
{
	for (const char *p = value; *p; p++) {
		if (*p == ',')
			zol_str_putc(s, ',');
		zol_str_putc(s, *p);
	}
}

static void add_socket_path(struct zol_str *s, const struct zol_qemu *q, const char *name)
{
	if (q->run_dir && *q->run_dir) {
		add_value(s, q->run_dir);
		zol_str_putc(s, '/');
	}
	zol_str_puts(s, name);
}

/* One option whose value is collected in a string. */
static void add_opt(struct zol_strv *argv, const char *opt, struct zol_str *value)
{
	zol_strv_add(argv, opt);
	if (value->oom)
		argv->oom = true;
	zol_strv_add(argv, zol_str_c(value));
	zol_str_truncate(value, 0);
}

static void add_pair(struct zol_strv *argv, const char *opt, const char *value)
{
	zol_strv_add(argv, opt);
	zol_strv_add(argv, value);
}

static int check(const struct zol_qemu *q, struct zol_err *err)
{
	const char *machine = or_default(q->machine, "q35");

	if (strncmp(machine, "microvm", 7) == 0 && strncmp(q->accel, "tcg", 3) == 0) {
		zol_err_set(err, ZOL_USAGE, 0, "machine microvm does not boot under TCG");
		return zol_err_hint(err, "use machine q35, or accelerator kvm");
	}
	if (strcmp(q->accel, "auto") == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "accelerator is not chosen yet");
	if (virtiofs(q) && !q->virtiofsd) {
		zol_err_set(err, ZOL_SYSTEM, ENOENT, "transport virtiofs needs the program virtiofsd");
		return zol_err_hint(err, "install virtiofsd, or set transport = 9p in section [vm]");
	}
	return 0;
}

static void add_machine(const struct zol_qemu *q, struct zol_strv *argv, struct zol_str *v)
{
	zol_strv_add(argv, or_default(q->qemu, "qemu-system-x86_64"));
	zol_str_puts(v, "guest=");
	add_value(v, q->name);
	add_opt(argv, "-name", v);
	zol_strv_add(argv, "-nodefaults");
	zol_strv_add(argv, "-no-user-config");
	add_pair(argv, "-display", "none");
	zol_str_puts(v, or_default(q->machine, "q35"));
	if (virtiofs(q))
		zol_str_puts(v, ",memory-backend=mem");
	add_opt(argv, "-machine", v);
	add_pair(argv, "-accel", q->accel);
	add_pair(argv, "-cpu", or_default(q->cpu, "max"));
	zol_strv_add(argv, "-smp");
	zol_strv_addf(argv, "%" PRIu64, q->smp ? q->smp : 1);
	zol_strv_add(argv, "-m");
	zol_strv_addf(argv, "%" PRIu64 "M", memory_mib(q));
	zol_strv_add(argv, "-no-reboot");
	if (q->snapshot)
		zol_strv_add(argv, "-snapshot");
}

static void add_root(const struct zol_qemu *q, struct zol_strv *argv, struct zol_str *v)
{
	if (virtiofs(q)) {
		zol_str_printf(v, "memory-backend-memfd,id=mem,size=%" PRIu64 "M,share=on", memory_mib(q));
		add_opt(argv, "-object", v);
		zol_str_puts(v, "socket,id=fs,path=");
		add_socket_path(v, q, ZOL_QEMU_FS);
		add_opt(argv, "-chardev", v);
		add_pair(argv, "-device", "vhost-user-fs-pci,chardev=fs,tag=" ZOL_QEMU_TAG);
		return;
	}
	zol_str_puts(v, "local,id=root,path=");
	add_value(v, q->root);
	zol_str_printf(v, ",security_model=%s,multidevs=remap%s", or_default(q->security_model, "passthrough"),
		       q->read_only ? ",readonly=on" : "");
	add_opt(argv, "-fsdev", v);
	add_pair(argv, "-device", "virtio-9p-pci,fsdev=root,mount_tag=" ZOL_QEMU_TAG);
}

static void add_channels(const struct zol_qemu *q, struct zol_strv *argv, struct zol_str *v)
{
	add_pair(argv, "-chardev", "stdio,id=console,signal=off");
	add_pair(argv, "-serial", "chardev:console");
	if (q->second_serial) {
		zol_str_puts(v, "socket,id=serial1,path=");
		add_socket_path(v, q, ZOL_QEMU_SERIAL);
		zol_str_puts(v, ",server=on,wait=off");
		add_opt(argv, "-chardev", v);
		add_pair(argv, "-serial", "chardev:serial1");
	}
	zol_str_puts(v, "socket,id=agent,path=");
	add_socket_path(v, q, ZOL_QEMU_AGENT);
	zol_str_puts(v, ",server=on,wait=off");
	add_opt(argv, "-chardev", v);
	add_pair(argv, "-device", "virtio-serial-pci");
	add_pair(argv, "-device", "virtserialport,chardev=agent,name=" ZOL_AGENT_PORT);
	for (int i = 0; i < 2; i++) {
		zol_str_puts(v, "unix:");
		add_socket_path(v, q, i == 0 ? ZOL_QEMU_QMP : ZOL_QEMU_MONITOR);
		zol_str_puts(v, ",server=on,wait=off");
		add_opt(argv, "-qmp", v);
	}
}

static void add_gdb(const struct zol_qemu *q, struct zol_strv *argv, struct zol_str *v)
{
	if (q->gdb) {
		zol_str_puts(v, "unix:");
		add_socket_path(v, q, ZOL_QEMU_GDB);
		zol_str_puts(v, ",server=on,wait=off");
		add_opt(argv, "-gdb", v);
	}
	if (q->stopped)
		zol_strv_add(argv, "-S");
}

int zol_qemu_argv(const struct zol_qemu *q, struct zol_strv *argv, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str v = ZOL_STR_INIT;

	if (check(q, err) < 0)
		return -(int)err->code;
	add_machine(q, argv, &v);
	add_pair(argv, "-kernel", q->kernel);
	if (q->initrd)
		add_pair(argv, "-initrd", q->initrd);
	if (zol_qemu_cmdline(q, &v, err) < 0)
		return -(int)err->code;
	add_opt(argv, "-append", &v);
	add_channels(q, argv, &v);
	add_root(q, argv, &v);
	/* what debuggers need beside a dump of the memory (debug dump), for kernels that tell */
	add_pair(argv, "-device", "vmcoreinfo");
	add_gdb(q, argv, &v);
	zol_strv_extend(argv, q->qemu_args);
	return zol_strv_check(argv, err);
}

int zol_qemu_virtiofsd_argv(const struct zol_qemu *q, struct zol_strv *argv, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str v = ZOL_STR_INIT;
	const char *cache = or_default(q->cache, "auto");

	if (!virtiofs(q))
		return 0;
	if (check(q, err) < 0)
		return -(int)err->code;
	zol_strv_add(argv, q->virtiofsd);
	zol_str_puts(&v, "--socket-path=");
	if (q->run_dir && *q->run_dir)
		zol_str_printf(&v, "%s/", q->run_dir);
	zol_str_puts(&v, ZOL_QEMU_FS);
	zol_strv_add(argv, zol_str_c(&v));
	zol_strv_add(argv, "-o");
	zol_strv_addf(argv, "source=%s", q->root);
	/* The 9p modes that virtiofsd does not know mean its default; its "none" hangs modprobe (measured). */
	zol_strv_add(argv, "-o");
	zol_strv_addf(argv, "cache=%s",
		      strcmp(cache, "loose") == 0 || strcmp(cache, "always") == 0 ? "always" : "auto");
	zol_strv_add(argv, "-o");
	zol_strv_add(argv, "sandbox=chroot,xattr,flock,posix_lock");
	return zol_strv_check(argv, err);
}
