/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Shared by the sys/chroot_*.c files only. */

#include <signal.h>

#include "core/passwd.h"
#include "sys/chroot.h"

/* What the first process inside gets. */
struct zol_chroot_job {
	const struct zol_chroot_opts *opts;
	const char *const *argv;
	int lifeline; /* reads end of file when the process outside is gone */
	int report;   /* struct zol_chroot_report goes there */
	int std[3];   /* descriptors of the command */
	int tty;      /* its controlling terminal, or -1 */
};

/* One message from inside; less than PIPE_BUF, so that it arrives whole or not at all. */
struct zol_chroot_report {
	enum zol_chroot_news {
		ZOL_CHROOT_FAILED,  /* code, errnum, msg, hint */
		ZOL_CHROOT_ENTERED, /* the guest's tree is "/" */
		ZOL_CHROOT_ENDED,   /* the command ran: status, signal */
	} news;
	int status, signal;
	int code, errnum;
	char msg[1500], hint[500];
};

/* The body of the first process inside. */
void zol_chroot_init(const struct zol_chroot_job *job) ZOL_NORETURN ZOL_NONNULL(1);

/* Writes an error as a report. */
void zol_chroot_report_err(int fd, const struct zol_err *err) ZOL_NONNULL(2);

/* The user inside (the guest's root is "/" by now). ZOL_USAGE when there is none of that name. */
int zol_chroot_user(const char *name, struct zol_passwd *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The environment of the command. */
void zol_chroot_environ(const struct zol_passwd *user, struct zol_strv *ret) ZOL_NONNULL(1, 2);

/* What is executed: the command behind the guest's shell and profile, an interactive shell, or the bare command. */
int zol_chroot_argv(const struct zol_chroot_job *job, struct zol_strv *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Runs the guest's env-update when /etc/env.d is newer than what was made of it. Best effort. */
void zol_chroot_env_update(const struct zol_chroot_job *job, const char *const *env) ZOL_NONNULL(1, 2);

/* The guest is 32-bit x86 by its shell, and the kernel is not. */
bool zol_chroot_is_x86_32(void);

/* Becomes the command: session, terminal, streams, user, directory, exec. Reports what fails. */
void zol_chroot_exec(const struct zol_chroot_job *job, const struct zol_passwd *user, const struct zol_strv *argv,
		     const struct zol_strv *env) ZOL_NORETURN ZOL_NONNULL(1, 2, 3, 4);
