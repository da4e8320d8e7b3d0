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
	  "only the I-th of N parts that take equally long, by recorded durations (the same for all parts)", NONE },
	{ "durations", 0, ZOL_OPT_STR, RUN(durations), "FILE",
	  "take the durations from lines \"MS NAME\" instead of the database", NULL, ZOL_COMPLETE_FILE },
	{ "retry", 0, ZOL_OPT_U64, RUN(retry), "N", "run a test that has failed up to N more times", NONE },
	{ "repeat", 0, ZOL_OPT_U64, RUN(repeat), "N", "run each test N times", NONE },
	{ "limit", 'l', ZOL_OPT_DURATION, RUN(limit), "TIME", "limit of each test, instead of one from its history", NONE },
	{ "factor", 0, ZOL_OPT_U64, RUN(factor), "N", "limit as a multiple of the longest time in the history", NONE },
	{ "floor", 0, ZOL_OPT_DURATION, RUN(floor), "TIME", "the limit is never less", NONE },
	{ "ceiling", 0, ZOL_OPT_DURATION, RUN(ceiling), "TIME", "the limit is never more", NONE },
	{ "exclude", 'x', ZOL_OPT_LIST, RUN(exclude), "TEST", "leave out a test, pattern or group", NONE },
	{ "env", 'e', ZOL_OPT_LIST, RUN(env), "NAME=VALUE", "set an environment variable of the tests", NONE },
	{ "set", 0, ZOL_OPT_LIST, RUN(sets), "NAME=VALUE", "set a variable of the suite's description", NONE },
	{ "kernel", 'k', ZOL_OPT_STR, RUN(kernel), "FILE", "boot this kernel", NULL, ZOL_COMPLETE_FILE },
	{ "root", 'r', ZOL_OPT_STR, RUN(root), "DIR", "use this tree instead of the guest's", NULL, ZOL_COMPLETE_DIR },
	{ "append", 'a', ZOL_OPT_LIST, RUN(append), "ARG", "further word of the kernel's command line", NONE },
	{ "qemu-arg", 'Q', ZOL_OPT_LIST, RUN(qemu_args), "ARG", "further argument of QEMU", NONE },
	{ "memory", 'm', ZOL_OPT_SIZE, RUN(memory), "SIZE", "memory of each VM", NONE },
	{ "smp", 0, ZOL_OPT_U64, RUN(smp), "N", "CPUs of each VM; those of the host are shared among the jobs otherwise", NONE },
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
	"RUN", 0, 1, offsetof(struct zol_test_report_args, run), "number or name of a run (default: the newest)",
	ZOL_COMPLETE_NONE,
};

#define PAST(m) offsetof(struct zol_test_history_args, m)

static const struct zol_opt history_opts[] = {
	DB(zol_test_history_args),
	{ "lines", 'n', ZOL_OPT_U64, PAST(lines), "N", "at most so many (default: 50)", NONE },
};

static const struct zol_operand history_operand = {
	"TEST", 1, UINT_MAX, PAST(tests), "a test: SUITE/NAME, or NAME where one suite has it", ZOL_COMPLETE_NONE,
};

static const struct zol_opt compare_opts[] = {
	DB(zol_test_compare_args),
	{ "baseline", 'b', ZOL_OPT_LIST, offsetof(struct zol_test_compare_args, baselines), "FILE",
	  "what is expected, instead of all installed baselines", NULL, ZOL_COMPLETE_FILE },
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct zol_test_compare_args, all), NULL,
	  "print what is the same or as expected, too", NONE },
};

static const struct zol_operand compare_operand = {
	"RUN", 0, 2, offsetof(struct zol_test_compare_args, runs),
	"the run (the newest), then the one it is compared with (the newest complete one before it)", ZOL_COMPLETE_NONE,
};

#define BASE(m) offsetof(struct zol_test_baseline_args, m)

static const struct zol_opt baseline_opts[] = {
	DB(zol_test_baseline_args),
	{ "suite", 0, ZOL_OPT_STR, BASE(suite), "NAME", "suite of imported entries", NONE },
	{ "expires", 0, ZOL_OPT_STR, BASE(expires), "DAY", "last day of new entries, as in 2027-06-30", NONE },
};

static const struct zol_operand baseline_operand = {
	"WHAT", 1, 3, BASE(words), "list; update [RUN]; import zts|xfstests FILE", ZOL_COMPLETE_NONE,
};

static const struct zol_opt merge_opts[] = {
	DB(zol_test_merge_args),
	{ "name", 0, ZOL_OPT_STR, offsetof(struct zol_test_merge_args, name), "NAME", "a name for the run", NONE },
};

static const struct zol_operand merge_operand = {
	"FILE", 1, UINT_MAX, offsetof(struct zol_test_merge_args, files), "databases of the parts", ZOL_COMPLETE_FILE,
};

#define SUB(m) offsetof(struct zol_test_submit_args, m)

