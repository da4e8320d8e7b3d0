/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A terminal of its own for a command, so that it cannot push characters into the one we were
 * started from (TIOCSTI): the ioctl works on a process's controlling terminal only.
 */

#include <stdbool.h>
#include <termios.h>

#include "base/err.h"

struct zol_pty {
	int master, slave; /* -1: none */
};

#define ZOL_PTY_INIT { .master = -1, .slave = -1 }

void zol_pty_close(struct zol_pty *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(pty, struct zol_pty, zol_pty_close);

/*
 * A new pair with the settings and the size of the terminal like. cooked: our own terminal will
 * not be raw, so that the pair must not turn LF into CR LF a second time. The master does not block.
 */
int zol_pty_open(int like, bool cooked, struct zol_pty *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3, 4);

/* The size of terminal from becomes that of the pair; the kernel sends SIGWINCH to whoever uses it. */
void zol_pty_resize(const struct zol_pty *p, int from) ZOL_NONNULL(1);

/* A terminal in raw mode, put back at the end of the scope. */
struct zol_raw {
	int fd; /* -1: none */
	struct termios saved;
};

#define ZOL_RAW_INIT { .fd = -1 }

/* Keys go through as they are. Nothing when fd is no terminal or we are in the background. 1 when raw, 0 when not. */
int zol_raw_enter(struct zol_raw *raw, int fd) ZOL_NONNULL(1);
void zol_raw_leave(struct zol_raw *raw) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(raw, struct zol_raw, zol_raw_leave);
