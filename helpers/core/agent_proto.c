/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/bytes.h"
#include "core/agent_proto.h"

static const char magic[4] = { 'z', 'o', 'l', 'A' };

void zol_frame_put(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream, const void *data,
		   size_t len)
{
	unsigned char header[ZOL_FRAME_HEADER] = { 0 };

	memcpy(header, magic, sizeof(magic));
	header[4] = (unsigned char)type;
	header[5] = (unsigned char)stream;
	zol_le32_put(header + 8, channel);
	zol_le32_put(header + 12, (uint32_t)len);
	zol_str_add(s, header, sizeof(header));
	if (len > 0)
		zol_str_add(s, data, len);
}

void zol_frame_put_u32(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream, uint32_t a)
{
	unsigned char data[4];

	zol_le32_put(data, a);
	zol_frame_put(s, type, channel, stream, data, sizeof(data));
}

void zol_frame_put_u32x2(struct zol_str *s, enum zol_frame_type type, uint32_t channel, uint32_t a, uint32_t b)
{
	unsigned char data[8];

	zol_le32_put(data, a);
	zol_le32_put(data + 4, b);
	zol_frame_put(s, type, channel, 0, data, sizeof(data));
}

void zol_frame_put_error(struct zol_str *s, uint32_t channel, int errnum, const char *text)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	unsigned char number[4];

	zol_le32_put(number, (uint32_t)errnum);
	zol_str_add(&data, number, sizeof(number));
	zol_str_puts(&data, text);
	zol_frame_put(s, ZOL_FRAME_ERROR, channel, 0, data.ptr, data.len);
}

void zol_frame_put_all(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream,
		       struct zol_span data)
{
	while (data.len > 0) {
		size_t n = data.len < ZOL_FRAME_PAYLOAD ? data.len : ZOL_FRAME_PAYLOAD;

		zol_frame_put(s, type, channel, stream, data.ptr, n);
		data = zol_span(data.ptr + n, data.len - n);
	}
}

bool zol_frame_u32(const struct zol_frame *f, size_t i, uint32_t *ret)
{
	if (f->data.len < (i + 1) * 4)
		return false;
	*ret = zol_le32(f->data.ptr + i * 4);
	return true;
}

void zol_frames_free(struct zol_frames *r)
{
	zol_str_free(&r->buf);
	*r = (struct zol_frames){ 0 };
}

void zol_frames_feed(struct zol_frames *r, const void *data, size_t len)
{
	if (r->pos > 0) {
		size_t left = r->buf.len - r->pos;

		memmove(r->buf.ptr, r->buf.ptr + r->pos, left);
		zol_str_truncate(&r->buf, left);
		r->pos = 0;
	}
	if (len > 0)
		zol_str_add(&r->buf, data, len);
}

static bool header_ok(const char *h)
{
	unsigned char type = (unsigned char)h[4];

	return memcmp(h, magic, sizeof(magic)) == 0 && type > 0 && type < ZOL_FRAME_LAST && h[6] == 0 && h[7] == 0 &&
	       zol_le32(h + 12) <= ZOL_FRAME_PAYLOAD;
}

bool zol_frames_next(struct zol_frames *r, struct zol_frame *ret)
{
	while (r->buf.len - r->pos >= ZOL_FRAME_HEADER) {
		const char *h = r->buf.ptr + r->pos;
		size_t len;

		if (!header_ok(h)) {
			r->pos++;
			r->skipped++;
			continue;
		}
		len = zol_le32(h + 12);
		if (r->buf.len - r->pos - ZOL_FRAME_HEADER < len)
			return false;
		*ret = (struct zol_frame){ .type = (enum zol_frame_type)(unsigned char)h[4],
					   .stream = (unsigned char)h[5],
					   .channel = zol_le32(h + 8),
					   .data = zol_span(h + ZOL_FRAME_HEADER, len) };
		r->pos += ZOL_FRAME_HEADER + len;
		return true;
	}
	return false;
}

void zol_tag_put(struct zol_str *s, enum zol_tag tag, struct zol_span data)
{
	unsigned char header[5] = { (unsigned char)tag };

	zol_le32_put(header + 1, (uint32_t)data.len);
	zol_str_add(s, header, sizeof(header));
	if (data.len > 0)
		zol_str_add(s, data.ptr, data.len);
}

