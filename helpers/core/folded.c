/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/folded.h"

#include <stdlib.h>

#include "base/room.h"

#define FIRST_SLOTS 1024U
#define IDS_MAX UINT32_MAX
#define NAME_MAX_BYTES (UINT16_MAX * 16U)

void zol_stacks_free(struct zol_stacks *s)
{
	free(s->frames);
	free(s->ids);
	free(s->v);
	free(s->slots);
	zol_strmap_free(&s->names);
	zol_strmap_free(&s->modules);
	zol_strv_free(&s->text);
	*s = (struct zol_stacks){ 0 };
}

int zol_stacks_check(const struct zol_stacks *s, struct zol_err *err)
{
	return s->oom ? zol_err_oom(err) : 0;
}

/* A copy that lives as long as the stacks; NULL when out of memory. */
static const char *keep_text(struct zol_stacks *s, const char *text, size_t len)
{
	zol_strv_addn(&s->text, text, len);
	return s->text.oom ? NULL : s->text.v[s->text.len - 1];
}

static const char *intern_module(struct zol_stacks *s, struct zol_span module)
{
	const char *copy;
	uint32_t *slot;
	uint32_t at;

	module.len = strnlen(module.ptr, module.len);
	at = zol_strmap_get(&s->modules, module);
	if (at != ZOL_STRMAP_NONE)
		return s->text.v[at];
	copy = keep_text(s, module.ptr, module.len);
	slot = copy ? zol_strmap_slot(&s->modules, zol_span(copy, module.len)) : NULL;
	if (!slot) {
		s->oom = true;
		return NULL;
	}
	*slot = (uint32_t)(s->text.len - 1);
	return copy;
}

static uint32_t no_frame(struct zol_stacks *s)
{
	s->oom = true;
	return UINT32_MAX;
}

static uint32_t new_frame(struct zol_stacks *s, struct zol_span key, struct zol_span module)
{
	const char *copy = keep_text(s, key.ptr, key.len);
	struct zol_frame *frames = zol_room(s->frames, &s->frames_cap, s->nframes + 1, sizeof(*frames));
	uint32_t *slot;

	if (frames)
		s->frames = frames;
	if (!copy || !frames)
		return no_frame(s);
	slot = zol_strmap_slot(&s->names, zol_span(copy, key.len));
	if (!slot)
		return no_frame(s);
	*slot = (uint32_t)s->nframes;
	s->frames[s->nframes] = (struct zol_frame){
		.name = copy + 1,
		.len = (uint32_t)key.len - 1,
		.kind = (uint8_t)(key.ptr[0] - 'a'),
		.module = module.len ? intern_module(s, module) : NULL,
	};
	return (uint32_t)s->nframes++;
}

/* What would end a line of folded text, or drive a terminal. */
static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

uint32_t zol_stacks_frame(struct zol_stacks *s, struct zol_span name, enum zol_frame_kind kind, struct zol_span module)
{
	ZOL_AUTO(free) char *large = NULL;
	const char *nul = name.len ? memchr(name.ptr, '\0', name.len) : NULL;
	size_t len = nul ? (size_t)(nul - name.ptr) : name.len;
	char small[256], *key = small;
	uint32_t at;

	if (s->oom)
		return no_frame(s);
	if (len > NAME_MAX_BYTES)
		len = NAME_MAX_BYTES;
	if (len + 1 > sizeof(small))
		key = large = malloc(len + 1);
	if (!key)
		return no_frame(s);
	key[0] = (char)('a' + (int)kind);
	for (size_t i = 0; i < len; i++)
		key[i + 1] = is_control(name.ptr[i]) ? '_' : name.ptr[i];
	at = zol_strmap_get(&s->names, zol_span(key, len + 1));
	return at != ZOL_STRMAP_NONE ? at : new_frame(s, zol_span(key, len + 1), module);
}

/* Multiply and fold: the ids are small numbers that must not fall together. */
static uint64_t hash_ids(const uint32_t *ids, size_t n)
{
	uint64_t h = 0x9e3779b97f4a7c15ULL ^ n;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ ids[i]) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	return h;
}

