/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sys/accel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"

/* A working accelerator answers in under 0.2 s on an idle host; busy ones get time. */
#define LIMIT_MS 3000
#define LIMIT_TCG_MS 20000

/* isa-debug-exit makes QEMU's exit status (value << 1) | 1: qemu:hw/misc/debugexit.c */
#define ANSWER 0x15
#define ANSWER_STATUS ((ANSWER << 1) | 1)

/*
 * The firmware: the last 64 KiB below 1 MiB (and below 4 GiB), entered at its last 16 bytes in
 * real mode. Every step is one that a broken hypervisor was seen or can be expected to hang at.
 */
#define FIRMWARE_SIZE 65536
#define RESET_VECTOR 0xfff0

static const unsigned char firmware[] = {
	0xfa,                                           /* cli */
	0x2e, 0x66, 0x0f, 0x01, 0x16, 0xc8, 0x00,       /* lgdtl %cs:0xc8 */
	0xb0, 0x01,                                     /* mov $1, %al */
	0x0f, 0x20, 0xc3,                               /* mov %cr0, %ebx */
	0x08, 0xc3,                                     /* or %al, %bl */
	0x0f, 0x22, 0xc3,                               /* mov %ebx, %cr0: protected mode */
	0x66, 0xea, 0x1a, 0x00, 0x0f, 0x00, 0x08, 0x00, /* ljmpl $8, $0xf001a */
	/* 0x1a, 32-bit code */
	0xb8, 0x10, 0x00, 0x00, 0x00,                               /* mov $16, %eax */
	0x8e, 0xd8,                                                 /* mov %eax, %ds */
	0x8e, 0xc0,                                                 /* mov %eax, %es */
	0xbf, 0x00, 0x10, 0x00, 0x00,                               /* mov $0x1000, %edi: page tables */
	0x31, 0xc0,                                                 /* xor %eax, %eax */
	0xb9, 0x00, 0x0c, 0x00, 0x00,                               /* mov $0xc00, %ecx */
	0xf3, 0xab,                                                 /* rep stosl */
	0xc7, 0x05, 0x00, 0x10, 0x00, 0x00, 0x03, 0x20, 0x00, 0x00, /* PML4[0] = 0x2003 */
	0xc7, 0x05, 0x00, 0x20, 0x00, 0x00, 0x03, 0x30, 0x00, 0x00, /* PDPT[0] = 0x3003 */
	0xc7, 0x05, 0x00, 0x30, 0x00, 0x00, 0x83, 0x00, 0x00, 0x00, /* PD[0] = 2 MiB at 0 */
	0xb8, 0x00, 0x10, 0x00, 0x00,                               /* mov $0x1000, %eax */
	0x0f, 0x22, 0xd8,                                           /* mov %eax, %cr3 */
	0xb8, 0x20, 0x00, 0x00, 0x00,                               /* mov $0x20, %eax */
	0x0f, 0x22, 0xe0,                                           /* mov %eax, %cr4: PAE */
	0xb9, 0x80, 0x00, 0x00, 0xc0,                               /* mov $0xc0000080, %ecx: EFER */
	0x0f, 0x32,                                                 /* rdmsr */
	0x80, 0xcc, 0x01,                                           /* or $1, %ah: LME */
	0x0f, 0x30,                                                 /* wrmsr */
	0x0f, 0x20, 0xc0,                                           /* mov %cr0, %eax */
	0x0d, 0x00, 0x00, 0x00, 0x80,                               /* or $0x80000000, %eax */
	0x0f, 0x22, 0xc0,                                           /* mov %eax, %cr0: paging */
	0xea, 0x7d, 0x00, 0x0f, 0x00, 0x18, 0x00,                   /* ljmp $24, $0xf007d */
	/* 0x7d, 64-bit code */
	0x48, 0xb8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, /* mov $0x1122334455667788, %rax */
	0x48, 0x89, 0x04, 0x25, 0x00, 0x40, 0x00, 0x00,             /* mov %rax, 0x4000 */
	0x48, 0x39, 0x04, 0x25, 0x00, 0x40, 0x00, 0x00,             /* cmp %rax, 0x4000 */
	0x75, 0x07,                                                 /* jne halt */
	0x66, 0xba, 0xf4, 0x00,                                     /* mov $0xf4, %dx */
	0xb0, ANSWER,                                               /* mov $ANSWER, %al */
	0xee,                                                       /* out %al, %dx */
	0xf4,                                                       /* halt: hlt */
	0xeb, 0xfd,                                                 /* jmp halt */
	0x8d, 0xb4, 0x00, 0x00, 0x90,                               /* padding */
	/* 0xa8, descriptors: null, 32-bit code, data, 64-bit code */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x9a, 0xcf, 0x00, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x92, 0xcf, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x9a, 0xaf, 0x00,
	/* 0xc8 */
	0x1f, 0x00, 0xa8, 0x00, 0x0f, 0x00, /* limit 31, base 0xf00a8 */
};

