/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/room.h"

#include <stdlib.h>

#define FIRST 16U

void *zol_room_more(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap > 0 ? *cap : FIRST;
	void *q;

	while (n < need && !__builtin_mul_overflow(n, 2, &n))
		;
	q = n >= need ? reallocarray(p, n, size) : NULL;
	if (q)
		*cap = n;
	return q;
}
