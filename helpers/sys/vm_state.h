/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where a guest's virtual machine keeps its things, and what is known about it.
 *
 *	<run>/<guest>/            0700; sockets and vm.json, gone when the VM is
 *	<state>/guests/<guest>/   vm.lock (held for as long as the VM runs), ended.json (how the last one
 *	                          ended), log/console.log, log/qemu.log, kernel/bzImage
 *
 * The lock is the truth: what lies in the run directory while nobody holds it is stale.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_VM_CLIENTS "agent.sock"   /* the supervisor, for commands, state and stopping */
#define ZOL_VM_CONSOLE "console.sock" /* the supervisor, for the console's bytes */
#define ZOL_VM_RECORD "vm.json"

struct zol_vm_dirs {
	char *guest; /* name */
	char *run;   /* directory */
	char *state; /* directory */
	char *lock, *ended, *console_log, *qemu_log, *kernel;
};

void zol_vm_dirs_free(struct zol_vm_dirs *d) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(vm_dirs, struct zol_vm_dirs, zol_vm_dirs_free);

/* The paths of a guest; run_base and state_base are [paths] run and state. ZOL_USAGE for a name that is none. */
int zol_vm_dirs_init(const char *run_base, const char *state_base, const char *guest, struct zol_vm_dirs *ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* Makes the directories. */
int zol_vm_dirs_make(const struct zol_vm_dirs *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* 1 when the VM runs (ret_pid: its supervisor), 0 when not. */
int zol_vm_running(const struct zol_vm_dirs *d, int64_t *ret_pid, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The error of who needs one that runs. */
int zol_vm_not_running(const struct zol_vm_dirs *d, struct zol_err *err) ZOL_NONNULL(1, 2);

/* Removes what a supervisor left in the run directory; only with the lock held or nobody holding it. */
int zol_vm_clean(const struct zol_vm_dirs *d, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* What was started. Strings are owned when read back. */
struct zol_vm_record {
	uint64_t pid, supervisor; /* process numbers */
	uint64_t started;         /* seconds since 1970 */
	char *accel, *kernel, *root, *transport, *cache, *mode;
};

void zol_vm_record_free(struct zol_vm_record *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(vm_record, struct zol_vm_record, zol_vm_record_free);
int zol_vm_record_write(const struct zol_vm_dirs *d, const struct zol_vm_record *r, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* ZOL_SYSTEM/ENOENT when there is none. */
int zol_vm_record_read(const struct zol_vm_dirs *d, struct zol_vm_record *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* How the last VM ended. */
struct zol_vm_ended {
	uint64_t time; /* seconds since 1970 */
	uint64_t code; /* enum zol_code */
	char *text;    /* "powered off", "kernel panic: ..." */
};

void zol_vm_ended_free(struct zol_vm_ended *e) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(vm_ended, struct zol_vm_ended, zol_vm_ended_free);
int zol_vm_ended_write(const struct zol_vm_dirs *d, const struct zol_vm_ended *e, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
int zol_vm_ended_read(const struct zol_vm_dirs *d, struct zol_vm_ended *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
