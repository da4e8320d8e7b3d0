/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/test_run.h"

#define STEP_MS 600000U /* of set-up and the like */
#define INSTALL_MAX (64U << 20)
#define TRIES_MAX 1000U
#define POOL "zoltest"
#define MNT "/mnt/zoltest"
#define RESULTS "/tmp/zolkit-results"
#define SETS_MAX 32

struct work {
	struct zol_cli *cli;
	struct zol_test_plan *p;
	struct zol_db *db;
	struct zol_test_target *t;
	int64_t run;
	char *dir; /* of the run's files, relative to the artefacts */
};

/* What one attempt leaves behind. */
struct attempt {
	enum zol_verdict verdict;
	uint64_t ms;
	int64_t started;
	char *reason, *stem; /* stem: of its files, relative */
	bool log, console, stacks, files;
};

/* --- the suite's commands ------------------------------------------------------------------------ */

static int expand(const struct work *w, const struct zol_strv *words, const char *test, uint64_t limit,
		  struct zol_strv *argv, struct zol_err *err)
{
	static const char *const names[] = { "test",  "suite", "results", "pool",  "mnt",
					     "disk1", "disk2", "seconds", "suites" };
	ZOL_AUTO(free) char *results = zol_asprintf(RESULTS "/%s", test);
	ZOL_AUTO(free) char *seconds = zol_asprintf("%ju", (uintmax_t)(limit / 1000));
	const char *const values[] = { test,       w->p->suite.name, results, POOL,           MNT,
				       "/dev/vda", "/dev/vdb",       seconds, w->p->suite_dir };
	const char *all_names[ZOL_COUNT(names) + SETS_MAX];
	const char *all_values[ZOL_COUNT(names) + SETS_MAX];
	const struct zol_test_plan *p = w->p;
	size_t n = 0;

	if (!results || !seconds)
		return zol_err_oom(err);
	for (size_t i = 0; i < p->set_names.len && i < SETS_MAX; i++, n++) {
		all_names[n] = p->set_names.v[i];
		all_values[n] = p->set_values.v[i];
	}
	for (size_t i = 0; i < ZOL_COUNT(names); i++, n++) {
		all_names[n] = names[i];
		all_values[n] = values[i];
	}
	const struct zol_suite_vars vars = {
		.names = all_names, .values = all_values, .len = n, .args = zol_strv_list(&p->args)
	};

	return zol_suite_expand(&p->suite, words, &vars, argv, err);
}

/* Environment and directory of a command, with the variables replaced. */
struct place {
	struct zol_strv env, cwd; /* cwd: one word, or none */
};

static void place_free(struct place *p)
{
	zol_strv_free(&p->env);
	zol_strv_free(&p->cwd);
}
ZOL_CLEANUP_STRUCT(place, struct place, place_free);

static int take_place(const struct work *w, const char *test, struct place *p, struct zol_test_exec *x,
		      struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv dir = ZOL_STRV_INIT;

	if (w->p->suite.directory)
		zol_strv_add(&dir, w->p->suite.directory);
	if (zol_strv_check(&dir, err) < 0 || expand(w, &w->p->env, test, x->limit, &p->env, err) < 0 ||
	    expand(w, &dir, test, x->limit, &p->cwd, err) < 0)
		return -(int)err->code;
	x->env = zol_strv_list(&p->env);
	x->cwd = p->cwd.len ? p->cwd.v[0] : NULL;
	return 0;
}

/* Runs commands of the suite that are no test. 1 when one of them failed, with its name and status in why. */
static int run_steps(struct work *w, const struct zol_suite_cmds *cmds, const char *test, int out, char **why,
		     struct zol_err *err)
{
	for (size_t i = 0; i < cmds->len; i++) {
		ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
		ZOL_AUTO(place) struct place place = { 0 };
		ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
		struct zol_test_exec x = { .in = -1, .out = out, .err = -1, .limit = STEP_MS };

		if (expand(w, &cmds->v[i].argv, test, STEP_MS, &argv, err) < 0 ||
		    take_place(w, test, &place, &x, err) < 0)
			return -(int)err->code;
		x.cwd = NULL; /* the suite's directory may be what the step makes */
		x.argv = zol_strv_list(&argv);
		if (zol_test_target_exec(w->t, &x, &end, err) < 0)
			return -(int)err->code;
		if (end.how == ZOL_END_EXIT && end.status == 0)
			continue;
		free(*why);
		*why = zol_asprintf("%s: %s (status %d)", argv.len ? argv.v[0] : "?", end.why ? end.why : "failed",
				    end.status);
		return 1;
	}
	return 0;
}

