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

UNIT(cuts_samples_by_time_and_task)
{
	static const uint64_t pids[] = { 7, 8 };
	const struct zol_flamecut c = { .pids = pids, .npids = 2, .from = 10, .to = 20 };

	assert_true(zol_flamecut_sample(&c, 8, 9, 10));
	assert_true(zol_flamecut_sample(&c, -1, 7, 19)); /* the first thread of a process */
	assert_false(zol_flamecut_sample(&c, 8, 8, 9));
	assert_false(zol_flamecut_sample(&c, 8, 8, 20));
	assert_false(zol_flamecut_sample(&c, 9, 8, 15));
	assert_false(zol_flamecut_sample(&c, -1, -1, 15));
}

static void keeps(const char *comm, const char *want)
{
	const char *const comms[] = { comm, NULL };
	const struct zol_flamecut c = { .comms = comms };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_folded_read(zol_span_c("a_b-7/8;f 1\na_b;f 1\na_bc;f 1\na_b-x;f 1\n-5;f 1\na_b-?/5;f 1\n"),
					 &s, &err),
			 0);
	assert_int_equal(zol_flamecut_apply(&c, &s, &err), 0);
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_folded_write(&s, ZOL_FOLD_PLAIN, &out);
	assert_string_equal(zol_str_c(&out), want);
}

UNIT(knows_tasks_with_and_without_their_ids)
{
	keeps("a b", "a_b;f 1\na_b-7/8;f 1\na_b-?/5;f 1\n");
	keeps("a_b-x", "a_b-x;f 1\n");
	keeps("-5", "-5;f 1\n");
	keeps("other", "");
}

UNIT_MAIN()
