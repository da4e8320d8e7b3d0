/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Arguments of the actions of `zolkit vm`, and what its files share. */

#include <sys/types.h>

#include "base/rows.h"
#include "cli/cli.h"
#include "core/qemu.h"
#include "sys/guest_tree.h"
#include "sys/vm_link.h"
#include "sys/vm_state.h"

/* How to boot: common to start and run. */
struct zol_vm_boot_args {
	const char *kernel, *root, *initrd;
	const char *gdb; /* of start alone: "now", "wait", or NULL */
	struct zol_strv append, qemu_args;
	bool ephemeral, snapshot;
	bool still;      /* nobody writes into the tree while the VM runs: the guest may keep all that it has read */
	unsigned beside; /* VMs that share the host's CPUs where no number is given; 0: one */
	uint64_t smp, memory; /* 0: as configured */
};

/* What to run: common to exec and run. */
struct zol_vm_exec_args {
	struct zol_strv env;
	const char *cwd;
	bool tty, no_stdin;
	uint64_t timeout; /* ms; 0: none */
	struct zol_strv command;
};

struct zol_vm_start_args {
	struct zol_vm_boot_args boot;
	bool attach, no_wait;
};

struct zol_vm_run_args {
	struct zol_vm_boot_args boot;
	struct zol_vm_exec_args exec;
};

struct zol_vm_stop_args {
	uint64_t limit; /* ms for each step; 0: as configured */
	bool force;
};

struct zol_vm_status_args {
	bool all;
};

struct zol_vm_console_args {
	const char *escape;
	bool second;
};

struct zol_vm_monitor_args {
	struct zol_strv command;
};

struct zol_vm_drop_args {
	uint64_t what; /* 0: 3 */
};

struct zol_vm_reload_args {
	bool force, no_import;
};

struct zol_vm_probe_args {
	struct zol_strv dirs;
	bool all, sysenv;
};

/* --- vm_plan.c --- */

/* Everything that is decided before a VM is started. */
struct zol_vm_plan {
	struct zol_vm_dirs dirs;
	struct zol_qemu q; /* points into the plan, the settings and the arguments */
	char *kernel, *root, *initrd, *virtiofsd, *real_init;
	char accel[16];
	struct zol_strv append;
	struct zol_strv qemu, fs; /* argv lists */
	uint64_t boot_timeout;    /* ms */
	bool registered;          /* a guest of ours, not any tree */
	bool discards;            /* what the guest writes is thrown away */
	struct zol_guest guest;
	struct zol_overlay_mount overlay;
};

#define ZOL_VM_PLAN_INIT { .overlay = ZOL_OVERLAY_MOUNT_INIT }

void zol_vm_plan_free(struct zol_vm_plan *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(vm_plan, struct zol_vm_plan, zol_vm_plan_free);
/* run: the agent is init. Nothing is changed on the host; missing files are errors with a hint. */
int zol_vm_plan_make(struct zol_cli *cli, const struct zol_vm_boot_args *a, bool run, struct zol_vm_plan *ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
/* Prints the lines that do the same in a shell. */
void zol_vm_plan_print(const struct zol_cli *cli, const struct zol_vm_plan *p) ZOL_NONNULL(1, 2);
/*
 * For a guest of ours, before it is written to: refused when overlay clones lie on it; when it is an
 * overlay itself, this process enters a mount namespace that has it.
 */
int zol_vm_tree_enter(struct zol_cli *cli, struct zol_vm_plan *p, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
/* Puts the agent of this build into the guest's tree, unless it is there. */
int zol_vm_agent_install(const struct zol_vm_plan *p, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
/* The directories of the guest that -g or the configuration names. */
int zol_vm_dirs_of(const struct zol_cli *cli, struct zol_vm_dirs *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* --- vm_start.c --- */

zol_run_fn zol_cmd_vm_start, zol_cmd_vm_run;
/*
 * Starts the planned VM; *ret is the owner's connection, *ret_pid the supervisor, a child of ours. run: the
 * VM lives as long as that connection.
 */
int zol_vm_launch(const struct zol_cli *cli, struct zol_vm_plan *p, bool run, struct zol_link *ret, pid_t *ret_pid,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5, 6);
/* Asks the VM to end and waits for it. */
void zol_vm_ask_stop(struct zol_link *l) ZOL_NONNULL(1);
/* Prints the last console lines of a VM that has failed. */
void zol_vm_print_tail(const struct zol_cli *cli, const struct zol_link *l) ZOL_NONNULL(1, 2);

/* --- vm_exec.c --- */

zol_run_fn zol_cmd_vm_exec, zol_cmd_vm_drop_caches;
/* Runs the command over a ready link; sets cli->exit_status. */
int zol_vm_exec_on(struct zol_cli *cli, const struct zol_vm_exec_args *a, struct zol_link *l, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
/* A link to the running VM of the guest, whose agent has answered. */
int zol_vm_link_ready(struct zol_cli *cli, struct zol_link *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* --- vm_reload.c --- */

zol_run_fn zol_cmd_vm_reload;

/* --- vm_probe.c --- */

zol_run_fn zol_cmd_vm_probe;

/* --- vm_console.c --- */

zol_run_fn zol_cmd_vm_console;
/* Shows the console until the escape key or the VM's end. */
int zol_vm_console_show(struct zol_cli *cli, const struct zol_vm_dirs *d, const char *socket_name, char escape,
			struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5);

/* --- vm.c --- */

zol_run_fn zol_cmd_vm_stop, zol_cmd_vm_status, zol_cmd_vm_monitor;

/* --- vm_console.c: terminals --- */

struct termios;
/* Makes the terminal raw; false when fd is none. saved gets what to restore. */
bool zol_vm_term_raw(int fd, struct termios *saved) ZOL_NONNULL(2);
void zol_vm_term_restore(int fd, const struct termios *saved) ZOL_NONNULL(2);
