/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fastlist.h"

#include "base/num.h"
#include "base/room.h"

static const char mark_head[] = "zolkit-fast 1";

void zol_fast_list_free(struct zol_fast_list *l)
{
	free(l->frames);
	*l = (struct zol_fast_list){ 0 };
}

int zol_fast_list_set(struct zol_fast_list *l, size_t at, const struct zol_fast_frame *f, struct zol_err *err)
{
	struct zol_fast_frame *frames;
	size_t had;

	if (at >= ZOL_FAST_FRAMES_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "more frames than a fast copy can have");
	had = l->cap;
	frames = zol_room(l->frames, &l->cap, at + 1, sizeof(*frames));
	if (!frames)
		return zol_err_oom(err);
	memset(frames + had, 0, (l->cap - had) * sizeof(*frames));
	l->frames = frames;
	frames[at] = *f;
	l->size += f->unpacked;
	if (at >= l->n)
		l->n = at + 1;
	return 0;
}

/* One text for one list: only the digits that zol_str_hex() writes. */
static bool parse_hex(struct zol_span text, uint8_t *ret, size_t n)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'F')
			return false;
	return zol_span_bytes(text, ret, n);
}

void zol_fast_list_print(const struct zol_fast_list *l, struct zol_str *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct zol_fast_frame *f = &l->frames[i];

		zol_str_printf(out, "%llu %u %u ", (unsigned long long)f->offset, f->packed, f->unpacked);
		zol_str_hex(out, f->sha256, sizeof(f->sha256));
		zol_str_putc(out, '\n');
	}
}

static bool parse_frame(struct zol_span line, uint64_t data_end, struct zol_fast_frame *ret)
{
	struct zol_span field[5] = { 0 };
	uint64_t number[3];
	size_t n = 0;

	while (n < ZOL_COUNT(field) && zol_span_field(&line, " ", &field[n]))
		n++;
	if (n != 4 || !parse_hex(field[3], ret->sha256, sizeof(ret->sha256)))
		return false;
	for (size_t i = 0; i < ZOL_COUNT(number); i++)
		if (!zol_span_u64(field[i], &number[i]))
			return false;
	if (!number[1] || number[1] > ZOL_FAST_FRAME_MAX || !number[2] || number[2] > ZOL_FAST_FRAME_MAX)
		return false;
	if (number[0] > data_end || number[1] > data_end - number[0])
		return false;
	ret->offset = number[0];
	ret->packed = (uint32_t)number[1];
	ret->unpacked = (uint32_t)number[2];
	return true;
}

int zol_fast_list_parse(struct zol_span text, uint64_t data_end, struct zol_fast_list *ret, struct zol_err *err)
{
	ZOL_AUTO(fast_list) struct zol_fast_list list = { 0 };
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		struct zol_fast_frame f = { 0 };
		int rc;

		if (!parse_frame(line, data_end, &f))
			return zol_err_set(err, ZOL_MALFORMED, 0, "frame list, line %zu", list.n + 1);
		rc = zol_fast_list_set(&list, list.n, &f, err);
		if (rc)
			return rc;
	}
	*ret = list;
	list = (struct zol_fast_list){ 0 };
	return 0;
}

void zol_fast_mark_print(const struct zol_fast_mark *m, struct zol_str *out)
{
	zol_str_printf(out, "%s\nsha512 ", mark_head);
	zol_str_hex(out, m->sha512, sizeof(m->sha512));
	zol_str_puts(out, "\nblake2b ");
	zol_str_hex(out, m->blake2b, sizeof(m->blake2b));
	zol_str_puts(out, "\nlist ");
	zol_str_hex(out, m->list, sizeof(m->list));
	zol_str_printf(out, "\nentries %llu\nsize %llu\n", (unsigned long long)m->entries, (unsigned long long)m->size);
}

/* The value of the next line, which must have this key. */
static struct zol_span value_of(struct zol_span *text, const char *key)
{
	struct zol_span line;
	size_t len = strlen(key);

	if (!zol_span_line(text, &line) || line.len <= len || !zol_span_starts(line, key) || line.ptr[len] != ' ')
		return zol_span("", 0);
	return zol_span(line.ptr + len + 1, line.len - len - 1);
}

int zol_fast_mark_parse(struct zol_span text, struct zol_fast_mark *ret, struct zol_err *err)
{
	struct zol_fast_mark m = { 0 };
	struct zol_span head;

	if (!zol_span_line(&text, &head) || !zol_span_eq(head, mark_head))
		return zol_err_set(err, ZOL_MALFORMED, 0, "not the marker of a fast copy");
	if (!parse_hex(value_of(&text, "sha512"), m.sha512, sizeof(m.sha512)) ||
	    !parse_hex(value_of(&text, "blake2b"), m.blake2b, sizeof(m.blake2b)) ||
	    !parse_hex(value_of(&text, "list"), m.list, sizeof(m.list)) ||
	    !zol_span_u64(value_of(&text, "entries"), &m.entries) || !zol_span_u64(value_of(&text, "size"), &m.size) ||
	    text.len)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the marker of the fast copy is damaged");
	*ret = m;
	return 0;
}
