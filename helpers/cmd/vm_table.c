/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/vm.h"

#define BOOT(type, member) offsetof(struct type, boot.member)
#define EXEC(type, member) offsetof(struct type, exec.member)

#define BOOT_OPTS(type)                                                                                                \
	{ "kernel", 'k', ZOL_OPT_STR, BOOT(type, kernel), "FILE",                                                      \
	  "boot this kernel instead of the one that 'kernel build' made for the guest", NULL, ZOL_COMPLETE_FILE },     \
	{ "root", 'r', ZOL_OPT_STR, BOOT(type, root), "DIR", "use this tree instead of the guest's", NULL,             \
	  ZOL_COMPLETE_DIR },                                                                                          \
	{ "initrd", 0, ZOL_OPT_STR, BOOT(type, initrd), "FILE", "initial ramdisk, for kernels that need one", NULL,    \
	  ZOL_COMPLETE_FILE },                                                                                         \
	{ "append", 'a', ZOL_OPT_LIST, BOOT(type, append), "ARG", "further word of the kernel's command line", NULL,   \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "qemu-arg", 'Q', ZOL_OPT_LIST, BOOT(type, qemu_args), "ARG", "further argument of QEMU", NULL,               \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "ephemeral", 'E', ZOL_OPT_FLAG, BOOT(type, ephemeral), NULL,                                                 \
	  "throw all changes of the guest's tree away when the VM ends", NULL, ZOL_COMPLETE_NONE },                    \
	{ "snapshot", 0, ZOL_OPT_FLAG, BOOT(type, snapshot), NULL,                                                     \
	  "throw changes of disks given by --qemu-arg away", NULL, ZOL_COMPLETE_NONE },                                \
	{ "smp", 0, ZOL_OPT_U64, BOOT(type, smp), "N", "number of CPUs", NULL, ZOL_COMPLETE_NONE },                    \
	{ "memory", 'm', ZOL_OPT_SIZE, BOOT(type, memory), "SIZE", "memory of the guest", NULL, ZOL_COMPLETE_NONE }

#define EXEC_OPTS(off)                                                                                                 \
	{ "env", 'e', ZOL_OPT_LIST, off(env), "NAME=VALUE", "set an environment variable of the command", NULL,        \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "chdir", 'C', ZOL_OPT_STR, off(cwd), "DIR", "run it in this directory of the guest", NULL,                   \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "tty", 't', ZOL_OPT_FLAG, off(tty), NULL, "give it a terminal, of the size of ours", NULL,                   \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "no-stdin", 'N', ZOL_OPT_FLAG, off(no_stdin), NULL, "give it no input", NULL, ZOL_COMPLETE_NONE },           \
	{ "timeout", 'T', ZOL_OPT_DURATION, off(timeout), "TIME",                                                      \
	  "end it after this time; the exit status is then 124", NULL, ZOL_COMPLETE_NONE }

#define EXEC_OFF(member) offsetof(struct zol_vm_exec_args, member)
#define RUN_OFF(member) EXEC(zol_vm_run_args, member)

static const char *const gdb_choices[] = { "now", "wait", NULL };

