/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/args.h"
#include "sample.h"

#include "unit.h"

static const struct zol_action *const fetch = &stage_actions[0];

static const struct zol_opt *row(const char *name)
{
	for (size_t i = 0; i < ZOL_COUNT(fetch_opts); i++)
		if (strcmp(fetch_opts[i].name, name) == 0)
			return &fetch_opts[i];
	fail_msg("no row %s", name);
	return NULL;
}

UNIT(new_args_are_zeroed)
{
	struct fetch_args *args = zol_args_new(fetch);

	assert_non_null(args);
	assert_false(args->all);
	assert_null(args->arch);
	assert_int_equal(args->mirrors.len, 0);
	assert_int_equal(args->jobs, 0);
	zol_args_free(fetch, args);
	args = zol_args_new(&stage_actions[1]); /* has no structure: still something to hand over */
	assert_non_null(args);
	zol_args_free(&stage_actions[1], args);
	zol_args_free(fetch, NULL);
}

UNIT(every_kind_is_stored_in_its_member)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct fetch_args *args = zol_args_new(fetch);
	char arch[] = "amd64";

	assert_int_equal(zol_args_set(args, row("all"), NULL, &err), 0);
	assert_int_equal(zol_args_set(args, row("arch"), arch, &err), 0);
	assert_int_equal(zol_args_set(args, row("mode"), "safe", &err), 0);
	assert_int_equal(zol_args_set(args, row("mirror"), "a", &err), 0);
	assert_int_equal(zol_args_set(args, row("mirror"), "b c", &err), 0);
	assert_int_equal(zol_args_set(args, row("jobs"), "7", &err), 0);
	assert_int_equal(zol_args_set(args, row("size"), "3M", &err), 0);
	assert_int_equal(zol_args_set(args, row("wait"), "2m", &err), 0);
	assert_true(args->all);
	assert_false(args->keep);
	assert_ptr_equal(args->arch, arch);
	assert_ptr_equal(args->mode, modes[1]);
	assert_int_equal(args->mirrors.len, 2);
	assert_string_equal(args->mirrors.v[1], "b c");
	assert_int_equal(args->jobs, 7);
	assert_int_equal(args->size, 3 << 20);
	assert_int_equal(args->wait, 120000);
	zol_args_free(fetch, args);
}

UNIT(the_last_value_wins)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct fetch_args *args = zol_args_new(fetch);

	assert_int_equal(zol_args_set(args, row("arch"), "a", &err), 0);
	assert_int_equal(zol_args_set(args, row("arch"), "b", &err), 0);
	assert_string_equal(args->arch, "b");
	zol_args_free(fetch, args);
}

static void refused(const char *option, const char *value, const char *text)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct fetch_args *args = zol_args_new(fetch);
	struct fetch_args before = *args;

	assert_int_equal(zol_args_set(args, row(option), value, &err), -ZOL_USAGE);
	assert_non_null(strstr(zol_err_text(&err), text));
	assert_memory_equal(args, &before, sizeof(before));
	zol_args_free(fetch, args);
}

UNIT(wrong_values_are_refused_and_change_nothing)
{
	refused("jobs", "x", "x");
	refused("jobs", "-1", "-1");
	refused("jobs", "", "");
	refused("jobs", "99999999999999999999999", "9999");
	refused("jobs", "7 ", "7");
	refused("size", "3Q", "3Q");
	refused("wait", "soon", "soon");
	refused("arch", NULL, "arch");
	refused("mode", "", "none of: fast, safe, don't care");
	refused("mode", "\033[2Jx", "\\x1b");
}

UNIT(a_near_choice_is_suggested)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct fetch_args *args = zol_args_new(fetch);

	assert_int_equal(zol_args_set(args, row("mode"), "save", &err), -ZOL_USAGE);
	assert_string_equal(err.hint, "did you mean 'safe'?");
	zol_args_free(fetch, args);
}

UNIT(an_unknown_kind_is_a_failure)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_opt odd = fetch_opts[0];
	struct fetch_args *args = zol_args_new(fetch);

	odd.kind = (enum zol_opt_kind)99;
	assert_int_equal(zol_args_set(args, &odd, "x", &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINVAL);
	zol_args_free(fetch, args);
}

UNIT(operands_are_counted)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct fetch_args *args = zol_args_new(fetch);

	assert_int_equal(zol_args_operands(args, &fetch_operand), 0);
	assert_int_equal(zol_args_operand(args, &fetch_operand, "one", &err), 0);
	assert_int_equal(zol_args_operand(args, &fetch_operand, "", &err), 0);
	assert_int_equal(zol_args_operands(args, &fetch_operand), 2);
	assert_string_equal(args->names.v[0], "one");
	zol_args_free(fetch, args);
}

UNIT_MAIN()
