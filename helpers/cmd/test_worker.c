/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/test_run.h"

#define TRIES_MAX 1000U

/* What one attempt leaves behind. */
struct attempt {
	enum zol_verdict verdict;
	uint64_t ms;
	int64_t started;
	char *reason, *stem; /* stem: of its files, relative */
	bool log, console, stacks, files;
};

/* --- one attempt ----------------------------------------------------------------------------------- */

/* A name that can be a file's. */
static char *file_name(const char *test)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (const char *c = test; *c && s.len < 150; c++)
		zol_str_putc(&s, (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
						 strchr("._+-", *c) ?
					 *c :
					 '_');
	return s.len ? zol_str_take(&s) : strdup("_");
}

/* ${results} is empty before each test. */
static int empty_results(struct zol_test_work *w, const char *test, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf(ZOL_TEST_RESULTS "/%s", test);
	const char *argv[] = { "/bin/sh", "-c", "rm -rf \"$1\" && mkdir -p \"$1\"", "sh", dir, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = ZOL_TEST_STEP_MS };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	if (!dir)
		return zol_err_oom(err);
	return w->p->uses_results ? zol_test_target_capture(w->t, &x, &out, err) : 0;
}

/* What the suite wants to be kept of a test that has not passed, as an archive. */
static bool keep_files(struct zol_test_work *w, const char *test, const char *stem)
{
	static const char script[] = "cd / && set -- $1 && exec tar -chf - \"$@\" 2>/dev/null";
	ZOL_AUTO(strv) struct zol_strv paths = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str words = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
	ZOL_AUTO(free) char *path = zol_asprintf("%s.tar", stem);
	const char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .err = -1, .limit = ZOL_TEST_STEP_MS };

	if (!path || w->p->suite.artifacts.len == 0 || !w->t->up ||
	    zol_test_expand(w, &w->p->suite.artifacts, test, 0, &paths, &err) < 0)
		return false;
	for (size_t i = 0; i < paths.len; i++)
		zol_str_printf(&words, "%s%s", i ? " " : "", paths.v[i]);
	argv[4] = zol_str_c(&words);
	ZOL_AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	x.out = fd;
	return fd >= 0 && zol_test_target_exec(w->t, &x, &end, &err) == 0;
}

/* x: limit, label (the test), output and files are set. */
static int run_test(struct zol_test_work *w, struct zol_test_exec *x, struct zol_test_end *end, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(test_place) struct zol_test_place place = { 0 };
	ZOL_AUTO(free) char *why = NULL;
	struct zol_suite_test rule;
	int r;

	zol_suite_test(&w->p->suite, x->label, &rule);
	if (zol_test_expand(w, rule.command, x->label, x->limit, &argv, err) < 0 ||
	    zol_test_place_take(w, x->label, &place, x, err) < 0)
		return -(int)err->code;
	r = empty_results(w, x->label, err);
	if (r == 0)
		r = zol_test_steps(w, &w->p->suite.before, x->label, x->out, &why, err);
	if (r < 0)
		return r;
	if (r > 0) {
		*end = (struct zol_test_end){ .how = ZOL_END_CANNOT, .why = zol_take_ptr(why) };
		return 0;
	}
	x->argv = zol_strv_list(&argv);
	return zol_test_target_exec(w->t, x, end, err);
}

/* What the suite does behind a test, when all that is to be kept of it is. */
static int run_after(struct zol_test_work *w, const char *test, int out, struct zol_err *err)
{
	ZOL_AUTO(free) char *why = NULL;
	int r = w->t->up ? zol_test_steps(w, &w->p->suite.after, test, out, &why, err) : 0;

	return r < 0 ? r : 0;
}

static int attempt(struct zol_test_work *w, const struct zol_db_claim *c, uint64_t limit, struct attempt *a,
		   struct zol_err *err)
{
	ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
	ZOL_AUTO(free) char *stem = zol_path_join(w->db->artefacts, a->stem);
	ZOL_AUTO(free) char *log = stem ? zol_asprintf("%s.log", stem) : NULL;
	struct stat st;

