/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "base/bytes.h"
#include "core/console_priv.h"

#define BLOCK 3U
#define STRIDE 3U                    /* so that each run of ANCHOR bytes has a block that is looked at */
#define ANCHOR (BLOCK + STRIDE - 1U) /* no rule's text is shorter */
#define HASH_BITS 17U
#define HEADS 1024U
#define BUCKETS 256U
#define NONE UINT16_MAX

/* One block of a rule's text. */
struct block {
	uint32_t bytes;
	uint16_t rule, offset; /* where in the rule's text it stands */
	uint16_t next;
};

struct zol_console_prefilter {
	uint8_t seen[(1U << HASH_BITS) / 8]; /* is it the hash of a block? */
	uint16_t heads[HEADS];               /* of blocks, by hash */
	struct block *blocks;
	uint16_t first[BUCKETS]; /* rule by the first two bytes */
	uint16_t *next;
	const struct zol_console_rule *rules;
	size_t n;
};

static uint32_t load_exactly(const char *p)
{
	return zol_le16(p) | (uint32_t)(uint8_t)p[2] << 16;
}

/* The same, reading four bytes. */
static uint32_t load(const char *p)
{
	return zol_le32(p) & 0xffffffU;
}

static uint32_t hash(uint32_t bytes)
{
	return (bytes * 0x9e3779b1U) >> (32 - HASH_BITS);
}

static size_t bucket(const char *p)
{
	return ((uint8_t)p[0] * 31U + (uint8_t)p[1]) % BUCKETS;
}

/* Roughly how often each byte comes in a log: what stands in few words is worth looking for. */
static void weigh(unsigned weights[256])
{
	for (unsigned c = 0; c < 256; c++)
		weights[c] = c >= 'a' && c <= 'z' ? 6 : c >= '0' && c <= '9' ? 4 : 2;
	for (const char *p = "eatoinsrl"; *p; p++)
		weights[(uint8_t)*p] = 9;
	for (const char *p = "xkvwzjqbpyg:[]"; *p; p++)
		weights[(uint8_t)*p] = 4;
	weights[' '] = 8;
}

/* Where the run of ANCHOR bytes stands whose commonest block is the rarest. */
static size_t anchor(const char *text, const unsigned weights[256])
{
	const uint8_t *t = (const uint8_t *)text;
	size_t best = 0, n = strlen(text);
	unsigned least = UINT32_MAX;

	for (size_t at = 0; at + ANCHOR < n || at == 0; at++) {
		unsigned most = 0;

		for (size_t k = at; k < at + STRIDE; k++) {
			unsigned w = weights[t[k]] * weights[t[k + 1]] * weights[t[k + 2]];

			most = w > most ? w : most;
		}
		if (most < least) {
			least = most;
			best = at;
		}
	}
	return best;
}

static void add_rule(struct zol_console_prefilter *p, size_t i, const unsigned weights[256])
{
	const char *text = p->rules[i].text;
	size_t at = anchor(text, weights), b = bucket(text);

	p->next[i] = p->first[b];
	p->first[b] = (uint16_t)i;
	for (size_t k = 0; k < STRIDE; k++) {
		struct block *block = &p->blocks[i * STRIDE + k];
		uint32_t h;

		block->bytes = load_exactly(text + at + k);
		block->rule = (uint16_t)i;
		block->offset = (uint16_t)(at + k);
		h = hash(block->bytes);
		p->seen[h / 8] |= (uint8_t)(1U << h % 8);
		block->next = p->heads[h % HEADS];
		p->heads[h % HEADS] = (uint16_t)(i * STRIDE + k);
	}
}

struct zol_console_prefilter *zol_console_prefilter_new(void)
{
	struct zol_console_prefilter *p = calloc(1, sizeof(*p));
	unsigned weights[256];

	if (!p)
		return NULL;
	p->rules = zol_console_rules(&p->n);
	p->next = calloc(p->n, sizeof(*p->next));
	p->blocks = calloc(p->n * STRIDE, sizeof(*p->blocks));
	if (!p->next || !p->blocks) {
		zol_console_prefilter_free(p);
		return NULL;
	}
	memset(p->first, 0xff, sizeof(p->first));
	memset(p->heads, 0xff, sizeof(p->heads));
	weigh(weights);
	/* From the last to the first, so that the lists have them in their order. */
	for (size_t i = p->n; i > 0; i--)
		add_rule(p, i - 1, weights);
	return p;
}

void zol_console_prefilter_free(struct zol_console_prefilter *p)
{
	if (p) {
		free(p->next);
		free(p->blocks);
	}
	free(p);
}

const struct zol_console_rule *zol_console_prefilter_rule(const struct zol_console_prefilter *p, struct zol_span rest,
							  const struct zol_console_rule *after)
{
	uint16_t i;

	if (rest.len < ANCHOR)
		return NULL;
	for (i = after ? p->next[after - p->rules] : p->first[bucket(rest.ptr)]; i != NONE; i = p->next[i])
		if (zol_span_starts(rest, p->rules[i].text))
			return &p->rules[i];
	return NULL;
}

/* Does a rule's text stand around this block? */
static bool is_there(const struct zol_console_prefilter *p, struct zol_span text, size_t at)
{
	uint32_t bytes = load_exactly(text.ptr + at), h = hash(bytes);

	if (!(p->seen[h / 8] >> h % 8 & 1))
		return false;
	for (uint16_t i = p->heads[h % HEADS]; i != NONE; i = p->blocks[i].next) {
		const struct block *b = &p->blocks[i];

		if (b->bytes == bytes && at >= b->offset &&
		    zol_span_starts(zol_span(text.ptr + at - b->offset, text.len - at + b->offset),
				    p->rules[b->rule].text))
			return true;
	}
	return false;
}

static unsigned peek(const struct zol_console_prefilter *p, const char *t)
{
	uint32_t h = hash(load(t));

	return (unsigned)p->seen[h / 8] >> h % 8;
}

size_t zol_console_prefilter_next(const struct zol_console_prefilter *p, const char *text, size_t len, size_t from)
{
	const struct zol_span all = zol_span(text, len);
	size_t at = from;

	/* The last read of a round ends at at + 3 * STRIDE + 4. */
	for (; at + 4 * STRIDE + 4 <= len; at += 4 * STRIDE) {
		const char *t = text + at;

		if (!((peek(p, t) | peek(p, t + STRIDE) | peek(p, t + 2 * STRIDE) | peek(p, t + 3 * STRIDE)) & 1))
			continue;
		for (size_t k = 0; k < 4; k++)
			if (is_there(p, all, at + k * STRIDE))
				return at + k * STRIDE;
	}
	for (; at + BLOCK <= len; at++)
		if (is_there(p, all, at))
			return at;
	return len;
}

size_t zol_console_count_lines(const char *text, size_t len)
{
	const uint64_t ones = UINT64_MAX / 255, lf = ones * '\n', low = ~(ones << 7);
	size_t n = 0, i = 0;

	while (len - i >= 8) {
		size_t words = (len - i) / 8;
		uint64_t sum = 0;

		/* At most 255 times, so that no byte of the sum overflows. */
		for (size_t k = 0; k < words && k < 255; k++, i += 8) {
			uint64_t v;

			memcpy(&v, text + i, 8);
			v ^= lf;
			/* 0x80 in each byte that is zero, exactly. */
			v = ~(((v & low) + low) | v | low);
			sum += v >> 7;
		}
		for (; sum; sum >>= 8)
			n += sum & 0xff;
	}
	for (; i < len; i++)
		n += text[i] == '\n';
	return n;
}
