/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/test.h"

#define DB(type)                                                                                                 \
	{ "db", 'd', ZOL_OPT_STR, offsetof(struct type, db), "FILE",                                             \
	  "database of results instead of test/results.db in the state directory", NULL, ZOL_COMPLETE_FILE }

#define RUN(m) offsetof(struct zol_test_run_args, m)
#define NONE NULL, ZOL_COMPLETE_NONE

static const char *const places[] = { "host", "chroot", "vm", NULL };
static const char *const formats[] = { "table", "tap", "junit", "json", "html", NULL };

static const struct zol_opt list_opts[] = {
	DB(zol_test_list_args),
};

static const struct zol_opt run_opts[] = {
	DB(zol_test_run_args),
	{ "where", 'w', ZOL_OPT_CHOICE, RUN(where), "PLACE",
	  "run on this host, in the guest's chroot or in a VM, instead of where the suite says", places,
	  ZOL_COMPLETE_NONE },
	{ "name", 0, ZOL_OPT_STR, RUN(name), "NAME", "a name for this run", NONE },
	{ "resume", 0, ZOL_OPT_STR, RUN(resume), "RUN",
	  "go on with a run (number, name or last) that was interrupted, as it was begun", NONE },
	{ "jobs", 'j', ZOL_OPT_U64, RUN(jobs), "N", "run N tests at the same time, each in a VM of its own", NONE },
	{ "shard", 's', ZOL_OPT_STR, RUN(shard), "I/N",
	  "only the I-th of N parts that take equally long, by recorded durations", NONE },
	{ "retry", 0, ZOL_OPT_U64, RUN(retry), "N", "run a test that has failed up to N more times", NONE },
	{ "repeat", 0, ZOL_OPT_U64, RUN(repeat), "N", "run each test N times", NONE },
	{ "limit", 'l', ZOL_OPT_DURATION, RUN(limit), "TIME", "limit of each test, instead of one from its history", NONE },
	{ "factor", 0, ZOL_OPT_U64, RUN(factor), "N", "limit as a multiple of the longest time in the history", NONE },
	{ "floor", 0, ZOL_OPT_DURATION, RUN(floor), "TIME", "the limit is never less", NONE },
	{ "ceiling", 0, ZOL_OPT_DURATION, RUN(ceiling), "TIME", "the limit is never more", NONE },
	{ "exclude", 'x', ZOL_OPT_LIST, RUN(exclude), "TEST", "leave out a test, pattern or group", NONE },
	{ "env", 'e', ZOL_OPT_LIST, RUN(env), "NAME=VALUE", "set an environment variable of the tests", NONE },
	{ "kernel", 'k', ZOL_OPT_STR, RUN(kernel), "FILE", "boot this kernel", NULL, ZOL_COMPLETE_FILE },
	{ "root", 'r', ZOL_OPT_STR, RUN(root), "DIR", "use this tree instead of the guest's", NULL, ZOL_COMPLETE_DIR },
	{ "append", 'a', ZOL_OPT_LIST, RUN(append), "ARG", "further word of the kernel's command line", NONE },
	{ "qemu-arg", 'Q', ZOL_OPT_LIST, RUN(qemu_args), "ARG", "further argument of QEMU", NONE },
	{ "memory", 'm', ZOL_OPT_SIZE, RUN(memory), "SIZE", "memory of each VM", NONE },
	{ "smp", 0, ZOL_OPT_U64, RUN(smp), "N", "CPUs of each VM", NONE },
	{ "format", 'f', ZOL_OPT_CHOICE, RUN(format), "FORM", "form of the report at the end", formats,
	  ZOL_COMPLETE_NONE },
	{ "output", 'o', ZOL_OPT_STR, RUN(output), "FILE", "where the report goes", NULL, ZOL_COMPLETE_FILE },
};

static const struct zol_operand run_operand = {
	"SUITE", 0, UINT_MAX, RUN(what), "the suite, then tests, patterns or groups of it; a command for suite cmd",
	ZOL_COMPLETE_NONE,
};

static const struct zol_operand list_operand = {
	"SUITE", 0, UINT_MAX, offsetof(struct zol_test_list_args, suites), "suites whose tests are listed",
	ZOL_COMPLETE_NONE,
};

static const struct zol_opt runs_opts[] = {
	DB(zol_test_list_args),
};

static const struct zol_opt report_opts[] = {
	DB(zol_test_report_args),
	{ "format", 'f', ZOL_OPT_CHOICE, offsetof(struct zol_test_report_args, format), "FORM", "form of the report",
	  formats, ZOL_COMPLETE_NONE },
	{ "output", 'o', ZOL_OPT_STR, offsetof(struct zol_test_report_args, output), "FILE", "where it goes", NULL,
	  ZOL_COMPLETE_FILE },
};

static const struct zol_operand report_operand = {
	"RUN", 0, 1, offsetof(struct zol_test_report_args, run), "number or name of a run; the newest without it",
	ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ .name = "list",
	  .summary = "list suites, or the tests of a suite with their last results",
	  .opts = list_opts,
	  .nopts = ZOL_COUNT(list_opts),
	  .operand = &list_operand,
	  .args_size = sizeof(struct zol_test_list_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "run",
	  .summary = "run tests, one by one",
	  .text = "A crash, a hang or a limit costs one test: the VM is booted again and the run goes on. What is "
		  "known is in the database at once; a run that was killed goes on with --resume. The exit status "
		  "is 1 when a test has failed.",
	  .opts = run_opts,
	  .nopts = ZOL_COUNT(run_opts),
	  .operand = &run_operand,
	  .args_size = sizeof(struct zol_test_run_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "runs",
	  .summary = "list the runs in the database",
	  .opts = runs_opts,
	  .nopts = ZOL_COUNT(runs_opts),
	  .args_size = sizeof(struct zol_test_list_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "report",
	  .summary = "show the results of a run",
	  .opts = report_opts,
	  .nopts = ZOL_COUNT(report_opts),
	  .operand = &report_operand,
	  .args_size = sizeof(struct zol_test_report_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_test = {
	.name = "test",
	.summary = "regression suites: run them in the VM, keep and compare their results",
	.prog = "zolkit-test",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
