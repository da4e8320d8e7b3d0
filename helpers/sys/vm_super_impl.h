/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the parts of the supervisor share: vm_super.c (life of the VM), vm_relay.c (clients), vm_view.c (console). */

#include <poll.h>

#include "base/proc.h"
#include "core/agent_proto.h"
#include "core/console.h"
#include "sys/console_log.h"
#include "sys/vm_super.h"

#define ZOL_VM_CLIENTS_MAX 48U
#define ZOL_VM_VIEWERS_MAX 16U
#define ZOL_VM_RING (32U << 10) /* last bytes of the console, for who attaches later */

struct zol_vm_client {
	int fd; /* -1: free */
	struct zol_frames in;
	struct zol_str out;
	size_t out_pos;
	uint32_t channel; /* towards the agent; 0: none open */
	uint32_t own;     /* the client's own number for it */
	bool owner, last; /* last: close when all is written */
};

struct zol_vm_viewer {
	int fd;
	struct zol_str out;
	size_t out_pos;
};

enum zol_vm_step { ZOL_VM_UP, ZOL_VM_ASK_AGENT, ZOL_VM_ASK_ACPI, ZOL_VM_ASK_QMP, ZOL_VM_KILL };

struct zol_vm_super {
	const struct zol_vm_job *job;
	struct zol_proc qemu, virtiofsd;
	int lock, console, agent, clients_fd, viewers_fd;
	struct zol_console_log log;
	struct zol_console watch;
	struct zol_str ring;
	struct zol_str to_console; /* typed by viewers */
	struct zol_str to_agent;
	size_t to_agent_pos;
	struct zol_frames from_agent;
	uint32_t agent_pid; /* 0: not ready */
	char *release;      /* of the guest's kernel, as the agent says */
	uint32_t last_channel;
	struct zol_vm_client clients[ZOL_VM_CLIENTS_MAX];
	struct zol_vm_viewer viewers[ZOL_VM_VIEWERS_MAX];
	uint64_t born, progress_at; /* monotonic ms */
	enum zol_vm_step step;
	uint64_t step_at; /* when the step's time is over */
	uint64_t doom_at; /* when a VM that has panicked is ended; 0: it has not */
	bool was_ready, restarted;
	bool owner_gone;
	uint32_t stop_limit;
	/* why it ended; code ZOL_OK and no text while it runs */
	bool over;
	struct zol_err why;
};

/* vm_relay.c */
void zol_vm_relay_accept(struct zol_vm_super *s);
void zol_vm_relay_add(struct zol_vm_super *s, int fd, bool owner);
size_t zol_vm_relay_poll(struct zol_vm_super *s, struct pollfd *set);
void zol_vm_relay_work(struct zol_vm_super *s, const struct pollfd *set, size_t n);
void zol_vm_relay_from_agent(struct zol_vm_super *s);
void zol_vm_relay_agent_flush(struct zol_vm_super *s);
/* Tells every client the state as it is now. */
void zol_vm_relay_state(struct zol_vm_super *s);
/* Tells every client that the VM is no more and why, and gives them limit_ms to read it. */
void zol_vm_relay_end(struct zol_vm_super *s, uint64_t limit_ms);
void zol_vm_relay_free(struct zol_vm_super *s);
/* How many bytes may still be queued for the agent's port before clients have to wait. */
bool zol_vm_relay_agent_full(const struct zol_vm_super *s);

/* vm_view.c */
void zol_vm_view_accept(struct zol_vm_super *s);
size_t zol_vm_view_poll(struct zol_vm_super *s, struct pollfd *set);
void zol_vm_view_work(struct zol_vm_super *s, const struct pollfd *set, size_t n);
/* Reads some of what the guest has printed: 1, 0 when there is nothing now, -1 when QEMU has closed the console. */
int zol_vm_view_console(struct zol_vm_super *s);
void zol_vm_view_console_flush(struct zol_vm_super *s);
void zol_vm_view_free(struct zol_vm_super *s);

/* vm_super.c */
void zol_vm_super_stop(struct zol_vm_super *s, uint32_t limit_ms);
/* The agent said that it cannot do it: the next step of stopping. */
void zol_vm_super_next_step(struct zol_vm_super *s);
