/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Processes: started by argv (never by a shell), watched through a pidfd, with capture and timeout. */

#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

/* What a standard stream of the child becomes, beside a descriptor >= 0. */
enum zol_stdio {
	ZOL_STDIO_NULL = -1,    /* /dev/null */
	ZOL_STDIO_INHERIT = -2, /* ours */
	ZOL_STDIO_PIPE = -3,    /* a pipe whose other end is in struct zol_proc */
	ZOL_STDIO_STDOUT = -4,  /* for stderr only: where stdout goes */
};

/* A descriptor of ours that appears in the child under a number of its own. */
struct zol_fdmap {
	int from;
	int to;
};

struct zol_spawn {
	const char *const *argv; /* argv[0] is looked up in PATH when it has no slash */
	const char *const *env;  /* NULL: ours */
	const char *cwd;         /* NULL: ours */
	int in, out, err;        /* enum zol_stdio or a descriptor */
	const struct zol_fdmap *fds;
	size_t nfds;
	int pdeathsig;    /* sent to the child when our thread dies; 0: none */
	bool own_group;   /* setpgid(0, 0), so that zol_proc_signal reaches its children too */
	bool own_session; /* setsid() */
};

/* A running child. Zero is not a valid value: use ZOL_PROC_INIT. */
struct zol_proc {
	pid_t pid;        /* -1: none */
	int pidfd;        /* -1 where the kernel has none */
	int in, out, err; /* our ends of pipes, or -1 */
	bool own_group;
};

#define ZOL_PROC_INIT { .pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1, .own_group = false }

/*
 * Starts a child: signal mask and dispositions reset, all other descriptors closed on exec.
 * A program that cannot be executed is a failure here (ZOL_SYSTEM; ENOENT names it), not exit 127.
 */
int zol_proc_spawn(const struct zol_spawn *spawn, struct zol_proc *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* How a child ended. */
struct zol_exit {
	bool timed_out; /* it was still running at the limit and was ended by us */
	int signal;     /* that killed it, or 0 */
	int status;     /* exit status when signal is 0, else 128 + signal, as shells have it */
};

/*
 * Waits at most timeout_ms (UINT64_MAX: for ever). Returns 0 and fills *ret, or 1 when it still
 * runs. A child that was waited for has pid -1.
 */
int zol_proc_wait(struct zol_proc *p, uint64_t timeout_ms, struct zol_exit *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* Sends a signal to the child (to its group when it has its own); nothing when it has ended. */
void zol_proc_signal(struct zol_proc *p, int sig) ZOL_NONNULL(1);

/* SIGTERM, grace_ms to obey, SIGKILL, reap, close pipes. Safe to call twice. */
void zol_proc_stop(struct zol_proc *p, uint64_t grace_ms) ZOL_NONNULL(1);

/* Scope exit: SIGKILL and reap when still running; closes the pipes. */
void zol_proc_free(struct zol_proc *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(proc, struct zol_proc, zol_proc_free);

/* Called for each line (without LF) of a stream: which is 1 or 2. Lines over 64 KiB come in parts. */
typedef void zol_line_fn(void *ctx, int which, struct zol_span line);

struct zol_run {
	struct zol_spawn spawn; /* streams given as ZOL_STDIO_PIPE are handled by zol_proc_run() */
	struct zol_span input;  /* written to stdin when spawn.in is ZOL_STDIO_PIPE */
	uint64_t timeout_ms;    /* 0: none; then SIGTERM, 2 s, SIGKILL */
	size_t max_output;      /* of each stream that is kept; more is dropped from the front; 0: 1 MiB */
	zol_line_fn *on_line;   /* NULL: none */
	void *ctx;
};

struct zol_run_result {
	struct zol_exit exit;
	struct zol_str out, err; /* what came from piped streams */
};

void zol_run_result_free(struct zol_run_result *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(run_result, struct zol_run_result, zol_run_result_free);

/*
 * Runs a program to its end. A child that fails is no failure here: look at ret->exit. When
 * zol_sig_pending() becomes true it is ended and EINTR comes back.
 */
int zol_proc_run(const struct zol_run *run, struct zol_run_result *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * zol_proc_run() for when only success will do: any other end is ZOL_CHILD with the program's name,
 * status and the last line it wrote to stderr. out may be NULL.
 */
int zol_proc_capture(const char *const *argv, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3);
