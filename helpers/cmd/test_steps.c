/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sys/mman.h>

#include "base/path.h"
#include "cmd/test_run.h"

/* The commands of a suite that are no test, and what all of them are given. */

#define POOL "zoltest"
#define MNT "/mnt/zoltest"

int zol_test_expand(const struct zol_test_work *w, const struct zol_strv *words, const char *test, uint64_t limit,
		    struct zol_strv *argv, struct zol_err *err)
{
	static const char *const names[] = { "test",  "suite", "results", "pool",  "mnt",
					     "disk1", "disk2", "seconds", "suites" };
	ZOL_AUTO(free) char *results = zol_asprintf(ZOL_TEST_RESULTS "/%s", test);
	ZOL_AUTO(free) char *seconds = zol_asprintf("%ju", (uintmax_t)(limit / 1000));
	const char *const values[] = { test,       w->p->suite.name, results, POOL,           MNT,
				       "/dev/vda", "/dev/vdb",       seconds, w->p->suite_dir };
	const char *all_names[ZOL_COUNT(names) + ZOL_TEST_SETS_MAX];
	const char *all_values[ZOL_COUNT(names) + ZOL_TEST_SETS_MAX];
	const struct zol_test_plan *p = w->p;
	size_t n = 0;

	if (!results || !seconds)
		return zol_err_oom(err);
	for (size_t i = 0; i < p->set_names.len; i++, n++) {
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

void zol_test_place_free(struct zol_test_place *p)
{
	zol_strv_free(&p->env);
	zol_strv_free(&p->cwd);
}

int zol_test_place_take(const struct zol_test_work *w, const char *test, struct zol_test_place *p,
			struct zol_test_exec *x, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv dir = ZOL_STRV_INIT;

	if (w->p->suite.directory)
		zol_strv_add(&dir, w->p->suite.directory);
	if (zol_strv_check(&dir, err) < 0 || zol_test_expand(w, &w->p->env, test, x->limit, &p->env, err) < 0 ||
	    zol_test_expand(w, &dir, test, x->limit, &p->cwd, err) < 0)
		return -(int)err->code;
	x->env = zol_strv_list(&p->env);
	x->cwd = p->cwd.len ? p->cwd.v[0] : NULL;
	return 0;
}

/* Runs commands of the suite that are no test. 1 when one of them failed, with its name and status in why. */
int zol_test_steps(struct zol_test_work *w, const struct zol_suite_cmds *cmds, const char *test, int out, char **why,
		   struct zol_err *err)
{
	for (size_t i = 0; i < cmds->len; i++) {
		ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
		ZOL_AUTO(test_place) struct zol_test_place place = { 0 };
		ZOL_AUTO(test_end) struct zol_test_end end = { 0 };
		ZOL_AUTO(free) char *line = NULL;
		struct zol_test_exec x = { .in = -1, .out = out, .err = -1, .limit = ZOL_TEST_STEP_MS };

		if (zol_test_expand(w, &cmds->v[i].argv, test, ZOL_TEST_STEP_MS, &argv, err) < 0 ||
		    zol_test_place_take(w, test, &place, &x, err) < 0)
			return -(int)err->code;
		x.cwd = NULL; /* the suite's directory may be what the step makes */
		x.argv = zol_strv_list(&argv);
		if (zol_test_target_exec(w->t, &x, &end, err) < 0)
			return -(int)err->code;
		if (end.how == ZOL_END_EXIT && end.status == 0)
			continue;
		free(*why);
		line = zol_test_last_line(out);
		*why = zol_asprintf("%s: %s (status %d)%s%s", argv.len ? argv.v[0] : "?", end.why ? end.why : "failed",
				    end.status, line ? ": " : "", line ? line : "");
		return 1;
	}
	return 0;
}

/* SRC DEST MODE: through the target's shell, so that it works wherever the target is. */
static int install(struct zol_test_work *w, const char *const *file, struct zol_err *err)
{
	static const char script[] = "mkdir -p \"${1%/*}\" && cat >\"$1\" && chmod \"$2\" \"$1\"";
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = ZOL_TEST_STEP_MS };

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
static int check_required(struct zol_test_work *w, struct zol_err *err)
{
	static const char script[] =
		"for r; do v=${r#*:}; case $r in program:*) command -v \"$v\" ;; module:*) [ -d \"/sys/module/$v\" ] || "
		"modprobe \"$v\" ;; path:*) [ -e \"$v\" ] ;; user:*) grep \"^$v:\" /etc/passwd ;; kernel:*) [ ! -e "
		"/proc/config.gz ] || zcat /proc/config.gz | grep \"^$v=[ym]\" ;; *) false ;; esac >/dev/null 2>&1 || "
		"echo \"$r\"; done";
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_test_exec x = { .in = -1, .out = -1, .err = -1, .limit = ZOL_TEST_STEP_MS };
	struct zol_span lacking;

	if (w->p->suite.require.len == 0)
		return 0;
	zol_strv_add(&argv, "/bin/sh");
	zol_strv_add(&argv, "-c");
	zol_strv_add(&argv, script);
	zol_strv_add(&argv, "sh");
	if (zol_test_expand(w, &w->p->suite.require, "-", 0, &argv, err) < 0)
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
static int set_up(struct zol_test_work *w, struct zol_err *err)
{
	ZOL_AUTO(free) char *why = NULL;
	int r = 0;

	for (size_t i = 0; i + 2 < w->p->suite.install.len && r == 0; i += 3)
		r = install(w, zol_strv_list(&w->p->suite.install) + i, err);
	if (r < 0)
		return zol_err_wrap(err, "files of suite %s", w->p->suite.name);
	if (check_required(w, err) < 0)
		return -(int)err->code;
	ZOL_AUTO(fd) int out = memfd_create("zolkit", MFD_CLOEXEC);
	if (out < 0)
		return zol_err_sys(err, "output of set-up");
	r = zol_test_steps(w, &w->p->suite.setup, "setup", out, &why, err);
	if (r > 0)
		return zol_err_set(err, ZOL_CHILD, 0, "set-up of suite %s: %s", w->p->suite.name, why ? why : "failed");
	return r;
}

int zol_test_ready(struct zol_test_work *w, struct zol_err *err)
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
