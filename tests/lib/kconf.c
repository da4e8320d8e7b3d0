/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconf TREE ARCH MODE [CONFIG]: writes what our evaluator makes of a .config, for comparing with the
 * tree's conf. MODE: olddefconfig, allnoconfig, allmodconfig, allyesconfig, alldefconfig,
 * savedefconfig. Probes are remembered below $KCONF_CACHE.
 *
 * kconf TREE ARCH serve: reads the tree once; each line on standard input ("MODE CONFIG OUTPUT",
 * CONFIG may be "-" for none) has a child of its own do the same.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "core/kconfig_dotconfig.h"
#include "sys/kload.h"

static void note(void *ctx, enum zol_level level, const char *text)
{
	(void)ctx;
	if (level >= ZOL_LEVEL_INFO && getenv("KCONF_VERBOSE"))
		fprintf(stderr, "%s\n", text);
}

static int make(struct zol_kconfig *k, const char *mode, const char *config, struct zol_str *out, struct zol_err *err)
{
	static const char *const all[] = { "allnoconfig", "allmodconfig", "allyesconfig" };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = config ? zol_read_file(config, ZOL_READ_MAX, &text, err) : 0;

	if (rc < 0)
		return rc;
	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_str(&text));
	zol_kconfig_settle(k);
	for (size_t i = 0; i < ZOL_COUNT(all); i++)
		if (strcmp(mode, all[i]) == 0)
			zol_kconfig_set_all(k, (enum zol_ktri)i);
	if (strcmp(mode, "savedefconfig") == 0)
		zol_kconfig_write_def(k, out);
	else
		zol_kconfig_write(k, out);
	return zol_str_check(out, err);
}

static int make_file(struct zol_kconfig *k, const char *mode, const char *config, const char *output,
		     struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int rc = make(k, mode, strcmp(config, "-") ? config : NULL, &out, err);

	return rc < 0 ? rc : zol_write_file(output, out.ptr, out.len, 0644, err);
}

static int serve(struct zol_kconfig *k, struct zol_err *err)
{
	char line[8192], mode[32], config[4096], output[4096];

	while (fgets(line, sizeof(line), stdin)) {
		int status = 0;

		if (sscanf(line, "%31s %4095s %4095s", mode, config, output) != 3)
			return zol_err_set(err, ZOL_USAGE, 0, "no job: %s", line);
		pid_t pid = fork();

		if (pid < 0)
			return zol_err_sys(err, "fork");
		if (pid == 0) {
			int rc = make_file(k, mode, config, output, err);

			if (rc < 0)
				fprintf(stderr, "%s\n", zol_err_text(err));
			_exit(-rc);
		}
		waitpid(pid, &status, 0);
		printf("%d\n", status);
		fflush(stdout);
	}
	return 0;
}

static int run(char **argv, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(kloaded) struct zol_kloaded l = { 0 };
	const struct zol_events ev = { .note = note };
	const struct zol_kload_options o = {
		.tree = argv[1], .arch = argv[2], .cache = getenv("KCONF_CACHE"), .ev = &ev
	};
	int rc = zol_kload(&o, &l, err);

	if (rc < 0)
		return rc;
	return strcmp(argv[3], "serve") == 0 ? serve(&l.k, err) : make(&l.k, argv[3], argv[4], out, err);
}

int main(int argc, char **argv)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (argc < 4)
		return ZOL_USAGE;
	int rc = run(argv, &out, &err);

	if (rc < 0) {
		fprintf(stderr, "%s\n", zol_err_text(&err));
		return -rc;
	}
	fwrite(zol_str_c(&out), 1, out.len, stdout);
	return 0;
}