static bool grow_slots(struct zol_stacks *s)
{
	size_t n = s->nslots ? s->nslots * 2 : FIRST_SLOTS;
	uint32_t *slots;

	while (n <= s->len * 2)
		n *= 2;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < s->len; i++) {
		size_t at = (size_t)s->v[i].hash & (n - 1);

		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(s->slots);
	s->slots = slots;
	s->nslots = n;
	return true;
}

/* Where the stack stands, or the empty slot where it would. */
static uint32_t *find_slot(struct zol_stacks *s, const uint32_t *ids, size_t n, uint64_t hash)
{
	size_t at = (size_t)hash & (s->nslots - 1);

	for (; s->slots[at]; at = (at + 1) & (s->nslots - 1)) {
		const struct zol_stack *k = &s->v[s->slots[at] - 1];

		if (k->hash == hash && k->len == n && (!n || !memcmp(s->ids + k->at, ids, n * sizeof(*ids))))
			break;
	}
	return &s->slots[at];
}

static bool make_room(struct zol_stacks *s, size_t n)
{
	struct zol_stack *v = NULL;
	uint32_t *ids = NULL;

	if (!s->oom && s->nids + n < IDS_MAX && s->len < UINT32_MAX - 1 && (s->nslots > s->len * 2 || grow_slots(s)))
		ids = zol_room(s->ids, &s->ids_cap, s->nids + n, sizeof(*ids));
	if (ids) {
		s->ids = ids;
		v = zol_room(s->v, &s->cap, s->len + 1, sizeof(*v));
	}
	if (v)
		s->v = v;
	else
		s->oom = true;
	return v != NULL;
}

uint32_t zol_stacks_add(struct zol_stacks *s, const uint32_t *ids, size_t n, uint64_t count, uint64_t before)
{
	uint64_t hash = hash_ids(ids, n);
	uint32_t *slot;
	struct zol_stack *k;

	if (!make_room(s, n))
		return UINT32_MAX;
	slot = find_slot(s, ids, n, hash);
	if (!*slot) {
		s->v[s->len] = (struct zol_stack){ .at = (uint32_t)s->nids, .len = (uint32_t)n, .hash = hash };
		if (n)
			memcpy(s->ids + s->nids, ids, n * sizeof(*ids));
		s->nids += n;
		*slot = (uint32_t)++s->len;
	}
	k = &s->v[*slot - 1];
	k->count = zol_count_add(k->count, count);
	k->before = zol_count_add(k->before, before);
	return *slot - 1;
}

uint64_t zol_stacks_total(const struct zol_stacks *s, uint64_t *ret_before)
{
	uint64_t count = 0, before = 0;

	for (size_t i = 0; i < s->len; i++) {
		count = zol_count_add(count, s->v[i].count);
		before = zol_count_add(before, s->v[i].before);
	}
	if (ret_before)
		*ret_before = before;
	return count;
}

static bool nameless(const struct zol_frame *f)
{
	return f->len > 2 && f->name[0] == '[' && f->name[f->len - 1] == ']';
}

void zol_stacks_unresolved(const struct zol_stacks *s, struct zol_unresolved *ret)
{
	struct zol_unresolved u = { 0 };

	for (size_t i = 0; i < s->len; i++) {
		const struct zol_stack *k = &s->v[i];

		for (uint32_t d = 1; d < k->len; d++) {
			const struct zol_frame *f = &s->frames[s->ids[k->at + d]];
			bool kernel = f->kind == ZOL_FRAME_KERNEL || f->kind == ZOL_FRAME_MODULE;

			*(kernel ? &u.kernel : &u.user) += (double)k->count;
			if (nameless(f))
				*(kernel ? &u.kernel_lost : &u.user_lost) += (double)k->count;
		}
	}
	*ret = u;
}

