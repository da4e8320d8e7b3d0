/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The supervisor's clients: who waits for a boot, runs commands in the guest, makes requests, stops the VM. */

#include "base/event.h"
#include "core/agent_proto.h"
#include "core/console.h"

struct zol_link {
	int fd; /* -1: closed */
	struct zol_frames in;
	/* what the last STATE frame said */
	bool known, ready;
	enum zol_boot_stage stage;
	uint64_t pid;  /* of QEMU */
	char *release; /* of the guest's kernel; NULL while unknown */
	char *verdict; /* line of the console that tells of an oops, or NULL */
	/* what a FAIL frame said: the VM is no more */
	bool ended;
	struct zol_err why;   /* code ZOL_OK: it ended as it was told */
	struct zol_strv tail; /* last lines of its console */
};

#define ZOL_LINK_INIT { .fd = -1 }

void zol_link_free(struct zol_link *l) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(link, struct zol_link, zol_link_free);

/* Connects to the supervisor of the VM whose run directory is given. ZOL_SYSTEM when none runs. */
int zol_link_open(const char *run_dir, struct zol_link *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Sends frames (blocking). */
int zol_link_send(struct zol_link *l, const struct zol_str *frames, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * The next frame within timeout_ms (UINT64_MAX: for ever); STATE and FAIL frames are also taken down in
 * the link. Returns 0, or 1 when the time is over; a broken connection is ECONNRESET.
 */
int zol_link_recv(struct zol_link *l, uint64_t timeout_ms, struct zol_frame *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/*
 * Waits until the agent has answered. Stages are reported as notes of ev (may be NULL). When the VM ends
 * instead, its reason comes back (with its console's tail in l->tail). Returns 1 when the time is over.
 */
int zol_link_wait_ready(struct zol_link *l, uint64_t timeout_ms, const struct zol_events *ev, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);

/* Waits until the VM has ended; 0 also when it ended badly (see l->why). Returns 1 when the time is over. */
int zol_link_wait_end(struct zol_link *l, uint64_t timeout_ms, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* Asks the agent for something and waits for it. */
int zol_link_request(struct zol_link *l, enum zol_request what, uint32_t arg, uint64_t timeout_ms, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 5);

struct zol_exec {
	const struct zol_exec_spec *spec;
	int in, out, err;     /* descriptors; in -1: no stdin. out and err may be the same */
	uint64_t timeout_ms;  /* 0: none; then SIGTERM, 2 s, SIGKILL */
	bool forward_signals; /* SIGINT, SIGTERM, SIGHUP, SIGQUIT of ours go to the command */
	bool interruptible;   /* gives up with EINTR when zol_sig_pending() */
	/* Called once when the time is over, before SIGTERM is sent; may be NULL. */
	void (*on_limit)(void *ctx);
	/* Called about once a second while a command with a limit runs; true: its time is over now. May be NULL. */
	bool (*on_tick)(void *ctx);
	void *ctx;
};

struct zol_exec_result {
	bool timed_out;
	int signal; /* that killed it, or 0 */
	int status; /* exit status, or 128 + signal */
};

/*
 * Runs a command in the guest to its end, streaming. A command that cannot be started is ZOL_CHILD
 * with its errno (ENOENT, EACCES ...); a VM that ends under it is ZOL_CHILD with the VM's reason.
 */
int zol_exec_run(struct zol_link *l, const struct zol_exec *x, struct zol_exec_result *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
