/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/test_run.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cli/parse.h"
#include "core/settings.h"

#define JOBS_MAX 64U
#define SEPARATOR "\x1f" /* between the words of a command line that is kept */

static struct zol_vm_boot_args boot_args(const struct zol_test_run_args *a)
{
	return (struct zol_vm_boot_args){ .kernel = a->kernel,
					  .root = a->root,
					  .append = a->append,
					  .qemu_args = a->qemu_args,
					  .memory = a->memory,
					  .smp = a->smp,
					  .still = true,
					  .beside = (unsigned)a->jobs };
}

/* One run has one runner; the lock goes with the last of its processes. */
static int lock_run(const struct zol_db *db, int64_t run, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("%s/%jd.lock", db->artefacts, (intmax_t)run);

	return path ? zol_lock_take(path, "test run", 0, err) : zol_err_oom(err);
}

static char *words_text(const struct zol_cli *cli)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (size_t i = 0; cli->argv[i]; i++) {
		if (i > 0)
			zol_str_puts(&s, SEPARATOR);
		zol_str_puts(&s, cli->argv[i]);
	}
	return zol_str_take(&s);
}

static int begin_run(struct zol_cli *cli, struct zol_db *db, const struct zol_test_plan *p, int64_t *ret_run,
		     struct zol_err *err)
{
	ZOL_AUTO(free) char *argv = words_text(cli);
	struct zol_db_plan plan = { .name = p->a->name,
				    .suite = p->suite.name,
				    .where = p->place,
				    .shard = p->shard,
				    .argv = argv,
				    .tests = zol_strv_list(&p->tests),
				    .n = p->tests.len,
				    .facts = p->facts,
				    .nfacts = p->nfacts };

	return argv ? zol_db_begin(db, &plan, ret_run, err) : zol_err_oom(err);
}

/* --- several workers -------------------------------------------------------------------------------- */

static ZOL_NORETURN void be_worker(struct zol_cli *cli, struct zol_test_plan *p, const char *db_path, int64_t run)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(db) struct zol_db *db = NULL;
	struct zol_test_target t;
	struct zol_vm_boot_args boot = boot_args(p->a);
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	r = zol_db_open(db_path, true, &db, &err);
	if (r == 0)
		r = zol_test_target_init(cli, p->place, &boot, &t, &err);
	if (r == 0) {
		t.disks = p->uses_disks;
		r = zol_test_work(cli, p, db, run, &t, &err);
		zol_test_target_free(&t);
	}
	if (r < 0)
		zol_out_error(&cli->out, &err);
	(void)fflush(NULL);
	zol_db_close(zol_take_ptr(db));
	_exit(r < 0 ? -r : 0);
}

/* Waits for all; the first failure is the run's. */
static int reap(pid_t *pids, size_t n, struct zol_err *err)
{
	int failed = 0;

	for (size_t left = n; left > 0;) {
		int status = 0;
		pid_t pid = wait(&status);

		if (pid < 0 && errno == EINTR) {
			for (size_t i = 0; i < n; i++)
				if (pids[i] > 0)
					(void)kill(pids[i], SIGTERM);
			continue;
		}
		if (pid < 0)
			break;
		for (size_t i = 0; i < n; i++) {
			if (pids[i] != pid)
				continue;
			pids[i] = -1;
			left--;
			if (status != 0)
				failed++;
		}
	}
	if (zol_sig_check(err) < 0)
		return -(int)err->code;
	if (!failed)
		return 0;
	zol_err_set(err, ZOL_CHILD, 0, "%d of %zu workers failed", failed, n);
	return zol_err_hint(err, "go on with what is left: zolkit test run --resume last");
}

/* Which worker may take which test. part NULL: all take what is next. */
struct division {
	struct zol_strv tests;
	unsigned *part;
};

static void division_free(struct division *d)
{
	zol_strv_free(&d->tests);
	free(d->part);
}
ZOL_CLEANUP_STRUCT(division, struct division, division_free);

