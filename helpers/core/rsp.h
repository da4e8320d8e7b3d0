/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Packets of gdb's remote serial protocol (binutils-gdb:gdb/doc/gdb.texinfo, "Remote Protocol"):
 * "$" data "#" two digits of checksum. Bytes "}", "$", "#" and "*" are escaped; answers may be
 * run-length encoded. Bytes in, packets out; sys/rsp_client owns the socket.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_RSP_MAX (64U << 10) /* bytes of a packet that are taken; QEMU sends 4096 */

enum zol_rsp_kind {
	ZOL_RSP_NONE, /* not complete yet */
	ZOL_RSP_PACKET,
	ZOL_RSP_ACK,
	ZOL_RSP_NAK,
	ZOL_RSP_BAD, /* a packet that came damaged: ask for it again */
};

/* What came in. Zero-initialise. */
struct zol_rsp {
	struct zol_str in;
	size_t pos;
	struct zol_str data; /* of the last packet, decoded */
};

void zol_rsp_free(struct zol_rsp *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(rsp, struct zol_rsp, zol_rsp_free);

/* Appends a packet with this text as its data. */
void zol_rsp_put(struct zol_str *out, struct zol_span data) ZOL_NONNULL(1);

void zol_rsp_feed(struct zol_rsp *r, const void *data, size_t len) ZOL_NONNULL(1);
/*
 * The next item. Bytes between packets and notifications ("%...") are passed over. A packet's data stay
 * valid until the next call. What grows beyond ZOL_RSP_MAX is dropped as ZOL_RSP_BAD.
 */
enum zol_rsp_kind zol_rsp_next(struct zol_rsp *r, struct zol_span *ret) ZOL_NONNULL(1, 2);

/* A stop reply ("T02thread:01;", "S05", "W00"), which QEMU sends unasked when a connection is made. */
bool zol_rsp_is_stop(struct zol_span data);
