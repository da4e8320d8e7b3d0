/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Arguments of `zolkit chroot ...`. */

#include <stdint.h>

#include "cli/cli.h"

struct zol_chroot_args {
	const char *root;      /* --root: a tree that is no registered guest */
	const char *dir;       /* --directory */
	const char *user;      /* --user */
	struct zol_strv env;   /* --env */
	struct zol_strv binds; /* --bind */
	struct zol_strv code;  /* --code */
	bool no_code;
	bool pid, no_pid;
	bool bare;             /* --no-profile */
	uint64_t timeout;      /* --timeout, ms */
	struct zol_strv words; /* GUEST of enter, CMD of run */
};

/* Also for other modules: args is a struct zol_chroot_args. The status of the command becomes cli->exit_status. */
zol_run_fn zol_cmd_chroot_run;
