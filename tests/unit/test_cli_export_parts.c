/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/export_parts.h"
#include "sample.h"

#include "unit.h"

static void note(const struct zol_module *m, const struct zol_action *a, void *ctx)
{
	zol_str_printf(ctx, "%s.%s ", m->name, a->name);
}

UNIT(every_action_but_hidden_ones_is_visited_in_order)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_parts_each_action(&sample, note, &s);
	assert_string_equal(zol_str_c(&s), ".up .state stage.fetch stage.list stage.lists stage.listen stage.mount "
					   "guest.run guest.list ");
}

UNIT(words_are_listed)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_parts_first_words(&sample, &s);
	assert_string_equal(zol_str_c(&s), "up state stage guest");
	zol_str_truncate(&s, 0);
	zol_parts_action_names(&stage_module, &s);
	assert_string_equal(zol_str_c(&s), "fetch list lists listen mount");
}

UNIT(global_options_fit_by_flags_and_names)
{
	static const struct zol_opt own[] = {
		{ "guest", 'g', ZOL_OPT_STR, 0, "X", "another", NULL, ZOL_COMPLETE_NONE },
	};
	const struct zol_action a = { .name = "a", .opts = own, .nopts = 1, .flags = ZOL_ACT_JSON };
	size_t n;
	const struct zol_opt *globals = zol_cli_global_opts(&n);

	for (size_t i = 0; i < n; i++) {
		bool out = strcmp(globals[i].name, "guest") == 0 || strcmp(globals[i].name, "dry-run") == 0;

		assert_int_equal(zol_parts_global_fits(&a, &globals[i]), !out);
		assert_true(zol_parts_global_fits(&stage_actions[0], &globals[i]));
	}
}

UNIT_MAIN()