/* SRC DEST MODE: through the target's shell, so that it works wherever the target is. */
static int install(struct work *w, const char *const *file, struct zol_err *err)
{
	static const char script[] = "mkdir -p \"${1%/*}\" && cat >\"$1\" && chmod \"$2\" \"$1\"";
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = STEP_MS };

	if (w->t->place == ZOL_AT_HOST)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s installs files: not on this host", w->p->suite.name);
	path = zol_path_join(w->p->suite_dir, file[0]);
	if (!path)
		return zol_err_oom(err);
	ZOL_AUTO(fd) int in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return zol_err_sys(err, "%s", path);
	argv[4] = file[1];
	argv[5] = file[2];
	x.in = in;
	return zol_test_target_capture(w->t, &x, &out, err);
}

/* What the suite cannot do without. */
static int check_required(struct work *w, struct zol_err *err)
{
	static const char script[] =
		"for r; do v=${r#*:}; case $r in program:*) command -v \"$v\" ;; module:*) [ -d \"/sys/module/$v\" ] || "
		"modprobe \"$v\" ;; path:*) [ -e \"$v\" ] ;; user:*) grep \"^$v:\" /etc/passwd ;; kernel:*) [ ! -e "
		"/proc/config.gz ] || zcat /proc/config.gz | grep \"^$v=[ym]\" ;; *) false ;; esac >/dev/null 2>&1 || "
		"echo \"$r\"; done";
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_test_exec x = { .in = -1, .out = -1, .err = -1, .limit = STEP_MS };
	struct zol_span lacking;

	if (w->p->suite.require.len == 0)
		return 0;
	zol_strv_add(&argv, "/bin/sh");
	zol_strv_add(&argv, "-c");
	zol_strv_add(&argv, script);
	zol_strv_add(&argv, "sh");
	if (expand(w, &w->p->suite.require, "-", 0, &argv, err) < 0)
		return -(int)err->code;
	x.argv = zol_strv_list(&argv);
	if (zol_test_target_capture(w->t, &x, &out, err) < 0)
		return -(int)err->code;
	lacking = zol_span_trim(zol_span_str(&out));
	for (char *c = out.ptr; c && *c; c++)
		if (*c == '\n')
			*c = ' ';
	if (lacking.len == 0)
		return 0;
	return zol_err_set(err, ZOL_SYSTEM, 0, "suite %s cannot run there without %.*s", w->p->suite.name,
			   (int)lacking.len, lacking.ptr);
}

/* A target that has just come up: files, then the suite's set-up. */
static int set_up(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(free) char *why = NULL;
	int null;
	int r = 0;

	for (size_t i = 0; i + 2 < w->p->suite.install.len && r == 0; i += 3)
		r = install(w, zol_strv_list(&w->p->suite.install) + i, err);
	if (r < 0)
		return zol_err_wrap(err, "files of suite %s", w->p->suite.name);
	if (check_required(w, err) < 0)
		return -(int)err->code;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		return zol_err_sys(err, "/dev/null");
	r = run_steps(w, &w->p->suite.setup, "setup", null, &why, err);
	(void)close(null);
	if (r > 0)
		return zol_err_set(err, ZOL_CHILD, 0, "set-up of suite %s: %s", w->p->suite.name, why ? why : "failed");
	return r;
}

static int ready(struct work *w, struct zol_err *err)
{
	bool fresh = !w->t->set_up;

	if (zol_test_target_up(w->t, err) < 0)
		return -(int)err->code;
	fresh = fresh || !w->t->set_up;
	if (fresh && set_up(w, err) < 0)
		return -(int)err->code;
	w->t->set_up = true;
	return 0;
}

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
static int empty_results(struct work *w, const char *test, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf(RESULTS "/%s", test);
	const char *argv[] = { "/bin/sh", "-c", "rm -rf \"$1\" && mkdir -p \"$1\"", "sh", dir, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = STEP_MS };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	if (!dir)
		return zol_err_oom(err);
	return w->p->uses_results ? zol_test_target_capture(w->t, &x, &out, err) : 0;
}

