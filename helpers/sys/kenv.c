/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kenv.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/sysinfo.h>

#include "base/path.h"

#define OUTPUT_MAX (64U << 10)
#define SBIN ":/usr/local/sbin:/usr/sbin:/sbin"

const char *zol_kenv_ccache(void)
{
	static const char *const places[] = { "/usr/lib/ccache/bin", "/usr/lib/ccache", "/usr/lib64/ccache" };

	for (size_t i = 0; i < ZOL_COUNT(places); i++) {
		ZOL_AUTO(free) char *gcc = zol_path_join(places[i], "gcc");

		if (gcc && access(gcc, X_OK) == 0)
			return places[i];
	}
	return NULL;
}

const char *zol_kenv_arch(const char *name)
{
	static const char *const map[][2] = {
		{ "amd64", "x86" },     { "x86_64", "x86" },  { "i686", "i386" },       { "aarch64", "arm64" },
		{ "ppc64", "powerpc" }, { "ppc", "powerpc" }, { "ppc64le", "powerpc" }, { "loong", "loongarch" },
		{ "riscv64", "riscv" }, { "s390x", "s390" },  { "hppa", "parisc" },     { "sparc64", "sparc" },
	};

	for (size_t i = 0; name && i < ZOL_COUNT(map); i++)
		if (strcmp(name, map[i][0]) == 0)
			return map[i][1];
	return name;
}

void zol_kenv_argv(const struct zol_kenv *k, const char *const *targets, struct zol_strv *ret_argv)
{
	long cpus = get_nprocs();

	zol_strv_add(ret_argv, "make");
	zol_strv_addf(ret_argv, "-j%" PRIu64, k->jobs ? k->jobs : (uint64_t)(cpus > 0 ? cpus : 1));
	zol_strv_add(ret_argv, "-C");
	zol_strv_add(ret_argv, k->source);
	zol_strv_addf(ret_argv, "O=%s", k->build);
	if (k->arch)
		zol_strv_addf(ret_argv, "ARCH=%s", k->arch);
	zol_strv_extend(ret_argv, targets);
}

/* Only what is needed: ARCH, KCONFIG_*, MAKEFLAGS and friends of whoever calls us would change the result. */
static void make_env(const struct zol_kenv *k, struct zol_strv *env)
{
	static const char *const passed[] = { "HOME", "TMPDIR", "CCACHE_MAXSIZE", "CCACHE_CONFIGPATH" };
	const char *path = getenv("PATH");
	const char *ccache_dir = getenv("CCACHE_DIR");

	if (!path || !*path)
		path = "/usr/local/bin:/usr/bin:/bin";
	zol_strv_addf(env, "PATH=%s%s%s" SBIN, k->ccache ? k->ccache : "", k->ccache ? ":" : "", path);
	for (size_t i = 0; i < ZOL_COUNT(passed); i++)
		if (getenv(passed[i]))
			zol_strv_addf(env, "%s=%s", passed[i], getenv(passed[i]));
	if (!ccache_dir || !*ccache_dir)
		ccache_dir = k->ccache_dir;
	if (k->ccache && ccache_dir)
		zol_strv_addf(env, "CCACHE_DIR=%s", ccache_dir);
	if (k->timestamp)
		zol_strv_addf(env, "KBUILD_BUILD_TIMESTAMP=%s", k->timestamp);
	zol_strv_add(env, "KBUILD_BUILD_USER=zolkit");
	zol_strv_add(env, "KBUILD_BUILD_HOST=localhost");
	zol_strv_add(env, "LC_ALL=C");
}

struct watch {
	const struct zol_kenv *k;
	const struct zol_events *ev;
	struct zol_kmake *seen;
};

static void on_line(void *ctx, int which, struct zol_span line)
{
	struct watch *w = ctx;

	if (w->k->log >= 0) {
		struct zol_err ignored = ZOL_ERR_INIT;

		/* A log that cannot be written (full disk) must not end a build; make will say it. */
		if (zol_write_all(w->k->log, line.ptr, line.len, &ignored) == 0)
			(void)!zol_write_all(w->k->log, "\n", 1, &ignored);
		zol_err_clear(&ignored);
	}
	if (zol_kmake_add(w->seen, line) == ZOL_KMAKE_STEP && which == 1)
		zol_ev_progress(w->ev, w->seen->steps);
}

static int run_make(const struct zol_kenv *k, const struct zol_strv *argv, struct watch *w, struct zol_run_result *got,
		    struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv env = ZOL_STRV_INIT;
	const struct zol_fdmap map = { .from = k->keep, .to = k->keep };

	make_env(k, &env);
	if (zol_strv_check(argv, err) < 0 || zol_strv_check(&env, err) < 0)
		return -(int)err->code;
	const struct zol_run run = {
		.spawn = { .argv = zol_strv_list(argv),
			   .env = zol_strv_list(&env),
			   .in = ZOL_STDIO_NULL,
			   .out = ZOL_STDIO_PIPE,
			   .err = ZOL_STDIO_PIPE,
			   .fds = &map,
			   .nfds = k->keep >= 0 ? 1 : 0,
			   .pdeathsig = SIGTERM,
			   .own_group = true },
		.max_output = OUTPUT_MAX,
		.on_line = w ? on_line : NULL,
		.ctx = w,
	};

	return k->runner ? k->runner(k->ctx, &run, got, err) : zol_proc_run(&run, got, err);
}

static struct zol_span last_line(const struct zol_str *text)
{
	struct zol_span rest = zol_span_str(text), line, last = zol_span("", 0);

	while (zol_span_line(&rest, &line))
		if (zol_span_trim(line).len)
			last = zol_span_trim(line);
	return last;
}

static int failed(const char *target, const struct zol_run_result *got, const struct zol_kmake *seen,
		  struct zol_err *err)
{
	struct zol_span why = last_line(&got->err);

	if (seen && seen->errors.len)
		why = zol_span_trim(zol_span_c(seen->errors.v[0]));
	if (got->exit.signal)
		return zol_err_set(err, ZOL_CHILD, 0, "make %s was killed by signal %d", target, got->exit.signal);
	return zol_err_set(err, ZOL_CHILD, 0, "make %s failed with status %d: %.*s", target, got->exit.status,
			   (int)why.len, why.ptr);
}

int zol_kenv_make(const struct zol_kenv *k, const char *const *targets, const struct zol_events *ev,
		  struct zol_kmake *seen, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result got = { 0 };
	struct watch w = { .k = k, .ev = ev, .seen = seen };

	zol_kenv_argv(k, targets, &argv);
	int rc = run_make(k, &argv, &w, &got, err);

	if (rc < 0)
		return rc;
	return got.exit.status ? failed(targets[0], &got, seen, err) : 0;
}

int zol_kenv_ask(const struct zol_kenv *k, const char *target, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result got = { 0 };
	const char *const targets[] = { "-s", "--no-print-directory", target, NULL };

	zol_kenv_argv(k, targets, &argv);
	int rc = run_make(k, &argv, NULL, &got, err);

	if (rc < 0)
		return rc;
	if (got.exit.status)
		return failed(target, &got, NULL, err);
	struct zol_span line = last_line(&got.out);

	zol_str_add(out, line.ptr, line.len);
	return zol_str_check(out, err);
}
