/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The supervisor of a VM: a process in the background that owns QEMU (which dies with it), logs the
 * console, watches the boot, passes frames between the agent and any number of clients, and brings
 * the VM down in steps: the agent, ACPI, QMP quit, kill.
 */

#include "sys/vm_state.h"

struct zol_vm_job {
	const struct zol_vm_dirs *dirs;
	const char *const *qemu;      /* argv */
	const char *const *virtiofsd; /* argv, or an empty list */
	const char *cwd;              /* where they run; NULL: / */
	struct zol_vm_record record;  /* pid, supervisor and started are filled in */
	uint64_t boot_timeout;        /* ms without a sign of progress until the agent answers; 0: no limit */
	uint64_t stop_timeout;        /* ms for each step of stopping */
	bool run;                     /* `vm run`: the VM lives as long as the owner's connection */
};

/*
 * Forks the supervisor. Returns in the caller only: *ret_fd is the owner's connection, on which STATE
 * frames come as the boot proceeds and one FAIL frame when the VM ends; *ret_pid the process, which is a
 * child of the caller (and outlives it, unless job->run).
 */
int zol_vm_super_start(const struct zol_vm_job *job, int *ret_fd, pid_t *ret_pid, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
