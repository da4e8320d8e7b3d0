/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A client of QEMU's gdbserver: reads memory and goes. The VM stands still from the connection on, and
 * goes on when zol_stub_close() detaches. QEMU serves one client at a time; a second one gets no answer.
 */

#include "core/kwalk.h"
#include "core/rsp.h"

struct zol_stub {
	int fd; /* -1: closed */
	struct zol_rsp in;
	size_t chunk; /* bytes of memory that one answer holds */
	uint64_t timeout_ms;
	uint64_t reads; /* packets that were sent for memory */
	uint64_t since; /* monotonic us of the connection */
};

#define ZOL_STUB_INIT { .fd = -1 }

/* Connects to a Unix socket. ETIMEDOUT when nobody answers: somebody else is connected. */
int zol_stub_open(const char *path, uint64_t timeout_ms, struct zol_stub *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
/* Lets the VM go on (detach) or leaves it stopped. Safe to call twice. Returns how many us it was stopped. */
uint64_t zol_stub_close(struct zol_stub *s, bool go_on) ZOL_NONNULL(1);
/* At the end of a scope the VM goes on. */
void zol_stub_free(struct zol_stub *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stub, struct zol_stub, zol_stub_free);

/* Sends one packet and gives its answer (valid until the next call); stop replies that come unasked are passed over. */
int zol_stub_ask(struct zol_stub *s, const char *packet, struct zol_span *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Memory through it. A page that one CPU does not see (user mode with page-table isolation) is asked of all. */
struct zol_kmem zol_stub_mem(struct zol_stub *s) ZOL_NONNULL(1);
