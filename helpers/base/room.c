/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/room.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST 16U

void *zol_room_more(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap > 0 ? *cap : FIRST;
	void *q;

	/* No array, with what is spare, is larger than half of all addresses. */
	if (need > PTRDIFF_MAX / 2 / size)
		return NULL;
	while (n < need)
		n *= 2;
	q = reallocarray(p, n, size);
	if (q)
		*cap = n;
	return q;
}
