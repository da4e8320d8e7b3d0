/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamegraph.h"

#include <stdlib.h>

#include "base/room.h"
#include "base/rows.h"

void zol_boxes_free(struct zol_boxes *b)
{
	free(b->v);
	*b = (struct zol_boxes){ 0 };
}

static bool add_box(struct zol_boxes *b, struct zol_box box)
{
	struct zol_box *v = zol_room(b->v, &b->cap, b->len + 1, sizeof(*v));

	if (!v)
		return false;
	b->v = v;
	b->v[b->len++] = box;
	return true;
}

/* The boxes that are open: one per depth, as indices. */
struct open_boxes {
	size_t *v;
	size_t cap;
};

static void open_boxes_free(struct open_boxes *o)
{
	free(o->v);
}
ZOL_CLEANUP_STRUCT(open_boxes, struct open_boxes, open_boxes_free);

static bool open_room(struct open_boxes *o, size_t need)
{
	size_t *v = zol_room(o->v, &o->cap, need, sizeof(*v));

	if (v)
		o->v = v;
	return v != NULL;
}

static bool place(const struct zol_stacks *s, const struct zol_stack *k, size_t common, struct zol_boxes *b,
		  struct open_boxes *open)
{
	uint64_t start = b->v[0].count;

	for (size_t d = common; d < k->len; d++) {
		struct zol_box box = { .frame = s->ids[k->at + d], .depth = (uint32_t)d + 1, .start = start };

		open->v[d + 1] = b->len;
		if (!add_box(b, box))
			return false;
	}
	for (size_t d = 0; d <= k->len; d++) {
		struct zol_box *box = &b->v[open->v[d]];

		box->count = zol_count_add(box->count, k->count);
		box->before = zol_count_add(box->before, k->before);
		if (d == k->len)
			box->self = zol_count_add(box->self, k->count);
	}
	if (k->len > b->depth)
		b->depth = k->len;
	return true;
}

int zol_boxes_make(struct zol_stacks *s, struct zol_boxes *ret, struct zol_err *err)
{
	ZOL_AUTO(boxes) struct zol_boxes b = { 0 };
	ZOL_AUTO(open_boxes) struct open_boxes open = { 0 };
	const struct zol_stack *last = NULL;

	if (zol_stacks_sort(s, err) < 0)
		return -(int)err->code;
	if (!add_box(&b, (struct zol_box){ .frame = UINT32_MAX }) || !open_room(&open, 64))
		return zol_err_oom(err);
	open.v[0] = 0;
	for (size_t i = 0; i < s->len; i++) {
		const struct zol_stack *k = &s->v[i];
		size_t common = 0;

		while (last && common < last->len && common < k->len &&
		       s->ids[last->at + common] == s->ids[k->at + common])
			common++;
		if (!open_room(&open, k->len + 1) || !place(s, k, common, &b, &open))
			return zol_err_oom(err);
		last = k;
	}
	*ret = b;
	b = (struct zol_boxes){ 0 };
	return 0;
}

