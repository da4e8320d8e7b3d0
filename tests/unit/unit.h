/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What every unit test includes: cmocka, and tests that register themselves.
 *
 *	UNIT(parses_an_empty_file)
 *	{
 *		assert_int_equal(...);
 *	}
 *
 * Each test fails when it leaves a descriptor open: no analyser finds those.
 * Unit tests need no root, network or clock, and never skip.
 */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct unit {
	const char *name;
	void (*run)(void **state);
};

/* gcc emits static variables in any order unless told not to. */
#ifdef __clang__
#define UNIT_IN_ORDER
#else
#define UNIT_IN_ORDER __attribute__((no_reorder))
#endif

/* Tests are collected in a section of their own, in the order of the file. */
#define UNIT(ident)                                                                                              \
	static void unit_##ident(void **state);                                                                  \
	static const struct unit unit_row_##ident UNIT_IN_ORDER                                                  \
		__attribute__((used, section("zol_units"), aligned(sizeof(void *)))) = { #ident, unit_##ident }; \
	static void unit_##ident(__attribute__((unused)) void **state)

/* The bounds of that section, from the linker. */
extern const struct unit __start_zol_units[], __stop_zol_units[];

static inline size_t unit_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

static inline void unit_run(void **state)
{
	const struct unit *u = *state;
	size_t before = unit_fds();

	u->run(state);
	if (unit_fds() != before)
		fail_msg("%s left descriptors open", u->name);
}

static inline int unit_main(const char *file)
{
	size_t n = (size_t)(__stop_zol_units - __start_zol_units);
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	int failed = 1;

	for (size_t i = 0; tests && i < n; i++) {
		tests[i].name = __start_zol_units[i].name;
		tests[i].test_func = unit_run;
		tests[i].initial_state = (void *)(uintptr_t)&__start_zol_units[i];
	}
	if (tests)
		failed = _cmocka_run_group_tests(file, tests, n, NULL, NULL);
	free(tests);
	return failed ? 1 : 0;
}

#define UNIT_MAIN()                         \
	int main(void)                      \
	{                                   \
		return unit_main(__FILE__); \
	}
