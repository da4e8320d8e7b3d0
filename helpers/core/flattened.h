/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The flattened form of kdump's dumps, which QEMU writes since its output may be a pipe: a header of 4096 bytes,
 * then pieces, each led by its place in the dump and its length, big-endian, and an end mark; pieces may
 * overwrite earlier ones (makedumpfile/makedumpfile:makedumpfile.h struct makedumpfile_header,
 * makedumpfile_data_header). drgn and crash read the dump itself faster, or at all.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_FLATTENED_HEADER 4096U
#define ZOL_FLATTENED_PIECE 16U

struct zol_flattened_piece {
	uint64_t offset; /* in the dump */
	uint64_t len;
	bool end; /* there are no more */
};

/* Whether the first bytes of a file are this form's. */
bool zol_flattened_is(struct zol_span head);

/*
 * Reads the ZOL_FLATTENED_PIECE bytes that lead a piece; left: how many bytes the file has behind them; limit:
 * how large a dump may become. ZOL_MALFORMED when the piece is longer than the file, or beyond the limit.
 */
int zol_flattened_piece(const unsigned char *bytes, uint64_t left, uint64_t limit, struct zol_flattened_piece *ret,
			struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);