static int by_self(const void *a, const void *b)
{
	const struct zol_flame_row *x = a, *y = b;

	if (x->self != y->self)
		return x->self > y->self ? -1 : 1;
	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* Adds one stack; seen[] says in which stack a frame was counted last. */
static void count_stack(const struct zol_stacks *s, size_t i, struct zol_flame_row *rows, size_t *seen)
{
	const struct zol_stack *k = &s->v[i];

	for (uint32_t d = 0; d < k->len; d++) {
		uint32_t id = s->ids[k->at + d];

		if (seen[id] != i + 1)
			rows[id].total = zol_count_add(rows[id].total, k->count);
		seen[id] = i + 1;
		if (d + 1 == k->len)
			rows[id].self = zol_count_add(rows[id].self, k->count);
	}
}

int zol_flame_table(struct zol_stacks *s, struct zol_flame_row **ret_rows, size_t *ret_n, struct zol_err *err)
{
	ZOL_AUTO(free) struct zol_flame_row *rows = calloc(s->nframes + 1, sizeof(*rows));
	ZOL_AUTO(free) size_t *seen = calloc(s->nframes + 1, sizeof(*seen));
	size_t n = 0;

	if (!rows || !seen)
		return zol_err_oom(err);
	for (size_t i = 0; i < s->len; i++)
		count_stack(s, i, rows, seen);
	for (size_t i = 0; i < s->nframes; i++) {
		uint8_t kind = s->frames[i].kind;

		if (kind == ZOL_FRAME_TASK || kind == ZOL_FRAME_SEPARATOR || !rows[i].total)
			continue;
		rows[n] = rows[i];
		rows[n++].frame = (uint32_t)i;
	}
	qsort(rows, n, sizeof(*rows), by_self);
	*ret_rows = zol_take_ptr(rows);
	*ret_n = n;
	return 0;
}

struct diff_side {
	const struct zol_stacks *from;
	bool after;
	double factor;
};

/* Adds the stacks of one side to *to, whose frames have numbers of their own. */
static int add_side(struct zol_stacks *to, const struct diff_side *side, struct zol_err *err)
{
	const struct zol_stacks *from = side->from;
	ZOL_AUTO(free) uint32_t *map = calloc(from->nframes + 1, sizeof(*map));
	ZOL_AUTO(free) uint32_t *ids = calloc(from->nids + 1, sizeof(*ids));
	uint32_t unit = to->scale / (from->scale ? from->scale : 1);

	if (!map || !ids)
		return zol_err_oom(err);
	for (size_t i = 0; i < from->nframes; i++) {
		const struct zol_frame *f = &from->frames[i];
		struct zol_span module = f->module ? zol_span_c(f->module) : zol_span(NULL, 0);

		map[i] = zol_stacks_frame(to, zol_span(f->name, f->len), (enum zol_frame_kind)f->kind, module);
		if (map[i] == UINT32_MAX)
			return zol_err_oom(err);
	}
	for (size_t i = 0; i < from->len; i++) {
		const struct zol_stack *k = &from->v[i];
		double scaled = (double)k->count * unit * side->factor + 0.5;
		uint64_t count = scaled < 0x1p64 ? (uint64_t)scaled : UINT64_MAX;

		for (uint32_t d = 0; d < k->len; d++)
			ids[d] = map[from->ids[k->at + d]];
		zol_stacks_add(to, ids, k->len, side->after ? count : 0, side->after ? 0 : count);
	}
	return zol_stacks_check(to, err);
}

int zol_flame_diff_stacks(const struct zol_stacks *before, const struct zol_stacks *after, bool normalize,
			  struct zol_stacks *ret, struct zol_err *err)
{
	uint64_t total_before = zol_stacks_total(before, NULL), total_after = zol_stacks_total(after, NULL);
	uint32_t scale_before = before->scale ? before->scale : 1, scale_after = after->scale ? after->scale : 1;
	struct diff_side first = { .from = before, .after = false, .factor = 1.0 };
	struct diff_side second = { .from = after, .after = true, .factor = 1.0 };

	ret->scale = scale_before > scale_after ? scale_before : scale_after;
	ret->differential = true;
	if (normalize && total_before)
		first.factor = (double)total_after / scale_after / ((double)total_before / scale_before);
	if (add_side(ret, &first, err) < 0)
		return -(int)err->code;
	return add_side(ret, &second, err);
}

void zol_speedscope_write(const struct zol_stacks *s, const char *name, struct zol_str *out)
{
	zol_str_puts(out, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"zolkit\","
			  "\"name\":");
	zol_json_string(out, name);
	zol_str_puts(out, ",\"shared\":{\"frames\":[");
	for (size_t i = 0; i < s->nframes; i++) {
		zol_str_puts(out, i ? ",\n{\"name\":" : "\n{\"name\":");
		zol_json_string(out, s->frames[i].name);
		if (s->frames[i].module) {
			zol_str_puts(out, ",\"file\":");
			zol_json_string(out, s->frames[i].module);
		}
		zol_str_putc(out, '}');
	}
	zol_str_puts(out, "]},\"profiles\":[{\"type\":\"sampled\",\"name\":");
	zol_json_string(out, name);
	zol_str_puts(out, ",\"unit\":\"none\",\"startValue\":0,\"endValue\":");
	zol_folded_count(zol_stacks_total(s, NULL), s->scale, out);
	zol_str_puts(out, ",\"samples\":[");
	for (size_t i = 0; i < s->len; i++) {
		zol_str_puts(out, i ? ",\n[" : "\n[");
		for (uint32_t d = 0; d < s->v[i].len; d++)
			zol_str_printf(out, d ? ",%u" : "%u", s->ids[s->v[i].at + d]);
		zol_str_putc(out, ']');
	}
	zol_str_puts(out, "],\"weights\":[");
	for (size_t i = 0; i < s->len; i++) {
		if (i)
			zol_str_putc(out, ',');
		zol_folded_count(s->v[i].count, s->scale, out);
	}
	zol_str_puts(out, "]}]}\n");
}
