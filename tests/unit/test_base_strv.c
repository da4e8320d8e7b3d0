/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: reallocarray strdup */
#include <errno.h>

#include "base/str.h"

#include "unit.h"

static int fail_vector, fail_string;

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fail_vector ? NULL : __real_reallocarray(p, n, size);
}

char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__wrap_strdup(const char *s)
{
	return fail_string ? NULL : __real_strdup(s);
}

UNIT(empty_is_a_list_for_exec)
{
	struct zol_strv v = ZOL_STRV_INIT;

	assert_null(zol_strv_list(&v)[0]);
	assert_false(zol_strv_has(&v, ""));
	zol_strv_free(&v);
}

UNIT(strings_are_copied_and_ended_by_null)
{
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;
	char text[] = "one";

	zol_strv_add(&v, text);
	text[0] = 'X';
	zol_strv_addn(&v, "two and more", 3);
	zol_strv_addf(&v, "%s%d", "three", 3);
	assert_int_equal(v.len, 3);
	assert_string_equal(v.v[0], "one");
	assert_string_equal(v.v[1], "two");
	assert_string_equal(v.v[2], "three3");
	assert_null(zol_strv_list(&v)[3]);
}

UNIT(null_at_the_end_while_it_grows)
{
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;

	for (size_t i = 0; i < 1000; i++) {
		zol_strv_addf(&v, "%zu", i);
		assert_null(v.v[i + 1]);
	}
	assert_string_equal(v.v[999], "999");
	assert_true(zol_strv_has(&v, "512"));
	assert_false(zol_strv_has(&v, "1000"));
}

UNIT(extend_takes_all_or_nothing)
{
	static const char *const list[] = { "a", "b", NULL };
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;

	zol_strv_extend(&v, NULL);
	assert_int_equal(v.len, 0);
	zol_strv_extend(&v, list);
	zol_strv_extend(&v, list);
	assert_int_equal(v.len, 4);
	assert_string_equal(v.v[3], "b");
}

UNIT(sort_is_by_bytes_and_may_leave_the_first_alone)
{
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;

	zol_strv_sort(&v, 0);
	assert_null(v.v);
	zol_strv_add(&v, "z");
	zol_strv_add(&v, "b");
	zol_strv_add(&v, "\xc3\xa4");
	zol_strv_add(&v, "B");
	zol_strv_sort(&v, 4);
	zol_strv_sort(&v, 9);
	assert_string_equal(v.v[3], "B");
	zol_strv_sort(&v, 1);
	assert_string_equal(v.v[0], "z");
	assert_string_equal(v.v[1], "B");
	assert_string_equal(v.v[2], "b");
	assert_string_equal(v.v[3], "\xc3\xa4");
	zol_strv_sort(&v, 0);
	assert_string_equal(v.v[2], "z");
	assert_null(v.v[4]);
}

UNIT(out_of_memory_is_sticky)
{
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_strv_add(&v, "kept");
	assert_int_equal(zol_strv_check(&v, &err), 0);
	fail_string = 1;
	zol_strv_add(&v, "lost");
	fail_string = 0;
	zol_strv_add(&v, "lost too");
	assert_int_equal(v.len, 1);
	assert_int_equal(zol_strv_check(&v, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOMEM);
}

UNIT(vector_that_cannot_grow)
{
	ZOL_AUTO(strv) struct zol_strv v = ZOL_STRV_INIT;

	fail_vector = 1;
	zol_strv_add(&v, "lost");
	fail_vector = 0;
	assert_true(v.oom);
	assert_int_equal(v.len, 0);
	assert_null(zol_strv_list(&v)[0]);
}

UNIT_MAIN()
