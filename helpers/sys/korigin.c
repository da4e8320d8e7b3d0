/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/korigin.h"

#include <sys/stat.h>

#include "base/path.h"
#include "base/proc.h"

#define LIMIT_MS 120000U /* the index of a kernel that is in no cache */
/* A hook's variables would name another repository. */
#define GIT "env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE", "git"

/* 1 and the output when the program is there and succeeds, 0 when not. */
static int ask(const char *const *argv, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	const struct zol_run run = { .spawn = { .argv = argv,
						.in = ZOL_STDIO_NULL,
						.out = ZOL_STDIO_PIPE,
						.err = ZOL_STDIO_NULL,
						.pdeathsig = 9 },
				     .timeout_ms = LIMIT_MS };

	if (zol_proc_run(&run, &result, err) < 0) {
		if (err->errnum == ENOMEM || err->errnum == EINTR)
			return -(int)err->code;
		zol_err_clear(err);
		return 0;
	}
	if (result.exit.signal || result.exit.status != 0)
		return 0;
	zol_str_puts(out, zol_str_c(&result.out));
	return 1;
}

/* Of the checkout that dir is the top of, not of one that happens to be above it. */
static int of_git(const char *dir, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *dot = zol_path_join(dir, ".git");
	ZOL_AUTO(str) struct zol_str hash = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str changes = ZOL_STR_INIT;
	const char *const head[] = { GIT, "-C", dir, "rev-parse", "--verify", "HEAD^{commit}", NULL };
	const char *const status[] = { GIT,      "--no-optional-locks",  "-C",          dir,
				       "status", "--untracked-files=no", "--porcelain", NULL };
	struct stat st;
	struct zol_span line;
	int r;

	if (!dot)
		return zol_err_oom(err);
	if (stat(dot, &st) < 0)
		return 0;
	r = ask(head, &hash, err);
	if (r <= 0)
		return r;
	line = zol_span_trim(zol_span_str(&hash));
	zol_str_printf(out, "commit %.*s", (int)line.len, line.ptr);
	r = ask(status, &changes, err);
	if (r < 0)
		return r;
	if (changes.len > 0)
		zol_str_puts(out, " and changes");
	return 1;
}

/* "linux-source-6.1: /usr/src/linux-source-6.1.tar.xz", then its version. */
static int of_package(const char *path, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str owner = ZOL_STR_INIT;
	ZOL_AUTO(free) char *real = realpath(path, NULL);
	const char *const search[] = { "dpkg-query", "--search", real, NULL };
	struct zol_span name;
	const char *end;
	int r;

	if (!real)
		return errno == ENOMEM ? zol_err_oom(err) : 0;
	r = ask(search, &owner, err);
	if (r <= 0)
		return r;
	name = zol_span_str(&owner);
	end = name.len ? memchr(name.ptr, ':', name.len) : NULL;
	if (!end || end == name.ptr)
		return 0;
	ZOL_AUTO(free) char *package = zol_span_dup(zol_span(name.ptr, (size_t)(end - name.ptr)));
	const char *const show[] = { "dpkg-query", "--show", "--showformat=${Package} ${Version}", package, NULL };

	return package ? ask(show, out, err) : zol_err_oom(err);
}

int zol_korigin(const char *source, const char *dir, struct zol_str *out, struct zol_err *err)
{
	int r = of_git(dir, out, err);

	if (r == 0)
		r = of_package(source, out, err);
	return r < 0 ? r : zol_str_check(out, err);
}
