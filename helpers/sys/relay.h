/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Moves bytes between descriptors, or from a descriptor to lines and a kept tail, without ever
 * blocking on one stream while another could go on.
 */

#include <poll.h>

#include "base/proc.h"

enum { ZOL_RELAY_CHUNK = 16384 };

struct zol_relay_stream {
	int from;         /* -1: nothing (more) to read */
	int to;           /* -1: to keep and on_line */
	bool owns_to;     /* close it once all is written */
	bool tail_is_eof; /* pass an end of file on as the terminal's end-of-file character */
	char *buf;        /* ZOL_RELAY_CHUNK bytes in transit; owned */
	size_t off, len;
	struct zol_span rest; /* a text to write before reading: the input of a command */

	struct zol_str *keep; /* the last max_keep bytes; NULL: none */
	size_t max_keep;
	zol_line_fn *on_line; /* NULL: none */
	void *ctx;
	int which;           /* given to on_line */
	struct zol_str line; /* a part of a line */
};

#define ZOL_RELAY_STREAM_INIT { .from = -1, .to = -1 }

/* At most this many streams in one relay: two directions of a terminal, or in, out and err. */
enum { ZOL_RELAY_MAX = 4 };

struct zol_relay {
	struct zol_relay_stream s[ZOL_RELAY_MAX];
	size_t n;
};

void zol_relay_free(struct zol_relay *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(relay, struct zol_relay, zol_relay_free);

/* Adds a stream and returns it for setting up, or NULL with err set. The descriptors stay the caller's. */
struct zol_relay_stream *zol_relay_add(struct zol_relay *r, int from, int to, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);

/* Fills fds with what to poll for (2 a stream, fd -1 for none). */
void zol_relay_want(const struct zol_relay *r, struct pollfd fds[static 2 * ZOL_RELAY_MAX]) ZOL_NONNULL(1, 2);

/* Does what poll found possible. */
int zol_relay_turn(struct zol_relay *r, const struct pollfd fds[static 2 * ZOL_RELAY_MAX], struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Takes what is still to be read without waiting, from all streams but the one that reads from skip_from and those
 * that own their "to": who would read that has gone.
 */
int zol_relay_drain(struct zol_relay *r, int skip_from, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);
