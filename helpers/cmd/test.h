/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Arguments of the actions of `zolkit test`, and what its files share. */

#include "cli/cli.h"
#include "core/console_find.h"
#include "core/testcase.h"
#include "sys/test_db.h"

struct zol_test_list_args {
	const char *db;
	struct zol_strv suites;
};

struct zol_test_run_args {
	const char *db, *where, *root, *kernel, *name, *shard, *resume, *format, *output, *durations;
	uint64_t jobs, retry, repeat;
	uint64_t limit, floor, ceiling, factor; /* ms; 0: the suite's */
	struct zol_strv env, exclude, append, qemu_args, sets;
	uint64_t memory, smp;
	struct zol_strv what; /* SUITE, then tests and groups */
};

struct zol_test_report_args {
	const char *db, *format, *output;
	struct zol_strv run;
};

struct zol_test_history_args {
	const char *db;
	uint64_t lines;
	struct zol_strv tests;
};

struct zol_test_compare_args {
	const char *db;
	struct zol_strv baselines;
	bool all;
	struct zol_strv runs;
};

struct zol_test_baseline_args {
	const char *db, *suite, *expires;
	struct zol_strv words;
};

struct zol_test_merge_args {
	const char *db, *name;
	struct zol_strv files;
};

struct zol_test_submit_args {
	const char *db, *dir, *name, *where;
	bool slurm, parallel, wait;
	uint64_t shards, jobs;
	struct zol_strv sbatch_args, run_args, what;
};

struct zol_test_classify_args {
	const char *vmlinux, *root;
	struct zol_strv trees;
	struct zol_strv files;
};

/* The database that --db names, else <state>/test/results.db. write: makes it. */
int zol_test_db_of(const struct zol_cli *cli, const char *given, bool write, struct zol_db **ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* ZOL_USAGE when --json is given with another form of a report. */
int zol_test_check_format(const struct zol_cli *cli, const char *format, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/*
 * Writes a report: tap, junit, json, html or table (NULL: table, or JSON with --json) to the file, or to
 * standard output (NULL or "-"). Loads the ends of logs into the set.
 */
int zol_test_report_set(struct zol_cli *cli, struct zol_case_set *set, const char *format, const char *output,
			struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5);

/* --- test_locate.c --- */

/* Where the files of a kernel are that have DWARF. */
struct zol_test_symbols {
	const char *guest, *vmlinux, *root; /* each may be NULL */
	const char *const *trees;           /* NULL-terminated, or NULL */
	bool quiet;                         /* no remarks */
};

/*
 * Gives the findings of a log, which is complete, the source lines that the kernel has not named: the files are read
 * by `zolkit debug decode`, so that whatever they hold costs no more than the lines.
 */
int zol_test_locate(const struct zol_cli *cli, const struct zol_test_symbols *s, struct zol_console_find *f,
		    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

zol_run_fn zol_cmd_test_list, zol_cmd_test_run, zol_cmd_test_runs, zol_cmd_test_report, zol_cmd_test_history,
	zol_cmd_test_flaky, zol_cmd_test_slow, zol_cmd_test_compare, zol_cmd_test_baseline, zol_cmd_test_merge,
	zol_cmd_test_submit, zol_cmd_test_classify;