/* In the child i. */
static void take_part(struct zol_test_plan *p, const struct division *d, size_t i)
{
	for (size_t t = 0; d->part && t < d->tests.len; t++) {
		uint32_t *slot = d->part[t] == i ? zol_strmap_slot(&p->only, zol_span_c(d->tests.v[t])) : NULL;

		if (slot)
			*slot = 1;
	}
	p->divided = d->part != NULL;
}

static int run_workers(struct zol_cli *cli, struct zol_test_plan *p, const struct division *d, const char *db_path,
		       int64_t run, struct zol_err *err)
{
	size_t n = p->a->jobs;
	pid_t pids[JOBS_MAX];

	(void)fflush(NULL);
	for (size_t i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			take_part(p, d, i);
			be_worker(cli, p, db_path, run);
		}
		if (pids[i] < 0) {
			ZOL_AUTO(err) struct zol_err theirs = ZOL_ERR_INIT;

			zol_err_sys(err, "fork");
			for (size_t k = 0; k < i; k++)
				(void)kill(pids[k], SIGTERM);
			(void)reap(pids, i, &theirs); /* no worker of ours goes on behind our end */
			return -(int)err->code;
		}
	}
	return reap(pids, n, err);
}

/* --- the end ------------------------------------------------------------------------------------------ */

static int conclude(struct zol_cli *cli, const struct zol_test_run_args *a, struct zol_db *db, int64_t run,
		    struct zol_err *err)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	size_t count[ZOL_VERDICTS];
	size_t bad = 0;

	if (zol_db_load(db, run, true, &set, err) < 0)
		return -(int)err->code;
	zol_case_count(&set, count);
	for (unsigned v = 0; v < ZOL_VERDICTS; v++)
		if (zol_verdict_bad((enum zol_verdict)v) || v == ZOL_V_NONE)
			bad += count[v];
	if (bad == 0 || count[ZOL_V_NONE] == 0) {
		if (zol_db_end(db, run, err) < 0)
			return -(int)err->code;
	}
	if (zol_test_report_set(cli, &set, a->format, a->output, err) < 0)
		return -(int)err->code;
	zol_out_info(&cli->out, "run %jd: %zu tests, %zu passed, %zu skipped, %zu flaky, %zu bad", (intmax_t)run, set.n,
		     count[ZOL_V_PASS], count[ZOL_V_SKIP], count[ZOL_V_FLAKY], bad);
	return bad ? 1 : 0;
}

static int go(struct zol_cli *cli, struct zol_test_plan *p, struct zol_db **db, int64_t run, struct zol_test_target *t,
	      struct zol_err *err)
{
	ZOL_AUTO(free) char *path = strdup((*db)->path);
	ZOL_AUTO(fd) int lock = lock_run(*db, run, err);
	ZOL_AUTO(division) struct division d = { .tests = ZOL_STRV_INIT };
	uint64_t jobs = p->a->jobs;
	int r = 0;

	if (lock < 0)
		return lock;
	if (!path)
		return zol_err_oom(err);
	if (jobs <= 1) {
		r = zol_test_work(cli, p, *db, run, t, err);
		zol_test_target_down(t);
	} else {
		/* neither a VM nor a connection crosses a fork */
		zol_test_target_down(t);
		if (p->suite.serial)
			r = zol_test_parts_jobs(*db, p, run, &d.tests, &d.part, err);
		zol_db_close(zol_take_ptr(*db));
		if (r == 0)
			r = run_workers(cli, p, &d, path, run, err);
		if (r == 0)
			r = zol_db_open(path, true, db, err);
	}
	if (r < 0)
		return zol_err_hint(err, "go on where it stopped: zolkit test run --resume %jd", (intmax_t)run);
	return conclude(cli, p->a, *db, run, err);
}

