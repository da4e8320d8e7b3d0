/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reads what a guest prints on its console, line by line: which stage of the boot it has reached
 * and whether the kernel has given up. Bytes in, verdict out; nothing here knows time.
 *
 * The verdicts are the minimum that ends a run with a reason; the full classifier (ZFS's own
 * assertions, deadman, suspended pools, lockdep ...) is core/console_find.h.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_boot_stage {
	ZOL_BOOT_FIRMWARE, /* nothing of the kernel was seen yet */
	ZOL_BOOT_KERNEL,   /* it has printed something */
	ZOL_BOOT_ROOT,     /* it is about to mount, or has mounted, the root file system */
	ZOL_BOOT_INIT,     /* it has started init */
	ZOL_BOOT_AGENT,    /* the agent has answered */
};

/* "firmware", "kernel", "root mount", "init", "agent". */
const char *zol_boot_stage_name(enum zol_boot_stage stage);

enum zol_console_kind {
	ZOL_CONSOLE_NOTHING,
	ZOL_CONSOLE_OOPS,  /* a bug, fault or oops after which the kernel may go on */
	ZOL_CONSOLE_PANIC, /* it has stopped */
};

/* What one line (without time stamp and level) says; text that follows "Kernel panic" included. */
enum zol_console_kind zol_console_line(struct zol_span line);

/* Without "<6>", "[    1.234567] ", "[T123]" at the front, and CR at the end. */
struct zol_span zol_console_strip(struct zol_span line);

#define ZOL_CONSOLE_KEEP 24 /* last lines that are kept for reports */

struct zol_console {
	struct zol_str line; /* the one that is not complete yet */
	char *last[ZOL_CONSOLE_KEEP];
	size_t next;    /* where the next line goes */
	uint64_t bytes; /* seen in all */
	enum zol_boot_stage stage;
	enum zol_console_kind kind; /* the worst so far */
	char *verdict;              /* the line that says so (the first of its kind), or NULL */
};

void zol_console_free(struct zol_console *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(console, struct zol_console, zol_console_free);

/* Takes bytes in. Returns true when stage or verdict changed. */
bool zol_console_feed(struct zol_console *c, const void *data, size_t len) ZOL_NONNULL(1);

/* The last lines, oldest first, cleaned of control characters, empty lines left out; appended. */
void zol_console_tail(const struct zol_console *c, struct zol_strv *lines) ZOL_NONNULL(1, 2);