void zol_tag_puts(struct zol_str *s, enum zol_tag tag, const char *text)
{
	zol_tag_put(s, tag, zol_span_c(text));
}

void zol_tag_put_u32(struct zol_str *s, enum zol_tag tag, uint32_t a)
{
	unsigned char data[4];

	zol_le32_put(data, a);
	zol_tag_put(s, tag, zol_span((const char *)data, sizeof(data)));
}

bool zol_tag_next(struct zol_span *rest, enum zol_tag *ret_tag, struct zol_span *ret_data)
{
	size_t len;

	if (rest->len < 5)
		return false;
	len = zol_le32(rest->ptr + 1);
	if (rest->len - 5 < len)
		return false;
	*ret_tag = (enum zol_tag)(unsigned char)rest->ptr[0];
	*ret_data = zol_span(rest->ptr + 5, len);
	*rest = zol_span(rest->ptr + 5 + len, rest->len - 5 - len);
	return true;
}

uint32_t zol_tag_u32(struct zol_span data, size_t i)
{
	return data.len < (i + 1) * 4 ? 0 : zol_le32(data.ptr + i * 4);
}

void zol_exec_spec_free(struct zol_exec_spec *x)
{
	zol_strv_free(&x->argv);
	zol_strv_free(&x->env);
	free(x->cwd);
	*x = (struct zol_exec_spec){ 0 };
}

void zol_exec_spec_write(const struct zol_exec_spec *x, struct zol_str *records)
{
	for (size_t i = 0; i < x->argv.len; i++)
		zol_tag_puts(records, ZOL_TAG_ARG, x->argv.v[i]);
	for (size_t i = 0; i < x->env.len; i++)
		zol_tag_puts(records, ZOL_TAG_ENV, x->env.v[i]);
	if (x->cwd)
		zol_tag_puts(records, ZOL_TAG_CWD, x->cwd);
	if (x->no_stdin)
		zol_tag_puts(records, ZOL_TAG_NO_STDIN, "");
	if (x->tty) {
		unsigned char size[8];

		zol_le32_put(size, x->rows);
		zol_le32_put(size + 4, x->cols);
		zol_tag_put(records, ZOL_TAG_TTY, zol_span((const char *)size, sizeof(size)));
	}
}

static void read_record(struct zol_exec_spec *x, enum zol_tag tag, struct zol_span data)
{
	if (tag == ZOL_TAG_ARG) {
		zol_strv_addn(&x->argv, data.ptr, data.len);
	} else if (tag == ZOL_TAG_ENV) {
		zol_strv_addn(&x->env, data.ptr, data.len);
	} else if (tag == ZOL_TAG_CWD) {
		free(x->cwd);
		x->cwd = zol_span_dup(data);
		x->argv.oom |= !x->cwd; /* never another directory than the one asked for */
	} else if (tag == ZOL_TAG_NO_STDIN) {
		x->no_stdin = true;
	} else if (tag == ZOL_TAG_TTY) {
		x->tty = true;
		x->rows = zol_tag_u32(data, 0);
		x->cols = zol_tag_u32(data, 1);
	}
}

int zol_exec_spec_read(struct zol_span records, struct zol_exec_spec *ret, struct zol_err *err)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec x = { 0 };
	enum zol_tag tag;
	struct zol_span data;

	while (zol_tag_next(&records, &tag, &data)) {
		bool text = tag == ZOL_TAG_ARG || tag == ZOL_TAG_ENV || tag == ZOL_TAG_CWD;

		if (text && data.len > 0 && memchr(data.ptr, 0, data.len))
			return zol_err_set(err, ZOL_MALFORMED, EINVAL, "a NUL inside an argument");
		read_record(&x, tag, data);
	}
	if (records.len > 0)
		return zol_err_set(err, ZOL_MALFORMED, EPROTO, "a record is cut short");
	if (zol_strv_check(&x.argv, err) < 0 || zol_strv_check(&x.env, err) < 0)
		return -(int)err->code;
	if (x.argv.len == 0)
		return zol_err_set(err, ZOL_MALFORMED, EINVAL, "no command");
	*ret = x;
	x = (struct zol_exec_spec){ 0 };
	return 0;
}
