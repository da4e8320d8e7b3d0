/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rsp.h"

#include "base/num.h"

#define ESCAPE '}'
#define ESCAPED 0x20
#define RUN_BASE 29 /* "* " is three more: the count's character less 29 */

void zol_rsp_free(struct zol_rsp *r)
{
	zol_str_free(&r->in);
	zol_str_free(&r->data);
	*r = (struct zol_rsp){ 0 };
}

void zol_rsp_put(struct zol_str *out, struct zol_span data)
{
	unsigned char sum = 0;

	zol_str_putc(out, '$');
	for (size_t i = 0; i < data.len; i++) {
		char c = data.ptr[i];

		if (c == '$' || c == '#' || c == ESCAPE || c == '*') {
			zol_str_putc(out, ESCAPE);
			sum = (unsigned char)(sum + ESCAPE);
			c = (char)(c ^ ESCAPED);
		}
		zol_str_putc(out, c);
		sum = (unsigned char)(sum + (unsigned char)c);
	}
	zol_str_putc(out, '#');
	zol_str_hex(out, &sum, 1);
}

void zol_rsp_feed(struct zol_rsp *r, const void *data, size_t len)
{
	if (r->pos > 0) {
		if (r->in.len > r->pos)
			memmove(r->in.ptr, r->in.ptr + r->pos, r->in.len - r->pos);
		zol_str_truncate(&r->in, r->in.len - r->pos);
		r->pos = 0;
	}
	zol_str_add(&r->in, data, len);
}

bool zol_rsp_is_stop(struct zol_span data)
{
	return data.len >= 3 && data.ptr[0] != '\0' && strchr("TSWX", data.ptr[0]) && zol_hex_digit(data.ptr[1]) >= 0 &&
	       zol_hex_digit(data.ptr[2]) >= 0;
}

/* Takes escapes and run lengths out of raw; false when they make no sense. */
static bool decode(struct zol_str *out, struct zol_span raw)
{
	zol_str_truncate(out, 0);
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == ESCAPE) {
			i++;
			if (i >= raw.len)
				return false;
			zol_str_putc(out, (char)(raw.ptr[i] ^ ESCAPED));
		} else if (c == '*') {
			i++;
			if (i >= raw.len || out->len == 0 || raw.ptr[i] < ' ' || raw.ptr[i] > '~')
				return false;
			for (int n = raw.ptr[i] - RUN_BASE; n > 0; n--)
				zol_str_putc(out, out->ptr[out->len - 1]);
		} else {
			zol_str_putc(out, c);
		}
		if (out->len > ZOL_RSP_MAX || out->oom)
			return false;
	}
	return true;
}

/* A packet or notification that begins at r->pos. */
static enum zol_rsp_kind whole(struct zol_rsp *r, struct zol_span *ret)
{
	const char *start = r->in.ptr + r->pos + 1;
	size_t have = r->in.len - r->pos - 1;
	const char *hash = memchr(start, '#', have);
	bool note = start[-1] == '%';
	unsigned char sum = 0;
	unsigned char want;
	size_t len;

	if (!hash || (size_t)(start + have - hash) < 3) {
		if (have <= ZOL_RSP_MAX)
			return ZOL_RSP_NONE;
		r->pos = r->in.len;
		return ZOL_RSP_BAD;
	}
	len = (size_t)(hash - start);
	r->pos += len + 4;
	for (size_t i = 0; i < len; i++)
		sum = (unsigned char)(sum + (unsigned char)start[i]);
	if (!zol_span_bytes(zol_span(hash + 1, 2), &want, 1) || want != sum)
		return note ? ZOL_RSP_NONE : ZOL_RSP_BAD;
	if (note)
		return ZOL_RSP_NONE;
	if (!decode(&r->data, zol_span(start, len)))
		return ZOL_RSP_BAD;
	*ret = zol_span_str(&r->data);
	return ZOL_RSP_PACKET;
}

enum zol_rsp_kind zol_rsp_next(struct zol_rsp *r, struct zol_span *ret)
{
	while (r->pos < r->in.len) {
		char c = r->in.ptr[r->pos];
		size_t before = r->pos;
		enum zol_rsp_kind kind;

		if (c == '+' || c == '-') {
			r->pos++;
			return c == '+' ? ZOL_RSP_ACK : ZOL_RSP_NAK;
		}
		if (c != '$' && c != '%') {
			r->pos++;
			continue;
		}
		kind = whole(r, ret);
		if (kind != ZOL_RSP_NONE || r->pos == before)
			return kind;
	}
	return ZOL_RSP_NONE;
}
