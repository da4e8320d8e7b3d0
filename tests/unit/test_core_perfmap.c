/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfmap.h"
#include "unit.h"

UNIT(reads_what_a_compiler_named)
{
	static const char text[] =
		"7f0000001000 40 LazyCompile:~main /a b.js:1\nhalf a li\n0x7f0000001040 10 f\n7f 0 empty\n";
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_perfmap_parse(zol_span_c(text), &s, &err), 0);
	assert_int_equal(s.len, 2);
	assert_memory_equal(zol_syms_find(&s, 0x7f000000103f)->name, "LazyCompile:~main /a b.js:1", 27);
	assert_memory_equal(zol_syms_find(&s, 0x7f0000001040)->name, "f", 1);
	assert_null(zol_syms_find(&s, 0x7f0000001050));
}

UNIT(passes_over_lines_that_name_no_code)
{
	static const char text[] = "\n7f\n \n7f 10\n7f 10 \nzz 10 f\n7f zz f\n7f 0 f\n7f 10 g\n";
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_perfmap_parse(zol_span_c(text), &s, &err), 0);
	assert_int_equal(s.len, 1);
	assert_memory_equal(zol_syms_find(&s, 0x8e)->name, "g", 1);
}

UNIT_MAIN()
