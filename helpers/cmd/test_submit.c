/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/test_run.h"

#include <time.h>

#include "base/path.h"
#include "cmd/app.h"
#include "core/settings.h"
#include "core/shard.h"

#define SUBMIT_MS 60000U

struct submit {
	struct zol_cli *cli;
	const struct zol_test_submit_args *a;
	char *dir, *shard, *summary; /* directory of the run; the two scripts */
	struct zol_str zolkit;
	uint64_t shards;
};

static void free_submit(struct submit *s)
{
	free(s->dir);
	free(s->shard);
	free(s->summary);
	zol_str_free(&s->zolkit);
}

ZOL_CLEANUP_STRUCT(submit, struct submit, free_submit);

static int prepare(struct submit *s, struct zol_err *err)
{
	const struct zol_settings *set = s->cli->settings;
	ZOL_AUTO(free)
	char *base = zol_asprintf("%s/test/jobs/%jd-%d", set->paths.state, (intmax_t)time(NULL), (int)getpid());
	const char *dir = s->a->dir ? s->a->dir : base;

	s->shards = s->a->shards ? s->a->shards : 2;
	if (s->shards > ZOL_SHARDS_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "at most %u shards", ZOL_SHARDS_MAX);
	s->shard = zol_asprintf("%s/slurm/shard.sh", set->paths.conf);
	s->summary = zol_asprintf("%s/slurm/summary.sh", set->paths.conf);
	if (!base || !s->shard || !s->summary)
		return zol_err_oom(err);
	if (zol_app_program("zolkit", &s->zolkit, err) < 0 || zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	s->dir = realpath(dir, NULL);
	return s->dir ? 0 : zol_err_sys(err, "%s", dir);
}

/* All parts must be divided by the same durations, whatever their own databases know. */
static int write_durations(struct submit *s, const char *suite, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(stmt) struct zol_stmt *st = NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(s->dir, "durations");
	int r = zol_test_db_of(s->cli, s->a->db, false, &db, err);

	if (!path)
		return zol_err_oom(err);
	if (r < 0 && err->errnum != ENOENT)
		return r;
	zol_err_clear(err);
	if (db && zol_sql_query(db->sql,
				"SELECT cast(avg(r.ms) AS INTEGER), n.name FROM results r JOIN names n ON n.id = r.test"
				" WHERE n.suite = ? AND r.verdict IN (1, 6) GROUP BY n.id",
				ZOL_SQL_V(ZOL_SQL_T(suite)), &st, err) < 0)
		return -(int)err->code;
	while (db && (r = zol_stmt_next(st, err)) > 0)
		zol_str_printf(&text, "%jd %s\n", (intmax_t)zol_stmt_int(st, 0), zol_stmt_text(st, 1));
	if (db && r < 0)
		return r;
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	return zol_write_file(path, zol_str_c(&text), text.len, 0644, err);
}

/* What both scripts are called with: DIR N ZOLKIT CONFIG GUEST. */
static void script_args(const struct submit *s, struct zol_strv *argv)
{
	zol_strv_add(argv, s->dir);
	zol_strv_addf(argv, "%ju", (uintmax_t)s->shards);
	zol_strv_add(argv, zol_str_c(&s->zolkit));
	zol_strv_add(argv, s->cli->globals.config ? s->cli->globals.config : "");
	zol_strv_add(argv, s->cli->globals.guest ? s->cli->globals.guest : "");
}

/* The command line of `test run` behind them. */
static void run_args(const struct submit *s, struct zol_strv *argv)
{
	zol_strv_addf(argv, "--durations=%s/durations", s->dir);
	if (s->a->where)
		zol_strv_addf(argv, "--where=%s", s->a->where);
	if (s->a->name)
		zol_strv_addf(argv, "--name=%s", s->a->name);
	zol_strv_extend(argv, zol_strv_list(&s->a->run_args));
	zol_strv_add(argv, "--");
	zol_strv_extend(argv, zol_strv_list(&s->a->what));
}

/* Runs sbatch, which prints the job's number (and perhaps ";cluster"). */
static int sbatch(const struct zol_strv *argv, struct zol_str *job, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_span line;

	if (zol_strv_check(argv, err) < 0 || zol_proc_capture(zol_strv_list(argv), &out, err) < 0)
		return -(int)err->code;
	rest = zol_span_str(&out);
	if (!zol_span_field(&rest, ";\n", &line))
		return zol_err_set(err, ZOL_CHILD, 0, "sbatch has named no job");
	zol_str_add(job, line.ptr, line.len);
	return zol_str_check(job, err);
}

static void sbatch_args(const struct submit *s, const char *output, struct zol_strv *argv)
{
	zol_strv_add(argv, "sbatch");
	zol_strv_add(argv, "--parsable");
	zol_strv_addf(argv, "--chdir=%s", s->dir);
	zol_strv_addf(argv, "--output=%s/%s", s->dir, output);
	zol_strv_extend(argv, zol_strv_list(&s->a->sbatch_args));
}

/* What runs when all shards have ended; its status is ours. */
static int run_last(const struct submit *s, struct zol_run *run, const struct zol_strv *argv, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };

	run->spawn.argv = zol_strv_list(argv);
	if (zol_strv_check(argv, err) < 0 || zol_proc_run(run, &result, err) < 0)
		return -(int)err->code;
	(void)fprintf(s->cli->out.out, "%s\n", s->dir);
	s->cli->exit_status = result.exit.status;
	return 0;
}

