/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* SIGINT, SIGTERM and SIGHUP as a flag that long work looks at, so that it can clean up and leave. */

#include "base/str.h"

/* Installs the handlers (no SA_RESTART, so that blocking calls return EINTR), ignores SIGPIPE and does not ignore SIGCHLD. */
void zol_sig_install(void);

/* The signal that arrived, or 0. */
int zol_sig_pending(void);

/* The same, and it is as if none had arrived: for who was asked to end one thing and has another to do. */
int zol_sig_take(void);

/* ZOL_SYSTEM/EINTR "interrupted" when a signal is pending, else 0. */
int zol_sig_check(struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1);
