/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamecut.h"
#include "unit.h"

UNIT(knows_what_compilers_append)
{
	static const struct {
		const char *name, *bare;
	} cases[] = {
		{ "f", "f" },
		{ "f.isra.0", "f" },
		{ "f.part.0.constprop.1", "f" },
		{ "f.cold", "f" },
		{ "f.isra.0.cold", "f" },
		{ "f.7", "f.7" },
		{ "main.run", "main.run" },
		{ ".isra.0", ".isra.0" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++)
		assert_true(zol_span_eq(zol_flamecut_bare(zol_span_c(cases[i].name)), cases[i].bare));
}

UNIT(refuses_a_bad_regular_expression)
{
	static const char *const bad[] = { "(", NULL };
	const struct zol_flamecut c = { .funcs = bad, .regex = true };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_flamecut_apply(&c, &s, &err), -ZOL_USAGE);
}

UNIT_MAIN()
