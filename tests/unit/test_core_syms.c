/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/syms.h"
#include "unit.h"

static void add(struct zol_syms *s, uint64_t at, uint64_t size, const char *name, enum zol_sym_rank rank,
		uint16_t group)
{
	zol_syms_add(s, at, size, zol_span_c(name), rank, group);
}

static const char *at(const struct zol_syms *s, uint64_t addr)
{
	const struct zol_sym *y = zol_syms_find(s, addr);

	return y ? y->name : "-";
}

UNIT(keeps_the_name_that_perf_would_print)
{
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	add(&s, 0x10, 0, "__unsized", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x10, 4, "weak", ZOL_SYM_WEAK, 0);
	add(&s, 0x10, 4, "__global", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x10, 4, "global", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x10, 4, "longer_local", ZOL_SYM_LOCAL, 0);
	add(&s, 0x20, 4, "bb", ZOL_SYM_LOCAL, 0);
	add(&s, 0x20, 4, "aa", ZOL_SYM_LOCAL, 0);
	add(&s, 0x20, 4, "longest", ZOL_SYM_LOCAL, 0);
	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_int_equal(s.len, 2);
	assert_string_equal(at(&s, 0x12), "global");
	assert_string_equal(at(&s, 0x14), "-");
	assert_string_equal(at(&s, 0x23), "longest");
}

UNIT(takes_the_last_one_of_a_list_without_sizes)
{
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	add(&s, 0x10, 0, "first", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x10, 0, "__last", ZOL_SYM_WEAK, 0);
	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_string_equal(at(&s, 0x10), "__last");
}

UNIT(ends_symbols_without_a_size)
{
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	add(&s, 0x100, 0, "a", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x9000, 0, "b", ZOL_SYM_GLOBAL, 0);
	add(&s, 0x20000, 0, "of_a_module", ZOL_SYM_GLOBAL, 1);
	add(&s, UINT64_MAX, 0, "last", ZOL_SYM_GLOBAL, 1);
	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_string_equal(at(&s, 0x8fff), "a");
	/* The next symbol is another module's: only the page is known. */
	assert_string_equal(at(&s, 0x9fff), "b");
	assert_string_equal(at(&s, 0xa000), "-");
	assert_string_equal(at(&s, 0xff), "-");
}

UNIT(finds_nothing_in_nothing)
{
	ZOL_AUTO(syms) struct zol_syms s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_null(zol_syms_find(&s, 0));
	add(&s, UINT64_MAX - 1, 100, "end", ZOL_SYM_GLOBAL, 0);
	assert_int_equal(zol_syms_sort(&s, &err), 0);
	assert_non_null(zol_syms_find(&s, UINT64_MAX - 1));
}

UNIT_MAIN()