/* What the suite wants to be kept of a test that has not passed, as an archive. */
static bool keep_files(struct work *w, const char *test, const char *stem)
{
	static const char script[] = "cd / && set -- $1 && exec tar -chf - \"$@\" 2>/dev/null";
	ZOL_AUTO(strv) struct zol_strv paths = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str words = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
	ZOL_AUTO(free) char *path = zol_asprintf("%s.tar", stem);
	const char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .err = -1, .limit = STEP_MS };

	if (!path || w->p->suite.artifacts.len == 0 || !w->t->up ||
	    expand(w, &w->p->suite.artifacts, test, 0, &paths, &err) < 0)
		return false;
	for (size_t i = 0; i < paths.len; i++)
		zol_str_printf(&words, "%s%s", i ? " " : "", paths.v[i]);
	argv[4] = zol_str_c(&words);
	ZOL_AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	x.out = fd;
	return fd >= 0 && zol_test_target_exec(w->t, &x, &end, &err) == 0;
}

/* x: limit, label (the test), output and files are set. */
static int run_test(struct work *w, struct zol_test_exec *x, struct zol_test_end *end, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(place) struct place place = { 0 };
	ZOL_AUTO(free) char *why = NULL;
	struct zol_suite_test rule;
	int r;

	zol_suite_test(&w->p->suite, x->label, &rule);
	if (expand(w, rule.command, x->label, x->limit, &argv, err) < 0 || take_place(w, x->label, &place, x, err) < 0)
		return -(int)err->code;
	r = empty_results(w, x->label, err);
	if (r == 0)
		r = run_steps(w, &w->p->suite.before, x->label, x->out, &why, err);
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
static int run_after(struct work *w, const char *test, int out, struct zol_err *err)
{
	ZOL_AUTO(free) char *why = NULL;
	int r = w->t->up ? run_steps(w, &w->p->suite.after, test, out, &why, err) : 0;

	return r < 0 ? r : 0;
}

static int attempt(struct work *w, const struct zol_db_claim *c, uint64_t limit, struct attempt *a, struct zol_err *err)
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

static void say(const struct work *w, const struct zol_db_claim *c, const struct attempt *a)
{
	char text[ZOL_NUM_TEXT];

	zol_out_info(&w->cli->out, "%-7s %s (%s)%s%s", zol_verdict_name(a->verdict), c->name,
		     zol_num_fmt_duration(a->ms, text), a->reason ? ": " : "", a->reason ? a->reason : "");
}

struct tally {
	uint64_t tries, lost;
	bool bad, passed;
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

static int store(struct work *w, const struct zol_db_claim *c, const struct attempt *v, size_t n, struct zol_err *err)
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

static int run_all_tries(struct work *w, const struct zol_db_claim *c, uint64_t limit, struct attempt **v, size_t *n,
			 struct zol_err *err)
{
	ZOL_AUTO(free) char *name = file_name(c->name);
	struct tally tally = { 0 };

	while (once_more(w->p->a, &tally)) {
		struct attempt *grown = reallocarray(*v, *n + 1, sizeof(**v));
		struct attempt *a;

		if (!grown || !name)
			return zol_err_oom(err);
		*v = grown;
		a = &grown[(*n)++];
		*a = (struct attempt){ .stem = zol_asprintf("%s/%jd-%s.%ju", w->dir, (intmax_t)c->test, name,
							    (uintmax_t)(c->tries + *n)) };
		if (!a->stem)
			return zol_err_oom(err);
		if (ready(w, err) < 0 || attempt(w, c, limit, a, err) < 0)
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
static int leave_out(struct work *w, const struct zol_db_claim *c, const char *why, struct zol_err *err)
{
	struct attempt a = { .verdict = ZOL_V_SKIP, .started = (int64_t)time(NULL), .reason = (char *)(uintptr_t)why };

	say(w, c, &a);
	return store(w, c, &a, 1, err);
}

static int run_one(struct work *w, const struct zol_db_claim *c, struct zol_err *err)
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

static int work(struct work *w, struct zol_err *err)
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
	struct work w = { .cli = cli, .p = p, .db = db, .t = t, .run = run, .dir = dir };
	int r;

	if (!path)
		return zol_err_oom(err);
	if (zol_mkdirs(path, 0755, err) < 0)
		return -(int)err->code;
	r = work(&w, err);
	if (r == 0 && t->set_up && t->up) {
		ZOL_AUTO(fd) int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		r = run_steps(&w, &p->suite.teardown, "teardown", null, &why, err);
		if (r > 0)
			zol_out_warn(&cli->out, "the end of suite %s: %s", p->suite.name, why ? why : "failed");
	}
	return r < 0 ? r : 0;
}
