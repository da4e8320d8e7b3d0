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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct unit {
	const char *name;
	void (*run)(void **state);
};

/* Tests are collected in a section of their own, in the order of the file. */
#define UNIT(ident)                                                                                \
	static void unit_##ident(void **state);                                                    \
	static const struct unit unit_row_##ident                                                  \
		__attribute__((used, section("zol_units"), aligned(sizeof(void *)))) = {           \
			#ident, unit_##ident                                                       \
		};                                                                                 \
	static void unit_##ident(__attribute__((unused)) void **state)

int unit_main(const char *file);

#define UNIT_MAIN()                                                                                \
	int main(void)                                                                             \
	{                                                                                          \
		return unit_main(__FILE__);                                                        \
	}
