/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/karena.h"

#include <stdint.h>

#define BLOCK ((size_t)256 << 10)
#define ALIGN sizeof(void *)

struct zol_karena_block {
	struct zol_karena_block *next;
	void *align;
};

void zol_karena_free(struct zol_karena *a)
{
	while (a->blocks) {
		struct zol_karena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	*a = (struct zol_karena){ 0 };
}

static bool add_block(struct zol_karena *a, size_t size)
{
	size_t want = sizeof(struct zol_karena_block) + (size > BLOCK ? size : BLOCK);
	struct zol_karena_block *b = calloc(1, want);

	if (!b)
		return false;
	b->next = a->blocks;
	a->blocks = b;
	a->at = (char *)(b + 1);
	a->end = (char *)b + want;
	a->total += want;
	return true;
}

void *zol_karena_alloc(struct zol_karena *a, size_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if ((size_t)(a->end - a->at) < size && !add_block(a, size))
		return NULL;
	void *p = a->at;

	a->at += size;
	return p;
}

const char *zol_karena_dup(struct zol_karena *a, struct zol_span text)
{
	char *p = zol_karena_alloc(a, text.len + 1);

	if (p && text.len)
		memcpy(p, text.ptr, text.len);
	return p;
}
