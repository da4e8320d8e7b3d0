/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * gpgv, run as a child: it reads no configuration, needs no home and no agent. Keyring and signature go
 * through memfds, the status comes back through --status-fd. Its verdict is for
 * core/gpgstatus to judge: the exit status alone is worth nothing (2.2 exits 0 for revoked keys).
 */

#include <stdint.h>

#include "base/str.h"

struct zol_gpgv {
	struct zol_span keyring; /* binary (not armored) */
	struct zol_span sig;     /* one detached signature, binary */
	struct zol_span data;    /* what is signed, when data_fd is negative */
	int data_fd;             /* a file that is signed as a whole, or -1 */
	uint64_t timeout_ms;     /* 0: 10 s */
};

struct zol_gpgv_result {
	struct zol_str status; /* the lines of --status-fd */
	int exit_status;
};

void zol_gpgv_result_free(struct zol_gpgv_result *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(gpgv_result, struct zol_gpgv_result, zol_gpgv_result_free);

/*
 * Runs gpgv with an empty environment, no stdin, and limits on memory, CPU time and output. ZOL_SYSTEM
 * (with a hint) when there is no gpgv, ZOL_CHILD when it did not end in time, ZOL_SYSTEM/EINTR
 * when a signal arrived.
 */
int zol_gpgv_run(const struct zol_gpgv *req, struct zol_gpgv_result *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
