/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>

#include "base/path.h"
#include "cmd/test_run.h"
#include "core/settings.h"
#include "core/suite.h"

#define SUITE_MAX (4U << 20)
#define LIST_MS 300000U

int zol_test_suite_names(const struct zol_cli *cli, struct zol_strv *names, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(cli->settings->paths.conf, "suites");
	struct dirent **found = NULL;
	int n = dir ? scandir(dir, &found, NULL, alphasort) : -1;

	for (int i = 0; i < n; i++) {
		size_t len = strlen(found[i]->d_name);

		if (len > 4 && strcmp(found[i]->d_name + len - 4, ".ini") == 0)
			zol_strv_addn(names, found[i]->d_name, len - 4);
		free(found[i]);
	}
	free(found);
	if (!dir)
		return zol_err_oom(err);
	return n < 0 ? zol_err_sys(err, "%s", dir) : zol_strv_check(names, err);
}

static int no_suite(const struct zol_cli *cli, const char *name, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	const char *near;

	if (zol_test_suite_names(cli, &names, err) < 0)
		return -(int)err->code;
	near = names.len ? zol_nearest(name, zol_strv_list(&names), names.len) : NULL;
	zol_err_set(err, ZOL_USAGE, 0, "there is no suite '%s'", name);
	return near ? zol_err_hint(err, "did you mean %s?", near) : zol_err_hint(err, "list them: zolkit test list");
}

int zol_test_suite_load(const struct zol_cli *cli, const char *name, struct zol_suite *ret, char **ret_dir,
			struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = NULL;
	ZOL_AUTO(free) char *path = NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const char *slash = strrchr(name, '/');

	dir = slash ? strndup(name, slash > name ? (size_t)(slash - name) : 1) :
		      zol_path_join(cli->settings->paths.conf, "suites");
	path = slash ? strdup(name) : zol_asprintf("%s/%s.ini", dir ? dir : "", name);
	if (!dir || !path)
		return zol_err_oom(err);
	if (!slash && access(path, F_OK) < 0)
		return no_suite(cli, name, err);
	if (zol_read_file(path, SUITE_MAX, &text, err) < 0)
		return -(int)err->code;
	if (zol_suite_parse(zol_span_str(&text), ret, err) < 0)
		return zol_err_wrap(err, "%s", path);
	*ret_dir = zol_take_ptr(dir);
	return 0;
}

/* The words of a listing with the suite's own variables. */
static int list_words(const struct zol_suite *s, struct zol_strv *words, struct zol_err *err)
{
	const struct zol_suite_vars none = { 0 };

	return zol_suite_expand(s, &s->list, &none, words, err);
}

/* Asks the target: names a line, what stands behind a blank is passed over. */
static int ask(const struct zol_suite *s, struct zol_test_target *t, const char *const *argv, struct zol_str *text,
	       struct zol_err *err)
{
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = LIST_MS };

	if (zol_test_target_up(t, err) < 0 || zol_test_target_capture(t, &x, text, err) < 0)
		return zol_err_wrap(err, "list of the tests of %s", s->name);
	return 0;
}

static int list_files(const struct zol_suite *s, struct zol_test_target *t, const struct zol_strv *words,
		      struct zol_strv *tests, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	const char *dir = words->len > 0 ? words->v[0] : "/";
	const char *suffix = words->len > 1 ? words->v[1] : "";
	struct zol_span rest;
	struct zol_span line;

	zol_strv_add(&argv, "/bin/sh");
	zol_strv_add(&argv, "-c");
	zol_strv_add(&argv, "cd \"$1\" && find . -type f | sort");
	zol_strv_add(&argv, "sh");
	zol_strv_add(&argv, dir);
	if (zol_strv_check(&argv, err) < 0 || ask(s, t, zol_strv_list(&argv), &text, err) < 0)
		return -(int)err->code;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		if (!zol_span_starts(line, "./") || !zol_span_ends(line, suffix))
			continue;
		zol_strv_addn(tests, line.ptr + 2, line.len - 2 - strlen(suffix));
	}
	return zol_strv_check(tests, err);
}

static int list_command(const struct zol_suite *s, struct zol_test_target *t, const struct zol_strv *words,
			struct zol_strv *tests, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_span line;
	struct zol_span name;

	if (ask(s, t, zol_strv_list(words), &text, err) < 0)
		return -(int)err->code;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line))
		if (zol_span_field(&line, " \t\r", &name))
			zol_strv_addn(tests, name.ptr, name.len);
	return zol_strv_check(tests, err);
}

static int list_runfiles(const struct zol_suite *s, struct zol_test_target *t, const struct zol_strv *words,
			 struct zol_strv *tests, struct zol_err *err)
{
	for (size_t i = 0; i < words->len; i++) {
		const char *argv[] = { "cat", words->v[i], NULL };
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		if (ask(s, t, argv, &text, err) < 0)
			return -(int)err->code;
		if (zol_suite_runfile(zol_span_str(&text), tests, err) < 0)
			return zol_err_wrap(err, "%s", words->v[i]);
	}
	return zol_strv_check(tests, err);
}

int zol_test_suite_tests(const struct zol_suite *s, struct zol_test_target *t, struct zol_strv *tests,
			 struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;

	if (list_words(s, &words, err) < 0)
		return -(int)err->code;
	zol_strv_extend(tests, zol_strv_list(&s->tests));
	switch (s->listing) {
	case ZOL_LIST_FIXED:
		return zol_strv_check(tests, err);
	case ZOL_LIST_FILES:
		return list_files(s, t, &words, tests, err);
	case ZOL_LIST_COMMAND:
		return list_command(s, t, &words, tests, err);
	case ZOL_LIST_RUNFILE:
		break;
	}
	return list_runfiles(s, t, &words, tests, err);
}