static const unsigned char reset[] = { 0xe9, 0x0d, 0x00 }; /* jmp to offset 0, around 64 KiB */

void zol_accel_verdict_free(struct zol_accel_verdict *v)
{
	free(v->why);
	*v = (struct zol_accel_verdict){ 0 };
}

/* QEMU opens its firmware by name; a memory file needs no place and leaves none. */
static int make_firmware(struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = memfd_create("zolkit-accel", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, FIRMWARE_SIZE) < 0 ||
	    pwrite(fd, firmware, sizeof(firmware), 0) != (ssize_t)sizeof(firmware) ||
	    pwrite(fd, reset, sizeof(reset), RESET_VECTOR) != (ssize_t)sizeof(reset))
		return zol_err_sys(err, "cannot make the firmware of the accelerator probe");
	return zol_take_fd(&fd);
}

/* The last line QEMU wrote that is no mere warning, or what the end of the process says. */
static char *reason(const struct zol_run_result *r, uint64_t limit)
{
	struct zol_span rest = zol_span_str(&r->err), line, last = { 0 };
	char buf[ZOL_NUM_TEXT];

	if (r->exit.timed_out)
		return zol_asprintf("no answer within %s", zol_num_fmt_duration(limit, buf));
	while (zol_span_line(&rest, &line))
		if (line.len && !zol_span_has(line, "warning:"))
			last = zol_span_trim(line);
	if (last.len)
		return zol_asprintf("%.*s", (int)last.len, last.ptr);
	return zol_asprintf("QEMU ended with status %d", r->exit.status);
}

int zol_accel_probe(const char *qemu, const char *accel, struct zol_accel_verdict *ret, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	ZOL_AUTO(fd) int fd = make_firmware(err);
	const struct zol_fdmap map = { .from = fd, .to = 3 };
	bool tcg = strcmp(accel, "tcg") == 0;
	/* The processor model matters too: with -cpu host some hosts refuse, so ask for what vm start uses. */
	const char *const argv[] = { qemu,
				     "-accel",
				     accel,
				     "-cpu",
				     tcg ? "max" : "host",
				     "-machine",
				     "pc",
				     "-m",
				     "16",
				     "-nodefaults",
				     "-no-user-config",
				     "-display",
				     "none",
				     "-bios",
				     "/proc/self/fd/3",
				     "-device",
				     "isa-debug-exit,iobase=0xf4,iosize=0x04",
				     NULL };
	const struct zol_run run = {
		.spawn = { .argv = argv,
			   .in = ZOL_STDIO_NULL,
			   .out = ZOL_STDIO_NULL,
			   .err = ZOL_STDIO_PIPE,
			   .fds = &map,
			   .nfds = 1 },
		.timeout_ms = tcg ? LIMIT_TCG_MS : LIMIT_MS,
	};
	struct zol_accel_verdict v = { 0 };
	uint64_t begin = zol_now_ms();
	int rc;

	if (fd < 0)
		return fd;
	rc = zol_proc_run(&run, &result, err);
	if (rc < 0)
		return zol_err_wrap(err, "accelerator probe");
	(void)memccpy(v.accel, accel, '\0', sizeof(v.accel) - 1);
	v.ms = zol_now_ms() - begin;
	v.works = result.exit.signal == 0 && !result.exit.timed_out && result.exit.status == ANSWER_STATUS;
	if (!v.works) {
		v.why = reason(&result, run.timeout_ms);
		if (!v.why)
			return zol_err_oom(err);
	}
	*ret = v;
	return 0;
}

