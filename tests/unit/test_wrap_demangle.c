/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"
#include "wrap/demangle.h"

UNIT(writes_names_as_people_do_where_the_library_is)
{
	ZOL_AUTO(demangle) struct zol_demangle *d = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	assert_int_equal(zol_demangle_new(&d, &err), 0);
	assert_false(zol_demangle_name(d, "main", &out));
	assert_false(zol_demangle_name(d, "_Z", &out));
	assert_int_equal(out.len, 0);
	/* Machines without libstdc++ keep the names as they are. */
	if (zol_demangle_name(d, "_ZN4core3fmt5write17h0123456789abcdefE", &out)) {
		assert_string_equal(zol_str_c(&out), "core::fmt::write");
		zol_str_truncate(&out, 0);
		assert_true(zol_demangle_name(d, "_ZNSt6vectorIiSaIiEE9push_backEOi", &out));
		assert_string_equal(zol_str_c(&out), "std::vector<int, std::allocator<int> >::push_back(int&&)");
	}
}

UNIT_MAIN()