static const struct zol_opt submit_opts[] = {
	DB(zol_test_submit_args),
	{ "slurm", 0, ZOL_OPT_FLAG, SUB(slurm), NULL, "as a job array of Slurm, with a job that makes one run of it", NONE },
	{ "parallel", 0, ZOL_OPT_FLAG, SUB(parallel), NULL, "by GNU parallel", NONE },
	{ "shards", 'N', ZOL_OPT_U64, SUB(shards), "N", "number of parts (default: 2)", NONE },
	{ "jobs", 'j', ZOL_OPT_U64, SUB(jobs), "N", "so many at the same time, with --parallel", NONE },
	{ "dir", 0, ZOL_OPT_STR, SUB(dir), "DIR", "directory of the run, on a file system that all nodes share", NULL,
	  ZOL_COMPLETE_DIR },
	{ "name", 0, ZOL_OPT_STR, SUB(name), "NAME", "a name for the run", NONE },
	{ "where", 'w', ZOL_OPT_CHOICE, SUB(where), "PLACE", "as for 'test run'", places, ZOL_COMPLETE_NONE },
	{ "wait", 'W', ZOL_OPT_FLAG, SUB(wait), NULL, "wait for the end; the exit status is the summary's", NONE },
	{ "run-arg", 0, ZOL_OPT_LIST, SUB(run_args), "ARG", "further argument of 'test run'", NONE },
	{ "engine-arg", 0, ZOL_OPT_LIST, SUB(sbatch_args), "ARG", "further argument of sbatch or parallel", NONE },
};

static const struct zol_operand submit_operand = {
	"SUITE", 1, UINT_MAX, SUB(what), "as for 'test run'", ZOL_COMPLETE_NONE,
};

#define CLASSIFY(m) offsetof(struct zol_test_classify_args, m)

static const struct zol_opt classify_opts[] = {
	{ "vmlinux", 'k', ZOL_OPT_STR, CLASSIFY(vmlinux), "FILE",
	  "add source lines from this kernel, which has debug information", NULL, ZOL_COMPLETE_FILE },
	{ "root", 'r', ZOL_OPT_STR, CLASSIFY(root), "DIR", "take modules from this tree instead of the guest's", NULL,
	  ZOL_COMPLETE_DIR },
	{ "tree", 't', ZOL_OPT_LIST, CLASSIFY(trees), "DIR", "one more directory with modules, as a build tree", NULL,
	  ZOL_COMPLETE_DIR },
};

static const struct zol_operand classify_operand = {
	"FILE", 1, UINT_MAX, offsetof(struct zol_test_classify_args, files), "a console or kernel log; - for standard input",
	ZOL_COMPLETE_FILE,
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
	{ .name = "history",
	  .summary = "show what became of a test over time",
	  .text = "And its rate of passing attempts with the interval in which the true one lies (95 %).",
	  .opts = history_opts,
	  .nopts = ZOL_COUNT(history_opts),
	  .operand = &history_operand,
	  .args_size = sizeof(struct zol_test_history_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "flaky",
	  .summary = "list tests that passed and failed, the worst first",
	  .opts = history_opts,
	  .nopts = ZOL_COUNT(history_opts),
	  .args_size = sizeof(struct zol_test_history_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "slow",
	  .summary = "list the slowest tests",
	  .opts = history_opts,
	  .nopts = ZOL_COUNT(history_opts),
	  .args_size = sizeof(struct zol_test_history_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "compare",
	  .summary = "tell what has changed between two runs",
	  .text = "Regressions, fixes, new and gone tests; entries of the baselines that are stale (the test passes) "
		  "or expired. A change of the rate is significant when chance would give it in less than one case "
		  "of twenty (Fisher's exact test over the history). Exit status 1 when there is a regression, "
		  "and only then.",
	  .opts = compare_opts,
	  .nopts = ZOL_COUNT(compare_opts),
	  .operand = &compare_operand,
	  .args_size = sizeof(struct zol_test_compare_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "baseline",
	  .summary = "list what is expected, propose entries, import those of others",
	  .text = "Nothing is written: entries are printed, for a person to judge.",
	  .opts = baseline_opts,
	  .nopts = ZOL_COUNT(baseline_opts),
	  .operand = &baseline_operand,
	  .args_size = sizeof(struct zol_test_baseline_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "merge",
	  .summary = "make one run of the newest runs of several databases",
	  .opts = merge_opts,
	  .nopts = ZOL_COUNT(merge_opts),
	  .operand = &merge_operand,
	  .args_size = sizeof(struct zol_test_merge_args) },
	{ .name = "submit",
	  .summary = "run a suite in parts on a cluster",
	  .opts = submit_opts,
	  .nopts = ZOL_COUNT(submit_opts),
	  .operand = &submit_operand,
	  .args_size = sizeof(struct zol_test_submit_args) },
	{ .name = "classify",
	  .summary = "tell what went wrong in a console or kernel log",
	  .text = "One line for each finding: where in the log, its kind, the function, module and source line, and the "
		  "line that says it; with -v also the excerpt. ZFS's own failures are known as well as the kernel's: "
		  "oopses, sanitizers, lockdep, stalls, hung tasks and the rest. Exit status 1 when there is a "
		  "finding. An empty log is an error. Where the kernel has named no source line, the files of the "
		  "guest (--guest) or those named by options give it.",
	  .opts = classify_opts,
	  .nopts = ZOL_COUNT(classify_opts),
	  .operand = &classify_operand,
	  .args_size = sizeof(struct zol_test_classify_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_test = {
	.name = "test",
	.summary = "regression suites: run them in the VM, keep and compare their results",
	.prog = "zolkit-test",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
