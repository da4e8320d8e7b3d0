/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* QEMU's machine protocol (qemu:docs/interop/qmp-spec.txt): a JSON object a line, over a Unix socket. */

#include <stdint.h>

#include "base/str.h"
#include "wrap/json.h"

struct zol_qmp {
	int fd; /* -1: closed */
	struct zol_str in;
	uint64_t id;
	uint64_t timeout_ms; /* for each answer */
	/* the last event of this name that came while an answer was awaited; others are dropped */
	const char *want_event;
	struct zol_json *event;
};

#define ZOL_QMP_INIT { .fd = -1 }

void zol_qmp_close(struct zol_qmp *q) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(qmp, struct zol_qmp, zol_qmp_close);

/* Connects and leaves negotiation mode. A monitor serves one client at a time: a second one times out here. */
int zol_qmp_open(const char *dir, const char *name, uint64_t timeout_ms, struct zol_qmp *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/*
 * Runs a command. args (taken over, may be NULL) are its arguments; ret_value (may be NULL) gets what it
 * returned. ZOL_NEGATIVE with QEMU's text when QEMU refuses; ZOL_SYSTEM when the connection breaks or times out.
 */
int zol_qmp_command(struct zol_qmp *q, const char *name, struct zol_json *args, struct zol_json **ret_value,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5);

/* The same with a command as its user wrote it: one JSON object {"execute": ...}. */
int zol_qmp_raw(struct zol_qmp *q, struct zol_span line, struct zol_json **ret_value, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);

/* A line of the human monitor; its output is appended. */
int zol_qmp_human(struct zol_qmp *q, const char *line, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
