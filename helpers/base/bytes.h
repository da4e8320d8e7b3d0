/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Numbers in bytes that need not be aligned, little- or big-endian whatever the machine is. The caller has
 * looked that the bytes are there. A compiler makes one load or store of each.
 */

#include <stdint.h>

static inline uint16_t zol_le16(const void *p)
{
	const unsigned char *u = p;

	return (uint16_t)(u[0] | u[1] << 8);
}

static inline uint32_t zol_le32(const void *p)
{
	const unsigned char *u = p;

	return zol_le16(u) | (uint32_t)zol_le16(u + 2) << 16;
}

static inline uint64_t zol_le64(const void *p)
{
	const unsigned char *u = p;

	return zol_le32(u) | (uint64_t)zol_le32(u + 4) << 32;
}

static inline uint16_t zol_be16(const void *p)
{
	return __builtin_bswap16(zol_le16(p));
}

static inline uint64_t zol_be64(const void *p)
{
	return __builtin_bswap64(zol_le64(p));
}

static inline void zol_le32_put(void *p, uint32_t v)
{
	unsigned char *u = p;

	u[0] = (unsigned char)v;
	u[1] = (unsigned char)(v >> 8);
	u[2] = (unsigned char)(v >> 16);
	u[3] = (unsigned char)(v >> 24);
}
