/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/armor.h"

#include <stdint.h>

static const char *const kinds[] = {
	[ZOL_ARMOR_KEYS] = "PGP PUBLIC KEY BLOCK",
	[ZOL_ARMOR_SIGNATURE] = "PGP SIGNATURE",
};

#define CRC24_INIT 0xb704ceU
#define CRC24_POLY 0x1864cfbU

struct decoder {
	const char *kind;
	struct zol_str *out;
	size_t lineno;
	uint32_t crc;
	uint32_t bits; /* of the group of four being read */
	unsigned nchars, npad;
	bool closed; /* no more data: padding or the checksum came */
	bool ended;  /* the END line came */
};

static int bad(const struct decoder *d, struct zol_err *err, const char *what)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: %s", d->lineno, what);
}

static uint32_t crc24(uint32_t crc, uint8_t byte)
{
	crc ^= (uint32_t)byte << 16;
	for (int i = 0; i < 8; i++) {
		crc <<= 1;
		if (crc & 0x1000000U)
			crc ^= CRC24_POLY;
	}
	return crc & 0xffffffU;
}

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void put_group(struct decoder *d)
{
	for (unsigned i = 0; i < 3 - d->npad; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.BitwiseShift): npad is at most 2, see data_char() */
		uint8_t byte = (uint8_t)(d->bits >> (16 - 8 * i));

		d->crc = crc24(d->crc, byte);
		zol_str_putc(d->out, (char)byte);
	}
	d->bits = 0;
	d->nchars = 0;
}

static int data_char(struct decoder *d, char c, struct zol_err *err)
{
	int v = sextet(c);

	if (d->closed)
		return bad(d, err, "data after the end of the base64 text");
	if (c == '=') {
		if (d->nchars < 2)
			return bad(d, err, "misplaced base64 padding");
		v = 0;
		d->npad++;
	} else if (v < 0) {
		return bad(d, err, "a byte that is no base64");
	} else if (d->npad) {
		return bad(d, err, "misplaced base64 padding");
	}
	d->bits = d->bits << 6 | (uint32_t)v;
	if (++d->nchars == 4) {
		d->closed = d->npad != 0;
		put_group(d);
	}
	return 0;
}

/* "=XXXX": the CRC24 of all data. */
static int checksum_line(struct decoder *d, struct zol_span line, struct zol_err *err)
{
	uint32_t want = 0;

	if (d->nchars)
		return bad(d, err, "incomplete base64 text");
	for (size_t i = 1; i < line.len; i++) {
		int v = sextet(line.ptr[i]);

		if (v < 0)
			return bad(d, err, "the armor checksum is no base64");
		want = want << 6 | (uint32_t)v;
	}
	if (want != d->crc)
		return bad(d, err, "the armor checksum is wrong");
	d->closed = true;
	return 0;
}

static bool is_frame(struct zol_span line, const char *word, const char *kind)
{
	char want[64];
	size_t n = 0;

	for (const char *const *p = (const char *const[]){ "-----", word, " ", kind, "-----", NULL }; *p; p++) {
		size_t len = strlen(*p);

		memcpy(want + n, *p, len);
		n += len;
	}
	return line.len == n && memcmp(line.ptr, want, n) == 0;
}

static bool next_line(struct decoder *d, struct zol_span *rest, struct zol_span *ret)
{
	if (!zol_span_line(rest, ret))
		return false;
	d->lineno++;
	while (ret->len && memchr(" \t\r", ret->ptr[ret->len - 1], 3))
		ret->len--;
	return true;
}

/* "Key: value" lines up to an empty one. */
static int skip_headers(struct decoder *d, struct zol_span *rest, struct zol_err *err)
{
	struct zol_span line;

	while (next_line(d, rest, &line)) {
		if (line.len == 0)
			return 0;
		if (!zol_span_has(line, ": ") && line.ptr[line.len - 1] != ':')
			return bad(d, err, "neither an armor header nor an empty line");
	}
	return bad(d, err, "the armored block is cut short");
}

static int decode_block(struct decoder *d, struct zol_span *rest, struct zol_err *err)
{
	size_t before = d->out->len;
	struct zol_span line;

	d->crc = CRC24_INIT;
	d->bits = d->nchars = d->npad = 0;
	d->closed = d->ended = false;
	if (skip_headers(d, rest, err))
		return -(int)err->code;
	while (!d->ended && next_line(d, rest, &line)) {
		if (line.len && line.ptr[0] == '-') {
			d->ended = is_frame(line, "END", d->kind);
			if (!d->ended)
				return bad(d, err, "an unexpected line inside the armored block");
		} else if (line.len == 5 && line.ptr[0] == '=') {
			if (checksum_line(d, line, err))
				return -(int)err->code;
		} else {
			for (size_t i = 0; i < line.len; i++) {
				if (data_char(d, line.ptr[i], err))
					return -(int)err->code;
			}
		}
	}
	if (!d->ended)
		return bad(d, err, "the armored block is cut short");
	if (d->nchars)
		return bad(d, err, "incomplete base64 text");
	return d->out->len == before && !d->out->oom ? bad(d, err, "the armored block is empty") : 0;
}

bool zol_armor_is(struct zol_span text)
{
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		if (zol_span_starts(line, "-----BEGIN PGP "))
			return true;
	}
	return false;
}

int zol_armor_decode(struct zol_span text, enum zol_armor_kind kind, struct zol_str *out, struct zol_err *err)
{
	struct decoder d = { .kind = kinds[kind], .out = out };
	struct zol_span rest = text, line;
	size_t blocks = 0;

	while (next_line(&d, &rest, &line)) {
		if (is_frame(line, "BEGIN", d.kind)) {
			if (kind == ZOL_ARMOR_SIGNATURE && blocks)
				return bad(&d, err, "a second signature block");
			if (decode_block(&d, &rest, err))
				return -(int)err->code;
			blocks++;
		} else if (line.len && kind == ZOL_ARMOR_SIGNATURE) {
			return bad(&d, err, "text outside the signature block");
		}
	}
	if (!blocks)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no %s in it", d.kind);
	return zol_str_check(out, err);
}