static int run_new(struct zol_cli *cli, const struct zol_test_run_args *a, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(test_plan) struct zol_test_plan p = { .a = a };
	ZOL_AUTO(test_target) struct zol_test_target t = ZOL_TEST_TARGET_INIT;
	struct zol_vm_boot_args boot = boot_args(a);
	int64_t run = 0;

	if (zol_test_plan_load(cli, &p, err) < 0 || zol_test_target_init(cli, p.place, &boot, &t, err) < 0)
		return -(int)err->code;
	t.disks = p.uses_disks;
	if (zol_test_db_of(cli, a->db, true, &db, err) < 0 || zol_test_plan_make(cli, db, &t, &p, err) < 0 ||
	    begin_run(cli, db, &p, &run, err) < 0)
		return -(int)err->code;
	zol_out_info(&cli->out, "run %jd: %zu tests of %s", (intmax_t)run, p.tests.len, p.suite.name);
	return go(cli, &p, &db, run, &t, err);
}

/* --- resume ------------------------------------------------------------------------------------------- */

/* The command line of the run that was begun, as it was typed. */
static int old_args(struct zol_cli *cli, const char *text, struct zol_strv *words, struct zol_parsed *ret,
		    struct zol_err *err)
{
	struct zol_span rest = zol_span_c(text);
	int rc;

	while (rest.ptr) {
		const char *end = memchr(rest.ptr, SEPARATOR[0], rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;

		zol_strv_addn(words, rest.ptr, n);
		rest = end ? zol_span(end + 1, rest.len - n - 1) : (struct zol_span){ 0 };
	}
	rc = zol_strv_check(words, err);
	if (rc < 0)
		return rc;
	return zol_parse(cli->table, (int)words->len, words->v, ret, err);
}

static int resume(struct zol_cli *cli, const struct zol_test_run_args *now, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	ZOL_AUTO(parsed) struct zol_parsed parsed = { 0 };
	ZOL_AUTO(free) char *text = NULL;
	ZOL_AUTO(test_plan) struct zol_test_plan p = { 0 };
	ZOL_AUTO(test_target) struct zol_test_target t = ZOL_TEST_TARGET_INIT;
	struct zol_test_run_args a;
	struct zol_vm_boot_args boot;
	int64_t run;
	int left;

	if (zol_test_db_of(cli, now->db, true, &db, err) < 0 || zol_db_find(db, now->resume, &run, err) < 0 ||
	    zol_db_run_text(db, run, "argv", &text, err) < 0)
		return -(int)err->code;
	if (!text)
		return zol_err_set(err, ZOL_USAGE, 0, "run %jd was not run here: it cannot be resumed", (intmax_t)run);
	if (old_args(cli, text, &words, &parsed, err) < 0)
		return zol_err_wrap(err, "run %jd", (intmax_t)run);
	a = *(const struct zol_test_run_args *)parsed.args;
	a.jobs = now->jobs ? now->jobs : a.jobs;
	a.format = now->format ? now->format : a.format;
	a.output = now->output ? now->output : a.output;
	a.retry = now->retry ? now->retry : a.retry;
	if (!cli->globals.guest)
		cli->globals.guest = parsed.sw.guest;
	p.a = &a;
	boot = boot_args(&a);
	if (zol_test_plan_load(cli, &p, err) < 0 || zol_test_target_init(cli, p.place, &boot, &t, err) < 0)
		return -(int)err->code;
	t.disks = p.uses_disks;
	{
		/* somebody who still works on it keeps us out; go() takes the lock again */
		ZOL_AUTO(fd) int lock = lock_run(db, run, err);

		if (lock < 0)
			return lock;
		left = zol_db_recover(db, run, err);
	}
	if (left < 0)
		return left;
	zol_out_info(&cli->out, "run %jd: %d tests are left", (intmax_t)run, left);
	return left ? go(cli, &p, &db, run, &t, err) : conclude(cli, &a, db, run, err);
}

int zol_cmd_test_run(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_run_args *a = args;

	if (a->jobs > JOBS_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "at most %u jobs", JOBS_MAX);
	if (a->resume && a->what.len > 0)
		return zol_err_set(err, ZOL_USAGE, 0,
				   "--resume goes on with the suite and tests of that run: name none");
	if (zol_test_check_format(cli, a->format, err) < 0)
		return -(int)err->code;
	return a->resume ? resume(cli, a, err) : run_new(cli, a, err);
}