	if (!log)
		return zol_err_oom(err);
	ZOL_AUTO(fd) int fd = open(log, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return zol_err_sys(err, "%s", log);
	struct zol_test_exec x = { .in = -1, .out = fd, .err = -1, .limit = limit, .label = c->name, .files = stem };
	a->started = (int64_t)time(NULL);
	if (run_test(w, &x, &end, err) < 0)
		return -(int)err->code;
	if (end.how == ZOL_END_LIMIT && !end.why)
		end.why = zol_asprintf("ended at its limit of %.1f s", (double)limit / 1000);
	a->verdict = zol_test_judge(&w->p->suite, c->name, &end, fd, &a->reason);
	a->ms = end.ms;
	a->console = end.console;
	a->stacks = end.stacks;
	a->files = a->verdict != ZOL_V_PASS && a->verdict != ZOL_V_SKIP && keep_files(w, c->name, stem);
	if (run_after(w, c->name, fd, err) < 0)
		return -(int)err->code;
	a->log = fstat(fd, &st) == 0 && st.st_size > 0;
	if (!a->log)
		(void)unlink(log);
	return 0;
}

/* --- one test --------------------------------------------------------------------------------------- */

static void say(const struct zol_test_work *w, const struct zol_db_claim *c, const struct attempt *a)
{
	char text[ZOL_NUM_TEXT];

	zol_out_info(&w->cli->out, "%-7s %s (%s)%s%s", zol_verdict_name(a->verdict), c->name,
		     zol_num_fmt_duration(a->ms, text), a->reason ? ": " : "", a->reason ? a->reason : "");
}

struct tally {
	uint64_t tries, lost;
	bool bad;
};

/* Whether the test is to be run once more. */
static bool once_more(const struct zol_test_run_args *args, const struct tally *n)
{
	uint64_t want = args->repeat > 1 ? args->repeat : 1;

	if (n->tries >= TRIES_MAX)
		return false;
	if (n->lost > 0 && n->tries == n->lost)
		return n->lost < ZOL_DB_LOST_MAX;
	return n->tries - n->lost < want + (n->bad ? args->retry : 0);
}

static void free_attempts(struct attempt *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].reason);
		free(v[i].stem);
	}
	free(v);
}

static int store(struct zol_test_work *w, const struct zol_db_claim *c, const struct attempt *v, size_t n,
		 struct zol_err *err)
{
	ZOL_AUTO(free) struct zol_db_attempt *rows = calloc(n + 1, sizeof(*rows));
	ZOL_AUTO(free) struct zol_db_artefact *files = calloc(4 * n + 1, sizeof(*files));
	ZOL_AUTO(strv) struct zol_strv paths = ZOL_STRV_INIT;
	struct zol_db_outcome o = { .test = c->test, .v = rows, .n = n };
	size_t k = 0;

	if (!rows || !files)
		return zol_err_oom(err);
	for (size_t i = 0; i < n; i++) {
		const char *const kinds[] = { v[i].log ? "log" : NULL, v[i].console ? "console" : NULL,
					      v[i].stacks ? "stacks" : NULL, v[i].files ? "tar" : NULL };

		rows[i].a = (struct zol_attempt){ .verdict = v[i].verdict, .ms = v[i].ms, .reason = v[i].reason };
		rows[i].started = v[i].started;
		rows[i].files = files + k;
		for (size_t f = 0; f < ZOL_COUNT(kinds); f++) {
			if (!kinds[f])
				continue;
			zol_strv_addf(&paths, "%s.%s", v[i].stem, kinds[f]);
			if (zol_strv_check(&paths, err) < 0)
				return -(int)err->code;
			files[k++] = (struct zol_db_artefact){ .kind = kinds[f], .path = paths.v[paths.len - 1] };
			rows[i].nfiles++;
		}
	}
	return zol_db_done(w->db, w->run, &o, err);
}

