/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * QEMU's command line as data: built here, shown by --dry-run, run by sys/vm_process.
 *
 * The console is QEMU's own stdin and stdout, so that the same line works pasted into a shell and
 * under the supervisor. Agent and monitors are Unix sockets in the guest's run directory; nothing
 * listens on a TCP port. Traps behind the choices (9p tag without a slash, msize above 512000
 * capped by the guest's virtio transport, no microvm under TCG, panic=-1 with -no-reboot): the
 * 9p code of linux:net/9p/trans_virtio.c and qemu:docs/system/i386/microvm.rst.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_QEMU_TAG "zolroot"
#define ZOL_QEMU_QMP "qmp.sock"          /* the supervisor's monitor */
#define ZOL_QEMU_MONITOR "monitor.sock"  /* another one, for people and debuggers */
#define ZOL_QEMU_AGENT "agent-port.sock" /* the host's end of the agent's port */
#define ZOL_QEMU_GDB "gdb.sock"          /* the gdbserver, when there is one */
#define ZOL_QEMU_SERIAL "serial1.sock"   /* the second serial line, ttyS1 */
#define ZOL_QEMU_FS "fs.sock"            /* virtiofsd */
#define ZOL_QEMU_SUN_MAX 107             /* bytes in sockaddr_un.sun_path without NUL */

struct zol_qemu {
	const char *qemu;            /* program; "" or NULL: qemu-system-x86_64 */
	const char *name;            /* of the guest */
	const char *machine;         /* "" or NULL: q35 */
	const char *accel;           /* tcg, kvm, ... (never auto) */
	const char *cpu;             /* "" or NULL: max */
	uint64_t smp;                /* 0: 1 */
	uint64_t memory;             /* bytes; 0: 1 GiB */
	const char *kernel, *initrd; /* files; initrd may be NULL */
	const char *root;            /* directory that becomes the guest's root */
	const char *transport;       /* 9p, virtiofs */
	const char *cache;           /* 9p: none, mmap, loose ...; virtiofsd: auto, always, none */
	const char *security_model;  /* passthrough, none, mapped-xattr, mapped-file */
	uint64_t msize;              /* bytes; 0: 512000 */
	bool read_only;              /* the guest cannot change the tree */
	bool second_serial;          /* ttyS1, on a socket: the guide's second login */
	bool gdb;                    /* a gdbserver listens from the start on */
	bool stopped;                /* and runs nothing until it is told so */
	bool snapshot;               /* writes to disks given by qemu_args are thrown away */
	const char *init;            /* init=; NULL: the guest's own */
	const char *mode;            /* the agent's mode when it is init; NULL: not set */
	const char *real_init;       /* what the agent starts after an ephemeral root is made, or NULL */
	const char *const *kernel_args, *const *append, *const *qemu_args; /* NULL-terminated or NULL */
	const char *run_dir;   /* directory of the sockets; "": the working directory */
	const char *virtiofsd; /* program, for transport virtiofs */
};

/* The kernel's command line, appended. ZOL_USAGE when the kernel would cut it (2047 bytes on x86). */
int zol_qemu_cmdline(const struct zol_qemu *q, struct zol_str *line, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* All of QEMU's arguments, appended. ZOL_USAGE for combinations that cannot work. */
int zol_qemu_argv(const struct zol_qemu *q, struct zol_strv *argv, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The arguments of virtiofsd when the transport is virtiofs; else nothing is added. */
int zol_qemu_virtiofsd_argv(const struct zol_qemu *q, struct zol_strv *argv, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Whether a socket of this name in run_dir fits into sun_path. */
bool zol_qemu_run_dir_fits(const char *run_dir) ZOL_NONNULL(1);
