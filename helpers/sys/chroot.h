/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Commands inside a guest's tree, in namespaces of their own.
 *
 * Three processes: ours outside; the first one inside, which mounts the plan, pivots, starts the
 * command, reaps and waits; the command. With a PID namespace the first one is its PID 1, so that
 * all that the command left behind ends with it. However ours ends, SIGKILL included, the first
 * one ends too and the mounts are gone with the last process in them.
 */

#include "base/event.h"
#include "base/proc.h"
#include "core/mplan.h"
#include "core/settings.h"

/* What the caller wants to see inside, beside what the settings say. */
struct zol_chroot_want {
	const char *root;        /* the guest's tree, absolute */
	const char *overlay;     /* overlay options when the guest is a clone that shares its origin's files, or NULL */
	int tree;                /* the mount of that overlay, to look into it; 0: look into root */
	const char *const *code; /* more code directories, NULL-terminated; NULL: none */
	bool no_code;            /* none at all, not even those of the settings */
	struct zol_mbind *binds; /* as parsed; .file is filled in here */
	size_t nbinds;
};

/*
 * Builds the plan from the settings and from what the guest's make.conf and passwd say. A code
 * directory of the settings that does not exist is left out with a warning; one of want, or the
 * source of a bind, is ZOL_USAGE. Only reads.
 */
int zol_chroot_plan(const struct zol_settings *set, const struct zol_chroot_want *want, const struct zol_events *ev,
		    struct zol_mplan *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

struct zol_chroot_opts {
	const struct zol_mplan *plan;
	const char *label;      /* name in the prompt, [A-Za-z0-9._+-]; other characters become '_' */
	const char *dir;        /* working directory in the guest; NULL: the user's home */
	const char *user;       /* of the guest's passwd, by name or number; NULL: root */
	const char *const *env; /* "NAME=VALUE" list, stronger than the profile; NULL: none */
	bool pid_ns;            /* a PID namespace of its own; IPC, UTS and mount namespaces always are */
	bool shell;             /* an interactive shell instead of a command */
	bool bare;              /* neither env-update nor /etc/profile */
	bool own_tty;           /* standard streams that are terminals become a new terminal */

	/*
	 * For overlays that several users share: a detached mount that becomes the root (0: none), and
	 * a call as soon as it is the "/" of the first process inside, which is given.
	 */
	int tree;
	int (*entered)(void *ctx, pid_t first, struct zol_err *err);
	void *entered_ctx;

	int in, out, err;      /* enum zol_stdio or descriptors; ZOL_STDIO_PIPE is handled here */
	struct zol_span input; /* for stdin when in is ZOL_STDIO_PIPE */
	uint64_t timeout_ms;   /* 0: none; then SIGTERM, 2 s, SIGKILL */
	size_t max_output;     /* of each piped stream that is kept, from its end; 0: 1 MiB */
	zol_line_fn *on_line;  /* for piped streams, or NULL */
	void *ctx;
	const struct zol_events *ev;
};

/*
 * Runs argv (NULL-terminated; ignored with shell) in the guest and waits for its end. The command
 * has umask 022, a clean environment (TERM, HOME, USER, LOGNAME, SHELL, PATH, LANG and LC_*, proxy
 * variables, then the guest's profile, then env), descriptors 0 to 2 only, a session of its own,
 * default signal dispositions, and for a 32-bit x86 guest the personality that makes uname -m say so.
 *
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 that reach us meanwhile go to the command's
 * process group. If anything is piped, the first three also reach our own handlers afterwards.
 *
 * ret->exit has the exact status. A command that cannot be started at all is a failure:
 * ZOL_USAGE for an unknown user or bad env, ZOL_SYSTEM else; one that the guest's shell does not
 * find ends with 127 as in any shell.
 */
int zol_chroot_run(const struct zol_chroot_opts *opts, const char *const *argv, struct zol_run_result *ret,
		   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* "NAME=VALUE" with a name that a shell accepts, or ZOL_USAGE. */
int zol_chroot_check_env(const char *text, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
