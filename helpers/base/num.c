/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "base/num.h"

/* Digits at the start of text; returns what follows them, or NULL when there are none or too many. */
static const char *digits(const char *text, uint64_t *ret)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) || __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return NULL;
	if (p == text)
		return NULL;
	*ret = n;
	return p;
}

int zol_num_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret, struct zol_err *err)
{
	uint64_t n = 0;
	const char *end = digits(text, &n);

	if (end && *end == '\0' && n >= min && n <= max) {
		*ret = n;
		return 0;
	}
	if (max == UINT64_MAX && min == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a number", text);
	if (max == UINT64_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a number of at least %" PRIu64, text, min);
	return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a number from %" PRIu64 " to %" PRIu64, text, min, max);
}

/* Powers of two that a size's suffix stands for; -1 when it is none. */
static int size_shift(const char *suffix)
{
	static const char letters[] = "KMGT";
	const char *l;

	if (!*suffix || strcmp(suffix, "B") == 0)
		return 0;
	l = strchr(letters, *suffix == 'k' ? 'K' : *suffix);
	suffix++;
	if (!l || (*suffix && strcmp(suffix, "B") != 0 && strcmp(suffix, "iB") != 0))
		return -1;
	return (int)(l - letters + 1) * 10;
}

/* The part behind the point, as that fraction of 2^shift; returns what follows, NULL when malformed. */
static const char *fraction(const char *p, int shift, uint64_t *ret)
{
	const char *start = p;
	double f = 0, scale = 1;

	for (; *p >= '0' && *p <= '9'; p++) {
		scale /= 10;
		f += (*p - '0') * scale;
	}
	if (p == start || p - start > 9)
		return NULL;
	*ret = (uint64_t)(f * (double)(UINT64_C(1) << shift) + 0.5);
	return p;
}

/* "1.5" leaves *suffix at what follows the number. */
static bool parse_size(const char *text, uint64_t *ret)
{
	const char *p, *suffix;
	uint64_t n = 0, part = 0;
	int shift;

	p = digits(text, &n);
	if (!p)
		return false;
	suffix = p;
	if (*p == '.')
		suffix = p + 1 + strspn(p + 1, "0123456789");
	shift = size_shift(suffix);
	if (shift < 0 || (*p == '.' && shift == 0))
		return false;
	if (*p == '.' && !fraction(p + 1, shift, &part))
		return false;
	if (n > (UINT64_MAX >> shift) || __builtin_add_overflow(n << shift, part, &n))
		return false;
	*ret = n;
	return true;
}

int zol_num_size(const char *text, uint64_t *ret_bytes, struct zol_err *err)
{
	if (parse_size(text, ret_bytes))
		return 0;
	return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a size: a number of bytes, or one with K, M, G or T", text);
}

int zol_num_duration(const char *text, uint64_t *ret_ms, struct zol_err *err)
{
	static const struct {
		const char *suffix;
		uint64_t ms;
	} units[] = {
		{ "", 1000 },       { "ms", 1 },          { "s", 1000 },
		{ "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 24 * 3600 * 1000 },
	};
	uint64_t n = 0;
	const char *end = digits(text, &n);

	for (size_t i = 0; end && i < ZOL_COUNT(units); i++) {
		if (strcmp(end, units[i].suffix) != 0)
			continue;
		/* Half of what fits: added to a time it stays one that is to come. */
		if (__builtin_mul_overflow(n, units[i].ms, &n) || n > INT64_MAX)
			break;
		*ret_ms = n;
		return 0;
	}
	return zol_err_set(err, ZOL_USAGE, 0,
			   "'%s' is not a duration: a number of seconds, or one with ms, s, m, h or d", text);
}

int zol_num_bool(const char *text, bool *ret, struct zol_err *err)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < ZOL_COUNT(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*ret = i % 2 == 1;
			return 0;
		}
	}
	return zol_err_set(err, ZOL_USAGE, 0, "'%s' is neither yes nor no", text);
}

bool zol_span_u64(struct zol_span a, uint64_t *ret)
{
	uint64_t n = 0;

	if (!a.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] < '0' || a.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(a.ptr[i] - '0'), &n))
			return false;
	}
	*ret = n;
	return true;
}

bool zol_span_hex(struct zol_span a, uint64_t *ret)
{
	uint64_t n = 0;

	if (zol_span_starts(a, "0x") || zol_span_starts(a, "0X"))
		a = zol_span(a.ptr + 2, a.len - 2);
	if (!a.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		int d = zol_hex_digit(a.ptr[i]);

		if (d < 0 || n >> 60)
			return false;
		n = n << 4 | (uint64_t)d;
	}
	*ret = n;
	return true;
}

bool zol_span_bytes(struct zol_span hex, void *out, size_t len)
{
	unsigned char *p = out;

	if (hex.len % 2 || hex.len / 2 != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = zol_hex_digit(hex.ptr[2 * i]), low = zol_hex_digit(hex.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		p[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

const char *zol_num_fmt_size(uint64_t bytes, char buf[static ZOL_NUM_TEXT])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	double n = (double)bytes / 1000;
	size_t u = 0;

	if (bytes < 1000) {
		(void)snprintf(buf, ZOL_NUM_TEXT, "%" PRIu64 " B", bytes);
		return buf;
	}
	/* 999.95 would be printed as 1000.0. */
	for (; n >= 999.95 && u + 1 < ZOL_COUNT(units); u++)
		n /= 1000;
	(void)snprintf(buf, ZOL_NUM_TEXT, "%.1f %s", n, units[u]);
	return buf;
}

const char *zol_num_fmt_duration(uint64_t ms, char buf[static ZOL_NUM_TEXT])
{
	uint64_t s = ms / 1000;

	if (ms < 10000)
		(void)snprintf(buf, ZOL_NUM_TEXT, "%" PRIu64 ".%" PRIu64 "s", s, ms % 1000 / 100);
	else if (s < 60)
		(void)snprintf(buf, ZOL_NUM_TEXT, "%" PRIu64 "s", s);
	else if (s < 3600)
		(void)snprintf(buf, ZOL_NUM_TEXT, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else
		(void)snprintf(buf, ZOL_NUM_TEXT, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s % 3600 / 60);
	return buf;
}

uint64_t zol_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
