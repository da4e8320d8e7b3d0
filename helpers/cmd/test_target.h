/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where tests run: this host, a guest's chroot, or a virtual machine. A target runs one command at a
 * time and tells how it ended; one that was brought down comes up again with the state of its first day.
 */

#include "base/proc.h"
#include "cmd/vm.h"
#include "core/console_find.h"

enum zol_test_how {
	ZOL_END_EXIT,   /* by itself, or by a signal */
	ZOL_END_LIMIT,  /* ended by us when its time was over */
	ZOL_END_HANG,   /* it could not be ended, or nothing answers any more */
	ZOL_END_CRASH,  /* the kernel has lost memory or a thread, or went down */
	ZOL_END_DEFECT, /* by itself, but the kernel has reported a defect */
	ZOL_END_GONE,   /* the target was taken away: QEMU killed */
	ZOL_END_CANNOT, /* the command cannot be started */
};

struct zol_test_exec {
	const char *const *argv, *const *env; /* NULL-terminated; env may be NULL: NAME=VALUE in addition */
	const char *cwd;                      /* NULL: the target's own */
	int in, out, err;                     /* descriptors; in -1: none; err -1: as out */
	uint64_t limit;                       /* ms; 0: none */
	const char *label; /* of a test: marks in the kernel's log, diagnostics at the limit; NULL: none */
	const char *files; /* path without suffix for .console and .stacks; NULL: none */
};

struct zol_test_end {
	enum zol_test_how how;
	int status, signal;
	uint64_t ms;
	char *why;            /* one line, or NULL */
	bool console, stacks; /* these files were written */
};

struct zol_test_target {
	struct zol_cli cli; /* with the name of the target's guest */
	enum { ZOL_AT_HOST, ZOL_AT_CHROOT, ZOL_AT_VM } place;
	char *guest; /* that is tested */
	struct zol_vm_boot_args boot;
	bool disks;      /* a VM gets two empty ones, /dev/vda and /dev/vdb */
	bool up, set_up; /* set_up: by the suite, since it came up */
	char *tmp;       /* of a chroot: what is on its /tmp is below this */
	/* of a VM */
	char *vm; /* name of its own, NULL until the first boot */
	char *tree, *kernel;
	struct zol_vm_plan plan;
	struct zol_link link;
	struct zol_overlay_mount overlay;
	pid_t supervisor;
	uint64_t mark;  /* offset in the console's log */
	uint64_t asked; /* bytes of the excerpt before our own questions to the kernel; 0: none were asked */
	bool fenced, tried;
	struct zol_console_find *live; /* of the test that runs */
	uint64_t fed, lost_at;         /* bytes of the console that live has; when it saw that a thread is lost */
	uint64_t boots;
};

#define ZOL_TEST_TARGET_INIT { .plan = ZOL_VM_PLAN_INIT, .link = ZOL_LINK_INIT, .overlay = ZOL_OVERLAY_MOUNT_INIT }

/* place: host, chroot or vm. boot is copied, its lists are the caller's. Nothing is started yet. */
int zol_test_target_init(const struct zol_cli *cli, const char *place, const struct zol_vm_boot_args *boot,
			 struct zol_test_target *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);
void zol_test_target_free(struct zol_test_target *t) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(test_target, struct zol_test_target, zol_test_target_free);

/* Makes it ready; nothing when it is. Returns 1 when it was made ready now, 0 when it was already. */
int zol_test_target_up(struct zol_test_target *t, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* Takes it away: what is left of it in the VM is lost. */
void zol_test_target_down(struct zol_test_target *t) ZOL_NONNULL(1);
/*
 * Runs a command to its end. A failure is one of the host's, or an interruption: there is no
 * result then. After ZOL_END_HANG, ZOL_END_CRASH and ZOL_END_GONE the target is down.
 */
int zol_test_target_exec(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *ret,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
void zol_test_end_free(struct zol_test_end *e) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(test_end, struct zol_test_end, zol_test_end_free);

/* The same for a command whose output is wanted: at most 16 MiB of stdout, appended. ZOL_CHILD when it fails. */
int zol_test_target_capture(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_str *out,
			    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* test_vm.c: the same for a VM. */
int zol_test_vm_up(struct zol_test_target *t, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_test_vm_down(struct zol_test_target *t) ZOL_NONNULL(1);
int zol_test_vm_exec(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
/* test_vm_watch.c: from where the console's text belongs to the test; what it says about it. */
void zol_test_vm_mark(struct zol_test_target *t) ZOL_NONNULL(1);
void zol_test_vm_judge(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *e)
	ZOL_NONNULL(1, 2, 3);
/*
 * Reads on in the console while the test runs. True when the kernel has lost a thread and some seconds have
 * gone by for it to say why: the test may wait for that thread for ever.
 */
bool zol_test_vm_lost(struct zol_test_target *t) ZOL_NONNULL(1);
/* Blocked tasks to the console, stacks of all processors to the file. */
void zol_test_vm_diagnose(struct zol_test_target *t, const struct zol_test_exec *x, struct zol_test_end *e)
	ZOL_NONNULL(1, 2, 3);
