/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The agent in the guest: a static program of libc, base and core. It runs commands that the host
 * asks for over a virtio-serial port (core/agent_proto.h), as a daemon of the guest's init, or as
 * init itself (PID 1) with one of these modes in its environment (zolkit_mode on the kernel's
 * command line):
 *
 *	run            mounts what a command needs, serves the port, powers off
 *	run-ephemeral  the same on a throw-away copy of the root (overlay with its changes in memory)
 *	ephemeral      makes that copy, then becomes the guest's own init
 */

#include <poll.h>
#include <signal.h>
#include <sys/types.h>

#include "core/agent_proto.h"

enum zol_chan_kind { ZOL_CHAN_FREE, ZOL_CHAN_SPEC, ZOL_CHAN_COMMAND, ZOL_CHAN_REQUEST };

/* One command, from its first SPEC frame to its EXIT, or one request. */
struct zol_chan {
	enum zol_chan_kind kind;
	uint32_t id;
	pid_t pid;   /* 0 when it was reaped */
	int wstatus; /* of the reaped child */
	bool reaped;
	bool tty;
	struct zol_str spec; /* records that came so far */
	int fd[3];           /* our ends of stdin, stdout, stderr; a terminal is fd[1] with a duplicate in fd[0] */
	struct zol_str in;   /* bytes for stdin that the command has not taken yet */
	size_t in_pos;
	bool in_eof;        /* nothing comes after them */
	uint32_t in_owed;   /* bytes taken for which the host has no credit yet */
	uint64_t credit[3]; /* bytes that we may send of each stream */
	uint64_t kill_at;   /* monotonic ms when a hung-up command is killed; 0: never */
};

struct zol_agent {
	int port;
	int sigfd;
	bool init;        /* PID 1 */
	bool run;         /* mode run */
	bool greeted;     /* the host has spoken */
	uint64_t lost_at; /* monotonic ms since when the host is gone, or 0 */
	struct zol_frames in;
	struct zol_str out; /* frames to be written */
	size_t out_pos;
	size_t batch; /* bytes left of a write that was cut short */
	struct zol_chan chans[ZOL_AGENT_CHANNELS];
};

/* Text to the console (stderr, as the kernel or init has set it), for whoever watches the guest. */
void zol_agent_say(const char *fmt, ...) ZOL_PRINTF(1, 2);

/* --- agent_port.c --- */

/* Opens the port by its name (non-blocking), waiting at most limit_ms for it. Returns the fd or -1. */
int zol_agent_port_open(uint64_t limit_ms);
/* Says who we are. */
void zol_agent_greet(struct zol_agent *a);
/* Writes as many whole frames as the port takes now. False when the port has failed. */
bool zol_agent_flush(struct zol_agent *a);
/* Reads what is there and handles each frame. False when the port has failed; 1 frame at least is no promise. */
bool zol_agent_receive(struct zol_agent *a);

/* --- agent_chan.c --- */

/* A frame from the host that belongs to a channel. */
void zol_chan_frame(struct zol_agent *a, const struct zol_frame *f);
/* Adds what the channels wait for to set (room for 3 per channel); returns how many were added. */
size_t zol_chan_poll(struct zol_agent *a, struct pollfd *set, size_t room);
/* Moves bytes of all channels whose descriptors are ready, ends those whose command has ended. */
void zol_chan_work(struct zol_agent *a);
/* Reaps children. */
void zol_chan_reap(struct zol_agent *a);
/* Hangs up every command (the host is gone). */
void zol_chan_hangup_all(struct zol_agent *a);

/* --- agent_spawn.c --- */

/* Starts the command of a channel; 0, or an errno with *ret_what naming the step that failed. */
int zol_agent_spawn(struct zol_chan *c, const struct zol_exec_spec *x, const char **ret_what);

/* --- agent_init.c --- */

/* As PID 1: what stands on the kernel's command line for us; mounts, root copy, loopback. Returns only in run modes. */
void zol_agent_init(struct zol_agent *a);
/* Ends all processes, syncs, powers off. As no PID 1 with at_once false: asks the init that runs. Returns errno then. */
int zol_agent_poweroff(bool at_once);

/* --- agent_map.c --- */

/* Appends where this kernel and its modules lie (core/modmap.h), as far as we may see it. */
int zol_agent_map(struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
