/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cli/cli.h"
#include "cmd/chroot.h"

#define MEMBER(m) offsetof(struct zol_chroot_args, m)

#define COMMON_OPTS                                                                                                     \
	{ "root", 'r', ZOL_OPT_STR, MEMBER(root), "DIR", "enter this tree, which need not be a guest of ours", NULL,    \
	  ZOL_COMPLETE_DIR },                                                                                           \
	{ "directory", 'd', ZOL_OPT_STR, MEMBER(dir), "DIR", "working directory in the guest", NULL,                    \
	  ZOL_COMPLETE_NONE },                                                                                          \
	{ "env", 'e', ZOL_OPT_LIST, MEMBER(env), "NAME=VALUE", "set a variable, whatever the profile says", NULL,       \
	  ZOL_COMPLETE_NONE },                                                                                          \
	{ "user", 'u', ZOL_OPT_STR, MEMBER(user), "NAME", "become this user of the guest", NULL, ZOL_COMPLETE_NONE },   \
	{ "code", 'c', ZOL_OPT_LIST, MEMBER(code), "DIR", "one more directory that appears read-only below /mnt/code",  \
	  NULL, ZOL_COMPLETE_DIR },                                                                                     \
	{ "no-code", 0, ZOL_OPT_FLAG, MEMBER(no_code), NULL, "leave the configured code directories out", NULL,         \
	  ZOL_COMPLETE_NONE },                                                                                          \
	{ "bind", 'b', ZOL_OPT_LIST, MEMBER(binds), "SRC:DST[:ro]", "let SRC of the host appear as DST in the guest",   \
	  NULL, ZOL_COMPLETE_FILE },                                                                                    \
	{ "pid", 'p', ZOL_OPT_FLAG, MEMBER(pid), NULL, "process numbers of its own: all ends with the command", NULL,   \
	  ZOL_COMPLETE_NONE },                                                                                          \
	{ "no-pid", 'P', ZOL_OPT_FLAG, MEMBER(no_pid), NULL, "see the host's processes; daemons may stay", NULL,        \
	  ZOL_COMPLETE_NONE },                                                                                          \
	{ "no-profile", 0, ZOL_OPT_FLAG, MEMBER(bare), NULL, "neither env-update nor /etc/profile", NULL,               \
	  ZOL_COMPLETE_NONE }

static const struct zol_opt enter_opts[] = { COMMON_OPTS };

static const struct zol_opt run_opts[] = {
	COMMON_OPTS,
	{ "timeout", 't', ZOL_OPT_DURATION, MEMBER(timeout), "TIME", "end the command after this long (90s, 5m); the exit status is then 124", NULL,
	  ZOL_COMPLETE_NONE },
};

static const struct zol_operand enter_operand = {
	"GUEST", 0, 1, MEMBER(words), "the guest (default: -g, or the configured one)", ZOL_COMPLETE_GUEST,
};

static const struct zol_operand run_operand = {
	"CMD", 1, UINT_MAX, MEMBER(words), "the command and its arguments", ZOL_COMPLETE_COMMAND,
};

static const struct zol_action actions[] = {
	{ .name = "enter",
	  .summary = "open a root shell in a guest",
	  .text = "The shell has the guest's profile and a prompt that says where it is.",
	  .opts = enter_opts,
	  .nopts = ZOL_COUNT(enter_opts),
	  .operand = &enter_operand,
	  .args_size = sizeof(struct zol_chroot_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN },
	{ .name = "run",
	  .summary = "run a command in a guest",
	  .text = "The exit status is the command's own, 128 + n when signal n ended it, 124 when its time was over.",
	  .opts = run_opts,
	  .nopts = ZOL_COUNT(run_opts),
	  .operand = &run_operand,
	  .args_size = sizeof(struct zol_chroot_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_COMMAND },
};

const struct zol_module zol_module_chroot = {
	.name = "chroot",
	.summary = "work inside a guest's tree, beside its running VM",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
