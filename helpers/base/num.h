/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Numbers, sizes and durations: strict parsing (no sign, blank or trailing text passes) and printing. */

#include <stdint.h>

#include "base/str.h"

/* Decimal only. Each returns 0, or ZOL_USAGE with a message that quotes the text and names the range. */
int zol_num_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* Bytes: "4096", "512K", "3G", "1.5GiB"; K, M, G, T are powers of 1024. */
int zol_num_size(const char *text, uint64_t *ret_bytes, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Milliseconds: "250ms", "90s", "5m", "2h", "14d"; a bare number is seconds. */
int zol_num_duration(const char *text, uint64_t *ret_ms, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* "yes/no", "true/false", "on/off", "1/0". */
int zol_num_bool(const char *text, bool *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Decimal digits of a span without allocation; false when it is empty, not all digits, or too large. */
bool zol_span_u64(struct zol_span a, uint64_t *ret) ZOL_NONNULL(2);
/* The same in hexadecimal, with or without 0x. */
bool zol_span_hex(struct zol_span a, uint64_t *ret) ZOL_NONNULL(2);

/* The value of a hexadecimal digit of either case, or -1. */
static inline int zol_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
/* Exactly len bytes of two such digits each; false for anything else. */
bool zol_span_bytes(struct zol_span hex, void *out, size_t len) ZOL_NONNULL(2);

/* "496.4 MB" (powers of 1000, as disks and downloads are counted), "1.2 GB"; into a caller's buffer. */
#define ZOL_NUM_TEXT 24
const char *zol_num_fmt_size(uint64_t bytes, char buf[static ZOL_NUM_TEXT]);
/* "0.4s", "12s", "3m05s", "1h02m". */
const char *zol_num_fmt_duration(uint64_t ms, char buf[static ZOL_NUM_TEXT]);

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t zol_now_ms(void);
