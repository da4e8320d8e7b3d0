/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cli/cli.h"
#include "cmd/config.h"

static const struct zol_opt show_opts[] = {
	{ "changed", 'c', ZOL_OPT_FLAG, offsetof(struct zol_config_show_args, changed), NULL,
	  "only what differs in origin from the default", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand show_operand = {
	"SECTION", 0, UINT_MAX, offsetof(struct zol_config_show_args, sections), "only these sections", ZOL_COMPLETE_NONE,
};

static const struct zol_operand get_operand = {
	"SECTION.KEY", 1, 1, offsetof(struct zol_config_get_args, key), "as in 'config show': vm.memory", ZOL_COMPLETE_NONE,
};

static const struct zol_operand check_operand = {
	"FILE", 0, UINT_MAX, offsetof(struct zol_config_check_args, files),
	"files, each checked alone (default: those that would be read now)", ZOL_COMPLETE_FILE,
};

static const struct zol_action actions[] = {
	{ .name = "show",
	  .summary = "show every key with its value and where it came from",
	  .opts = show_opts,
	  .nopts = ZOL_COUNT(show_opts),
	  .operand = &show_operand,
	  .args_size = sizeof(struct zol_config_show_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_NO_CONFIG },
	{ .name = "get",
	  .summary = "print the value of one key",
	  .text = "Lists are printed one entry a line.",
	  .operand = &get_operand,
	  .args_size = sizeof(struct zol_config_get_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_NO_CONFIG },
	{ .name = "check",
	  .summary = "check configuration files",
	  .text = "Prints what is wrong with file and line. Exit status 1 when something is.",
	  .operand = &check_operand,
	  .args_size = sizeof(struct zol_config_check_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_NO_CONFIG },
};

const struct zol_module zol_module_config = {
	.name = "config",
	.summary = "the configuration: what it is, and whether it is right",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