static int run_all_tries(struct zol_test_work *w, const struct zol_db_claim *c, uint64_t limit, struct attempt **v,
			 size_t *n, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = file_name(c->name);
	struct tally tally = { 0 };

	if (!name)
		return zol_err_oom(err);
	while (once_more(w->p->a, &tally)) {
		struct attempt *grown = reallocarray(*v, *n + 1, sizeof(**v));
		struct attempt *a;

		if (!grown)
			return zol_err_oom(err);
		*v = grown;
		a = &grown[(*n)++];
		*a = (struct attempt){ .stem = zol_asprintf("%s/%jd-%s.%ju", w->dir, (intmax_t)c->test, name,
							    (uintmax_t)(c->tries + *n)) };
		if (!a->stem)
			return zol_err_oom(err);
		if (zol_test_ready(w, err) < 0 || attempt(w, c, limit, a, err) < 0)
			return -(int)err->code;
		if (!w->t->up)
			w->t->set_up = false;
		say(w, c, a);
		tally.tries++;
		tally.lost += a->verdict == ZOL_V_LOST;
		tally.bad = tally.bad || zol_verdict_bad(a->verdict);
	}
	return 0;
}

/* A test that its suite leaves out has the reason as its result. */
static int leave_out(struct zol_test_work *w, const struct zol_db_claim *c, const char *why, struct zol_err *err)
{
	struct attempt a = { .verdict = ZOL_V_SKIP, .started = (int64_t)time(NULL), .reason = (char *)(uintptr_t)why };

	say(w, c, &a);
	return store(w, c, &a, 1, err);
}

static int run_one(struct zol_test_work *w, const struct zol_db_claim *c, struct zol_err *err)
{
	struct attempt *v = NULL;
	struct zol_suite_test rule;
	size_t n = 0;
	uint64_t limit;
	int r;

	zol_suite_test(&w->p->suite, c->name, &rule);
	if (rule.skip)
		return leave_out(w, c, rule.skip, err);
	limit = w->p->a->limit ? w->p->a->limit : zol_suite_limit(&w->p->suite, c->name, c->longest);
	r = run_all_tries(w, c, limit, &v, &n, err);
	if (r == 0)
		r = store(w, c, v, n, err);
	free_attempts(v, n);
	return r;
}

static int work(struct zol_test_work *w, struct zol_err *err)
{
	char who[32];
	int r;

	(void)snprintf(who, sizeof(who), "%d", (int)getpid());
	for (;;) {
		struct zol_db_claim c = { 0 };

		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		r = zol_db_claim(w->db, w->run, who, w->p->divided ? &w->p->only : NULL, &c, err);
		if (r <= 0)
			return r;
		r = run_one(w, &c, err);
		free(c.name);
		if (r < 0)
			return r;
	}
}

int zol_test_work(struct zol_cli *cli, struct zol_test_plan *p, struct zol_db *db, int64_t run,
		  struct zol_test_target *t, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%jd", (intmax_t)run);
	ZOL_AUTO(free) char *path = dir ? zol_path_join(db->artefacts, dir) : NULL;
	ZOL_AUTO(free) char *why = NULL;
	struct zol_test_work w = { .cli = cli, .p = p, .db = db, .t = t, .run = run, .dir = dir };
	int r;

	if (!path)
		return zol_err_oom(err);
	if (zol_mkdirs(path, 0755, err) < 0)
		return -(int)err->code;
	r = work(&w, err);
	if (r == 0 && t->set_up && t->up) {
		ZOL_AUTO(fd) int out = memfd_create("zolkit", MFD_CLOEXEC);

		r = zol_test_steps(&w, &p->suite.teardown, "teardown", out, &why, err);
		if (r > 0)
			zol_out_warn(&cli->out, "the end of suite %s: %s", p->suite.name, why ? why : "failed");
	}
	return r < 0 ? r : 0;
}