static const struct zol_opt start_opts[] = {
	BOOT_OPTS(zol_vm_start_args),
	{ "gdb", 0, ZOL_OPT_MAYBE, BOOT(zol_vm_start_args, gdb), "WHEN",
	  "open the gdbserver; with wait, the first instruction is run when a debugger says so", gdb_choices,
	  ZOL_COMPLETE_NONE },
	{ "attach", 'A', ZOL_OPT_FLAG, offsetof(struct zol_vm_start_args, attach), NULL,
	  "show the console from the first line on, as 'vm console' does", NULL, ZOL_COMPLETE_NONE },
	{ "no-wait", 'W', ZOL_OPT_FLAG, offsetof(struct zol_vm_start_args, no_wait), NULL,
	  "do not wait for the agent's answer", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt run_opts[] = {
	BOOT_OPTS(zol_vm_run_args),
	EXEC_OPTS(RUN_OFF),
};

static const struct zol_opt exec_opts[] = {
	EXEC_OPTS(EXEC_OFF),
};

static const struct zol_opt stop_opts[] = {
	{ "limit", 'l', ZOL_OPT_DURATION, offsetof(struct zol_vm_stop_args, limit), "TIME",
	  "how long each step may take", NULL, ZOL_COMPLETE_NONE },
	{ "force", 'f', ZOL_OPT_FLAG, offsetof(struct zol_vm_stop_args, force), NULL,
	  "kill it at once; what the guest has not written is lost", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt status_opts[] = {
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct zol_vm_status_args, all), NULL, "every guest that was ever started",
	  NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt console_opts[] = {
	{ "escape", 'e', ZOL_OPT_STR, offsetof(struct zol_vm_console_args, escape), "KEY",
	  "key that detaches: ^], ^a ... or none (default: ^])", NULL, ZOL_COMPLETE_NONE },
	{ "second", '2', ZOL_OPT_FLAG, offsetof(struct zol_vm_console_args, second), NULL,
	  "the second serial line (ttyS1), which takes one terminal and is not logged", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt drop_opts[] = {
	{ "what", 'w', ZOL_OPT_U64, offsetof(struct zol_vm_drop_args, what), "N",
	  "1 page cache, 2 dentries and inodes, 3 both (default: 3)", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt reload_opts[] = {
	{ "force", 'f', ZOL_OPT_FLAG, offsetof(struct zol_vm_reload_args, force), NULL,
	  "unmount by force what is in use", NULL, ZOL_COMPLETE_NONE },
	{ "no-import", 0, ZOL_OPT_FLAG, offsetof(struct zol_vm_reload_args, no_import), NULL,
	  "leave the pools exported", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand exec_operand = {
	"CMD", 1, UINT_MAX, EXEC_OFF(command), "the command and its arguments", ZOL_COMPLETE_COMMAND,
};

static const struct zol_operand run_operand = {
	"CMD", 1, UINT_MAX, RUN_OFF(command), "the command and its arguments", ZOL_COMPLETE_COMMAND,
};

static const struct zol_operand monitor_operand = {
	"CMD", 0, UINT_MAX, offsetof(struct zol_vm_monitor_args, command),
	"one command of QEMU's monitor: a line for people, or a JSON object {\"execute\": ...}", ZOL_COMPLETE_NONE,
};

static const struct zol_opt probe_opts[] = {
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct zol_vm_probe_args, all), NULL, "print what works, too", NULL,
	  ZOL_COMPLETE_NONE },
	{ "sysenv", 0, ZOL_OPT_FLAG, offsetof(struct zol_vm_probe_args, sysenv), NULL,
	  "print KSFT_SYSENV_ variables, as kernel selftests want them", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand probe_operand = {
	"DIR", 0, UINT_MAX, offsetof(struct zol_vm_probe_args, dirs), "directories of the guest", ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ .name = "start",
	  .summary = "boot the guest in the background",
	  .text = "Returns when the agent in the guest has answered. A boot that makes no progress is ended, and the "
		  "stage that it has reached and the last lines of its console are printed. The console is always "
		  "logged. With --dry-run, prints the line that boots the same VM from a shell.",
	  .opts = start_opts,
	  .nopts = ZOL_COUNT(start_opts),
	  .args_size = sizeof(struct zol_vm_start_args),
	  .flags = ZOL_ACT_DRY_RUN },
	{ .name = "stop",
	  .summary = "power the guest off",
	  .text = "By its agent, else by the ACPI power button, else by telling QEMU to quit, else by killing it.",
	  .opts = stop_opts,
	  .nopts = ZOL_COUNT(stop_opts),
	  .args_size = sizeof(struct zol_vm_stop_args) },
	{ .name = "status",
	  .summary = "show the state of the VM",
	  .text = "Exit status 1 when it does not run.",
	  .opts = status_opts,
	  .nopts = ZOL_COUNT(status_opts),
	  .args_size = sizeof(struct zol_vm_status_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "console",
	  .summary = "attach to the serial console",
	  .text = "Any number of terminals may be attached at the same time. The VM goes on when they detach.",
	  .opts = console_opts,
	  .nopts = ZOL_COUNT(console_opts),
	  .args_size = sizeof(struct zol_vm_console_args) },
	{ .name = "exec",
	  .summary = "run a command in the running guest",
	  .text = "Its stdin, stdout and stderr are ours; SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on. The exit "
		  "status is the command's: 128 + N when signal N killed it, 124 when its time was over, 126 or 127 "
		  "when it could not be executed or found.",
	  .opts = exec_opts,
	  .nopts = ZOL_COUNT(exec_opts),
	  .operand = &exec_operand,
	  .args_size = sizeof(struct zol_vm_exec_args),
	  .flags = ZOL_ACT_COMMAND },
	{ .name = "run",
	  .summary = "boot, run one command, power off",
	  .text = "The agent is the guest's init and nothing else runs. The exit status is the command's, as with "
		  "exec, and only what the guest itself has reported: a VM that ends without a report has failed.",
	  .opts = run_opts,
	  .nopts = ZOL_COUNT(run_opts),
	  .operand = &run_operand,
	  .args_size = sizeof(struct zol_vm_run_args),
	  .flags = ZOL_ACT_COMMAND | ZOL_ACT_DRY_RUN },
	{ .name = "monitor",
	  .summary = "talk to QEMU's monitor",
	  .text = "Without a command, reads one a line from stdin.",
	  .operand = &monitor_operand,
	  .args_size = sizeof(struct zol_vm_monitor_args),
	  .flags = ZOL_ACT_COMMAND },
	{ .name = "drop-caches",
	  .summary = "make the guest see files as they are on the host",
	  .text = "Needed after changes on the host with the 9p cache modes loose and fscache.",
	  .opts = drop_opts,
	  .nopts = ZOL_COUNT(drop_opts),
	  .args_size = sizeof(struct zol_vm_drop_args) },
	{ .name = "reload",
	  .summary = "exchange the modules of ZFS for those on disk",
	  .text = "Exports all pools, unloads the modules in the order of their use, drops caches, loads, and imports the "
		  "pools from where they were. When something holds a pool or a module, it is named, the pools come "
		  "back, and the exit status is 1.",
	  .opts = reload_opts,
	  .nopts = ZOL_COUNT(reload_opts),
	  .args_size = sizeof(struct zol_vm_reload_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "probe",
	  .summary = "try what the guest's file systems can do",
	  .text = "Tries some fifty file operations on each directory in the running guest and prints those that "
		  "misbehave, then which directories want a tmpfs. Without directories, those of interest are tried "
		  "and the answer is kept for 'guest prepare --from-probe'.",
	  .opts = probe_opts,
	  .nopts = ZOL_COUNT(probe_opts),
	  .operand = &probe_operand,
	  .args_size = sizeof(struct zol_vm_probe_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_vm = {
	.name = "vm",
	.summary = "the virtual machine: boot it, run commands in it, watch it",
	.prog = "zolkit-vm",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
