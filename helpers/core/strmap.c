/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/strmap.h"

#define FIRST_CAP 64U

uint64_t zol_fnv64(uint64_t seed, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		seed = (seed ^ p[i]) * 0x100000001b3ULL;
	return seed;
}

/* Eight bytes at a time: most keys are names of ten or twenty. */
static uint32_t hash_of(struct zol_span key)
{
	uint64_t h = ZOL_FNV_SEED ^ key.len, word;
	size_t i = 0;

	for (; i + 8 <= key.len; i += 8) {
		memcpy(&word, key.ptr + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	if (i < key.len) {
		word = 0;
		memcpy(&word, key.ptr + i, key.len - i);
		h = (h ^ word) * 0xff51afd7ed558ccdULL;
	}
	h ^= h >> 29;
	return (uint32_t)(h ^ (h >> 32));
}

/* The slot that has the key, or the free one where it belongs. */
static struct zol_strmap_slot *find(const struct zol_strmap *m, struct zol_span key, uint32_t hash)
{
	size_t at = hash & (m->cap - 1);

	while (m->slots[at].key) {
		struct zol_strmap_slot *s = &m->slots[at];

		if (s->hash == hash && s->len == key.len && !memcmp(s->key, key.ptr, key.len))
			return s;
		at = (at + 1) & (m->cap - 1);
	}
	return &m->slots[at];
}

static bool grow(struct zol_strmap *m)
{
	struct zol_strmap bigger = { .cap = m->cap ? m->cap * 2 : FIRST_CAP, .len = m->len };

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < m->cap; i++) {
		const struct zol_strmap_slot *s = &m->slots[i];

		if (s->key)
			*find(&bigger, zol_span(s->key, s->len), s->hash) = *s;
	}
	free(m->slots);
	*m = bigger;
	return true;
}

uint32_t zol_strmap_get(const struct zol_strmap *m, struct zol_span key)
{
	if (!m->cap)
		return ZOL_STRMAP_NONE;
	const struct zol_strmap_slot *s = find(m, key, hash_of(key));

	return s->key ? s->value : ZOL_STRMAP_NONE;
}

uint32_t *zol_strmap_slot(struct zol_strmap *m, struct zol_span key)
{
	/* At most three quarters full. */
	if (m->len * 4 >= m->cap * 3 && !grow(m))
		return NULL;
	uint32_t hash = hash_of(key);
	struct zol_strmap_slot *s = find(m, key, hash);

	if (!s->key) {
		*s = (struct zol_strmap_slot){
			.key = key.ptr, .len = (uint32_t)key.len, .hash = hash, .value = ZOL_STRMAP_NONE
		};
		m->len++;
	}
	return &s->value;
}

void zol_strmap_free(struct zol_strmap *m)
{
	free(m->slots);
	*m = (struct zol_strmap)ZOL_STRMAP_INIT;
}
