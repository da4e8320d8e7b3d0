/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>

/* What zol_room() does when there is too little. */
void *zol_room_more(void *p, size_t *cap, size_t need, size_t size);

/*
 * Room for need elements of size bytes each, of an array that grows by doubling: p itself when *cap elements are
 * enough, else where it was moved to, and *cap is what fits then. New elements are not set. In the beginning p is
 * NULL and *cap 0. NULL when there is no memory: p and *cap stay as they are.
 */
static inline void *zol_room(void *p, size_t *cap, size_t need, size_t size)
{
	return p && need <= *cap ? p : zol_room_more(p, cap, need, size);
}
