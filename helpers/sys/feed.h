/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Reads a file in a thread of its own, ahead of whoever pulls, and takes both digests of the very
 * bytes that it hands on: what is unpacked is what was hashed, whatever happens to the file meanwhile.
 */

#include "base/event.h"
#include "base/pull.h"
#include "wrap/hash.h"

struct zol_feed;

/*
 * Begins at offset 0 of fd (kept by the caller; its offset is not touched). ev gets the bytes
 * handed on as progress. pull->next comes from the thread that pulls and checks for signals.
 */
int zol_feed_new(int fd, bool hash, const struct zol_events *ev, struct zol_feed **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(4, 5);
void zol_feed_free(struct zol_feed *f);
ZOL_CLEANUP_PTR(feed, struct zol_feed *, zol_feed_free);

struct zol_pull zol_feed_pull(struct zol_feed *f) ZOL_NONNULL(1);

/* Reads what nobody pulled, to the end of the file, and gives the digests. */
int zol_feed_digests(struct zol_feed *f, struct zol_digests *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
