/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
#include "base/room.h"

#include "oom.h"
#include "unit.h"

UNIT(the_first_and_each_next_one)
{
	ZOL_AUTO(free) unsigned *v = NULL;
	size_t cap = 0, moves = 0;

	for (unsigned i = 0; i < 10000; i++) {
		size_t had = cap;
		unsigned *p = zol_room(v, &cap, i + 1, sizeof(*p));

		assert_non_null(p);
		assert_true(cap > i);
		moves += cap != had;
		v = p;
		v[i] = i;
	}
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(v[i], i);
	assert_true(moves <= 11); /* 16 doubled until 16384 */
}

UNIT(many_at_once_and_none)
{
	ZOL_AUTO(free) char *v = NULL;
	size_t cap = 0;
	char *p = zol_room(NULL, &cap, 0, 1);

	assert_non_null(p);
	assert_true(cap > 0);
	v = p;
	p = zol_room(v, &cap, 100001, 1);
	assert_non_null(p);
	assert_true(cap >= 100001);
	v = p;
	memset(v, 'x', cap);
	assert_ptr_equal(zol_room(v, &cap, cap, 1), v);
}

UNIT(no_memory_leaves_all_as_it_is)
{
	ZOL_AUTO(free) char *v = NULL;
	size_t cap = 0;

	oom_left = 0;
	assert_null(zol_room(NULL, &cap, 1, 8));
	assert_int_equal(cap, 0);
	oom_left = -1;
	v = zol_room(NULL, &cap, 1, 8);
	assert_non_null(v);
	oom_left = 0;
	assert_null(zol_room(v, &cap, cap + 1, 8));
	oom_left = -1;
	assert_int_equal(cap, 16);
	memset(v, 'x', cap * 8);
}

UNIT(more_than_any_memory)
{
	size_t cap = 0;

	assert_null(zol_room(NULL, &cap, SIZE_MAX, 8));
	assert_null(zol_room(NULL, &cap, SIZE_MAX / 2 + 1, 1));
	assert_null(zol_room(NULL, &cap, SIZE_MAX / 16, 8));
	assert_int_equal(cap, 0);
}

UNIT_MAIN()
