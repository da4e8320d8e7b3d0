/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/test.h"

#define DB(type)                                                                                                 \
	{ "db", 'd', ZOL_OPT_STR, offsetof(struct type, db), "FILE",                                             \
	  "database of results instead of test/results.db in the state directory", NULL, ZOL_COMPLETE_FILE }

static const struct zol_opt runs_opts[] = {
	DB(zol_test_list_args),
};

static const struct zol_action actions[] = {
	{ .name = "runs",
	  .summary = "list the runs in the database",
	  .opts = runs_opts,
	  .nopts = ZOL_COUNT(runs_opts),
	  .args_size = sizeof(struct zol_test_list_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_test = {
	.name = "test",
	.summary = "regression suites: run them in the VM, keep and compare their results",
	.prog = "zolkit-test",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