static int submit_slurm(const struct submit *s, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv array = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv last = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str job = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str end = ZOL_STR_INIT;
	struct zol_run run = { .spawn = { .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_NULL, .err = ZOL_STDIO_INHERIT } };

	sbatch_args(s, "shard-%a.out", &array);
	zol_strv_addf(&array, "--array=1-%ju", (uintmax_t)s->shards);
	zol_strv_add(&array, "--requeue");
	zol_strv_add(&array, "--open-mode=append");
	zol_strv_add(&array, "--job-name=zolkit-test");
	zol_strv_add(&array, s->shard);
	script_args(s, &array);
	run_args(s, &array);
	if (sbatch(&array, &job, err) < 0)
		return -(int)err->code;
	sbatch_args(s, "summary.out", &last);
	zol_strv_addf(&last, "--dependency=afterany:%s", zol_str_c(&job));
	zol_strv_add(&last, "--job-name=zolkit-test-summary");
	if (s->a->wait)
		zol_strv_add(&last, "--wait");
	zol_strv_add(&last, s->summary);
	script_args(s, &last);
	zol_out_info(&s->cli->out, "job %s: %ju shards in %s", zol_str_c(&job), (uintmax_t)s->shards, s->dir);
	if (!s->a->wait) {
		if (sbatch(&last, &end, err) < 0)
			return -(int)err->code;
		zol_out_info(&s->cli->out, "job %s: their summary", zol_str_c(&end));
		(void)fprintf(s->cli->out.out, "%s\n", s->dir);
		return 0;
	}
	return run_last(s, &run, &last, err);
}

/* The small form: GNU parallel on this host (or on those of --sshlogin, by --sbatch-arg's place). */
static int submit_parallel(const struct submit *s, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(strv) struct zol_strv last = ZOL_STRV_INIT;
	struct zol_run run = { .spawn = { .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_INHERIT, .err = ZOL_STDIO_INHERIT } };
	ZOL_AUTO(run_result) struct zol_run_result shards = { 0 };

	zol_strv_add(&argv, "parallel");
	zol_strv_add(&argv, "--will-cite");
	zol_strv_add(&argv, "--quote");
	zol_strv_addf(&argv, "--jobs=%ju", (uintmax_t)(s->a->jobs ? s->a->jobs : 1));
	zol_strv_addf(&argv, "--joblog=%s/joblog", s->dir);
	zol_strv_extend(&argv, zol_strv_list(&s->a->sbatch_args));
	zol_strv_add(&argv, "env");
	zol_strv_add(&argv, "ZOLKIT_SHARD={}");
	zol_strv_add(&argv, s->shard);
	script_args(s, &argv);
	run_args(s, &argv);
	zol_strv_add(&argv, ":::");
	for (uint64_t i = 1; i <= s->shards; i++)
		zol_strv_addf(&argv, "%ju", (uintmax_t)i);
	run.spawn.argv = zol_strv_list(&argv);
	if (zol_strv_check(&argv, err) < 0 || zol_proc_run(&run, &shards, err) < 0)
		return -(int)err->code;
	zol_strv_add(&last, s->summary);
	script_args(s, &last);
	return run_last(s, &run, &last, err);
}

int zol_cmd_test_submit(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_submit_args *a = args;
	ZOL_AUTO(submit) struct submit s = { .cli = cli, .a = a };
	ZOL_AUTO(suite) struct zol_suite suite = { 0 };
	ZOL_AUTO(free) char *dir = NULL;

	if (a->slurm == a->parallel)
		return zol_err_set(err, ZOL_USAGE, 0, "either --slurm or --parallel");
	if (a->slurm && a->jobs)
		return zol_err_set(err, ZOL_USAGE, 0, "--jobs is for --parallel");
	if (zol_test_suite_load(cli, a->what.v[0], &suite, &dir, err) < 0 || prepare(&s, err) < 0 ||
	    write_durations(&s, suite.name, err) < 0)
		return -(int)err->code;
	return a->slurm ? submit_slurm(&s, err) : submit_parallel(&s, err);
}
