/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * flock(2) locks on files of our own. The holder writes "<pid> <what>" into the file, so that
 * whoever waits can say for whom. The kernel drops the lock with the process, however it ends;
 * lock files are never removed (removing one would let two holders in).
 */

#include <stdint.h>

#include "base/str.h"

/*
 * Takes the lock exclusively, creating the file (0600) if needed, waiting at most wait_ms.
 * what: a few words on the work, for others to read. Returns the descriptor that holds it
 * (close it to release), or ZOL_SYSTEM/EWOULDBLOCK "... is locked by process N (what)".
 */
int zol_lock_take(const char *path, const char *what, uint64_t wait_ms, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* Who holds it: fills *ret_pid and what (appended); returns 1 when it is held, 0 when free or absent. */
int zol_lock_holder(const char *path, int64_t *ret_pid, struct zol_str *what, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
