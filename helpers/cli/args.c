/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/args.h"

#include <errno.h>

#include "base/num.h"
#include "cli/parse.h"

void *zol_args_new(const struct zol_action *a)
{
	return calloc(1, a->args_size ? a->args_size : 1);
}

static void *member(void *base, size_t offset)
{
	return (char *)base + offset;
}

void zol_args_free(const struct zol_action *a, void *args)
{
	if (!args)
		return;
	for (size_t i = 0; i < a->nopts; i++)
		if (a->opts[i].kind == ZOL_OPT_LIST)
			zol_strv_free(member(args, a->opts[i].offset));
	if (a->operand)
		zol_strv_free(member(args, a->operand->offset));
	free(args);
}

/* Stores the choice that value names; the table's own string, so that pointers can be compared. */
static int set_choice(const char **at, const struct zol_opt *opt, const char *value, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str known = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;
	const char *near;
	size_t n = 0;

	for (; opt->choices[n]; n++) {
		if (strcmp(opt->choices[n], value) == 0) {
			*at = opt->choices[n];
			return 0;
		}
	}
	for (size_t i = 0; i < n; i++)
		zol_str_printf(&known, "%s%s", i ? ", " : "", opt->choices[i]);
	zol_cli_quote(&shown, value);
	zol_err_set(err, ZOL_USAGE, 0, "'%s' is none of: %s", zol_str_c(&shown), zol_str_c(&known));
	near = zol_nearest(value, opt->choices, n);
	return near ? zol_err_hint(err, "did you mean '%s'?", near) : -ZOL_USAGE;
}

int zol_args_set(void *base, const struct zol_opt *opt, const char *value, struct zol_err *err)
{
	void *at = member(base, opt->offset);

	if (opt->kind == ZOL_OPT_FLAG) {
		*(bool *)at = true;
		return 0;
	}
	if (!value)
		return zol_err_set(err, ZOL_USAGE, 0, "no value for --%s", opt->name);
	switch (opt->kind) {
	case ZOL_OPT_STR:
		*(const char **)at = value;
		return 0;
	case ZOL_OPT_LIST:
		zol_strv_add(at, value);
		return zol_strv_check(at, err);
	case ZOL_OPT_U64:
		return zol_num_u64(value, 0, UINT64_MAX, at, err);
	case ZOL_OPT_SIZE:
		return zol_num_size(value, at, err);
	case ZOL_OPT_DURATION:
		return zol_num_duration(value, at, err);
	case ZOL_OPT_CHOICE:
	case ZOL_OPT_MAYBE:
		return set_choice(at, opt, value, err);
	case ZOL_OPT_FLAG:
	default:
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "option row --%s", opt->name);
	}
}

int zol_args_operand(void *base, const struct zol_operand *operand, const char *word, struct zol_err *err)
{
	struct zol_strv *at = member(base, operand->offset);

	zol_strv_add(at, word);
	return zol_strv_check(at, err);
}

size_t zol_args_operands(const void *base, const struct zol_operand *operand)
{
	const void *at = (const char *)base + operand->offset;
	const struct zol_strv *list = at;

	return list->len;
}