/* The order or the number of stacks has changed: the slots are made anew when the next one is added. */
static void forget_slots(struct zol_stacks *s)
{
	free(s->slots);
	s->slots = NULL;
	s->nslots = 0;
}

static void rebuild_slots(struct zol_stacks *s)
{
	forget_slots(s);
	if (!grow_slots(s))
		s->oom = true;
}

void zol_stacks_keep(struct zol_stacks *s, const bool *keep)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++) {
		if (keep[i])
			s->v[n++] = s->v[i];
	}
	s->len = n;
	rebuild_slots(s);
}

void zol_stacks_collapse(struct zol_stacks *s)
{
	struct zol_stack *v = s->v;
	uint32_t *ids = s->ids;
	size_t n = s->len;

	/* Built anew: stacks that differed in nothing else become one. */
	s->v = NULL;
	s->ids = NULL;
	s->len = s->cap = s->nids = s->ids_cap = 0;
	forget_slots(s);
	for (size_t i = 0; i < n; i++) {
		uint32_t *from = ids + v[i].at;
		size_t to = 0;

		for (uint32_t d = 0; d < v[i].len; d++) {
			if (!d || from[d] != from[d - 1] || !nameless(&s->frames[from[d]]))
				from[to++] = from[d];
		}
		(void)zol_stacks_add(s, from, to, v[i].count, v[i].before);
	}
	free(v);
	free(ids);
}

void zol_stacks_reverse(struct zol_stacks *s)
{
	for (size_t i = 0; i < s->len; i++) {
		struct zol_stack *k = &s->v[i];
		uint32_t *ids = s->ids + k->at;

		for (size_t a = 0; a < k->len / 2; a++) {
			uint32_t id = ids[a];

			ids[a] = ids[k->len - 1 - a];
			ids[k->len - 1 - a] = id;
		}
		k->hash = hash_ids(ids, k->len);
	}
	rebuild_slots(s);
}

static int by_name(const void *a, const void *b, void *ctx)
{
	const struct zol_frame *frames = ctx;
	const struct zol_frame *x = &frames[*(const uint32_t *)a], *y = &frames[*(const uint32_t *)b];
	int r = strcmp(x->name, y->name);

	return r ? r : (int)x->kind - (int)y->kind;
}

int zol_stacks_rank(const struct zol_stacks *s, uint32_t **ret_rank, struct zol_err *err)
{
	uint32_t *order = calloc(s->nframes + 1, sizeof(*order));
	uint32_t *rank = calloc(s->nframes + 1, sizeof(*rank));

	if (!order || !rank) {
		free(order);
		free(rank);
		return zol_err_oom(err);
	}
	for (size_t i = 0; i < s->nframes; i++)
		order[i] = (uint32_t)i;
	if (s->nframes)
		qsort_r(order, s->nframes, sizeof(*order), by_name, s->frames);
	for (size_t i = 0; i < s->nframes; i++)
		rank[order[i]] = (uint32_t)i;
	free(order);
	*ret_rank = rank;
	return 0;
}

struct sort_ctx {
	const uint32_t *ids, *rank;
};

static int by_ranks(const void *a, const void *b, void *ctx)
{
	const struct sort_ctx *c = ctx;
	const struct zol_stack *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;

	for (size_t i = 0; i < n; i++) {
		uint32_t l = c->ids[x->at + i], r = c->ids[y->at + i];

		if (l != r)
			return c->rank[l] < c->rank[r] ? -1 : 1;
	}
	return x->len < y->len ? -1 : x->len > y->len;
}

int zol_stacks_sort(struct zol_stacks *s, struct zol_err *err)
{
	ZOL_AUTO(free) uint32_t *rank = NULL;
	struct sort_ctx c = { .ids = s->ids };

	if (zol_stacks_check(s, err) < 0 || zol_stacks_rank(s, &rank, err) < 0)
		return -(int)err->code;
	c.rank = rank;
	if (s->len)
		qsort_r(s->v, s->len, sizeof(*s->v), by_ranks, &c);
	rebuild_slots(s);
	return zol_stacks_check(s, err);
}
