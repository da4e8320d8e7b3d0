/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The texts of a fast copy (sys/fastcopy.h): the list of its frames and the marker beside it.
 * Pure: text in, structs out.
 *
 *	list:    "<offset> <packed> <unpacked> <sha256>" for each frame, in order
 *	marker:  "zolkit-fast 1", then "sha512 HEX", "blake2b HEX", "list HEX", "entries N", "size N"
 */

#include <stdint.h>

#include "base/str.h"

enum { ZOL_FAST_HASH = 32, ZOL_FAST_FRAME_MAX = 16 << 20, ZOL_FAST_FRAMES_MAX = 1 << 20 };

struct zol_fast_frame {
	uint64_t offset;               /* in the file */
	uint32_t packed;               /* bytes there */
	uint32_t unpacked;             /* bytes of archive */
	uint8_t sha256[ZOL_FAST_HASH]; /* of the packed bytes */
};

struct zol_fast_list {
	struct zol_fast_frame *frames;
	size_t n, cap;
	uint64_t size; /* sum of unpacked */
};

void zol_fast_list_free(struct zol_fast_list *l) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(fast_list, struct zol_fast_list, zol_fast_list_free);

/* Makes room for frame number at and stores it there. */
int zol_fast_list_set(struct zol_fast_list *l, size_t at, const struct zol_fast_frame *f, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

void zol_fast_list_print(const struct zol_fast_list *l, struct zol_str *out) ZOL_NONNULL(1, 2);

/* data_end: no frame may reach beyond. ZOL_MALFORMED names the line. */
int zol_fast_list_parse(struct zol_span text, uint64_t data_end, struct zol_fast_list *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4);

struct zol_fast_mark {
	uint8_t sha512[64], blake2b[64]; /* of the tarball */
	uint8_t list[ZOL_FAST_HASH];     /* SHA256 of the list */
	uint64_t entries;
	uint64_t size; /* of the copy's file */
};

void zol_fast_mark_print(const struct zol_fast_mark *m, struct zol_str *out) ZOL_NONNULL(1, 2);
int zol_fast_mark_parse(struct zol_span text, struct zol_fast_mark *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
