/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The console's log file: always written, of bounded size. The log of the boot before is kept as
 * <path>.old; what a long session outgrows, as <path>.1.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_CONSOLE_LOG_MAX (16U << 20)

struct zol_console_log {
	int fd; /* -1: closed */
	char *path;
	uint64_t size;
};

#define ZOL_CONSOLE_LOG_INIT { .fd = -1, .path = NULL, .size = 0 }

int zol_console_log_open(const char *path, struct zol_console_log *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
void zol_console_log_close(struct zol_console_log *l) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(console_log, struct zol_console_log, zol_console_log_close);

/* Appends; a full disk loses text, it does not stop the guest. */
void zol_console_log_add(struct zol_console_log *l, const void *data, size_t len) ZOL_NONNULL(1);