static const struct {
	const char *gentoo, *qemu;
	bool x86;
} arches[] = {
	{ "amd64", "qemu-system-x86_64", true },   { "x86", "qemu-system-x86_64", true },
	{ "arm64", "qemu-system-aarch64", false }, { "arm", "qemu-system-arm", false },
	{ "ppc64", "qemu-system-ppc64", false },   { "ppc", "qemu-system-ppc", false },
	{ "riscv", "qemu-system-riscv64", false }, { "s390", "qemu-system-s390x", false },
};

static size_t arch_index(const struct zol_settings *set)
{
	for (size_t i = 0; i < ZOL_COUNT(arches); i++)
		if (strcmp(set->stage.arch, arches[i].gentoo) == 0)
			return i;
	return 0;
}

const char *zol_accel_qemu(const struct zol_settings *set)
{
	return *set->vm.qemu ? set->vm.qemu : arches[arch_index(set)].qemu;
}

/* What the verdict depends on: another kernel, QEMU or permission asks anew. */
static int make_key(const char *qemu, struct zol_str *key, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_which(qemu);
	struct utsname u;
	struct stat st;

	if (!path || stat(path, &st) < 0) {
		(void)zol_err_set(err, ZOL_SYSTEM, ENOENT, "%s", qemu);
		return zol_err_hint(err, "install QEMU, or set qemu in the section [vm] of the configuration");
	}
	if (uname(&u) < 0)
		return zol_err_sys(err, "uname");
	zol_str_printf(key, "%s %s %s %lld %lld kvm=%d", u.release, u.version, path, (long long)st.st_size,
		       (long long)st.st_mtime, access("/dev/kvm", R_OK | W_OK) == 0);
	return zol_str_check(key, err);
}

/* The file has two lines: the key, and "ACCEL<TAB>WHY-NOT-KVM". Anything else is asked anew. */
static const char *remembered(const char *file, const struct zol_str *key)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct zol_span rest, line;

	if (zol_read_file(file, 4096, &text, &ignored) < 0)
		return NULL;
	rest = zol_span_str(&text);
	if (!zol_span_line(&rest, &line) || !zol_span_eq(line, zol_str_c(key)) || !zol_span_line(&rest, &line))
		return NULL;
	if (zol_span_starts(line, "kvm\t"))
		return "kvm";
	return zol_span_starts(line, "tcg\t") ? "tcg" : NULL;
}

static void remember(const char *dir, const char *file, const struct zol_str *key, const char *accel,
		     const struct zol_events *ev)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_str_printf(&text, "%s\n%s\t\n", zol_str_c(key), accel);
	if (zol_str_check(&text, &err) < 0 || zol_mkdirs(dir, 0755, &err) < 0 ||
	    zol_write_file(file, zol_str_c(&text), text.len, 0644, &err) < 0)
		zol_ev_note(ev, ZOL_LEVEL_INFO, "the accelerator verdict was not kept: %s", zol_err_text(&err));
}

int zol_accel_choose(const struct zol_settings *set, bool refresh, const struct zol_events *ev, const char **ret,
		     struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(set->paths.state, "host");
	ZOL_AUTO(free) char *file = zol_path_join(set->paths.state, "host/accel");
	ZOL_AUTO(str) struct zol_str key = ZOL_STR_INIT;
	ZOL_AUTO(accel_verdict) struct zol_accel_verdict v = { 0 };
	const char *accel;
	int rc;

	if (strcmp(set->vm.accel, "auto") != 0) {
		*ret = set->vm.accel;
		return 0;
	}
	if (!arches[arch_index(set)].x86) {
		*ret = "tcg";
		return 0;
	}
	if (!dir || !file)
		return zol_err_oom(err);
	rc = make_key(zol_accel_qemu(set), &key, err);
	if (rc < 0)
		return rc;
	accel = refresh ? NULL : remembered(file, &key);
	if (accel) {
		*ret = accel;
		return 0;
	}
	accel = "tcg";
	if (access("/dev/kvm", R_OK | W_OK) == 0) {
		rc = zol_accel_probe(zol_accel_qemu(set), "kvm", &v, err);
		if (rc < 0)
			return rc;
		if (v.works)
			accel = "kvm";
		else
			zol_ev_note(ev, ZOL_LEVEL_WARN,
				    "/dev/kvm exists, but a guest does not run with it (%s): using tcg", v.why);
	}
	remember(dir, file, &key, accel, ev);
	*ret = accel;
	return 0;
}
