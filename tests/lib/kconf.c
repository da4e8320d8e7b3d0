/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconf TREE ARCH MODE [CONFIG]: writes what our evaluator makes of a .config, for comparing with the
 * tree's conf. MODE: olddefconfig, allnoconfig, allmodconfig, allyesconfig, alldefconfig,
 * savedefconfig. Probes are remembered
 * below $KCONF_CACHE.
 */
#include <stdio.h>

#include "base/path.h"
#include "core/kconfig_dotconfig.h"
#include "sys/kload.h"

static void note(void *ctx, enum zol_level level, const char *text)
{
	(void)ctx;
	if (level >= ZOL_LEVEL_INFO && getenv("KCONF_VERBOSE"))
		fprintf(stderr, "%s\n", text);
}

static int run(char **argv, struct zol_str *out, struct zol_err *err)
{
	static const char *const all[] = { "allnoconfig", "allmodconfig", "allyesconfig" };
	ZOL_AUTO(kloaded) struct zol_kloaded l = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const struct zol_events ev = { .note = note };
	const struct zol_kload_options o = {
		.tree = argv[1], .arch = argv[2], .cache = getenv("KCONF_CACHE"), .ev = &ev
	};
	int rc = zol_kload(&o, &l, err);

	if (rc == 0 && argv[4])
		rc = zol_read_file(argv[4], ZOL_READ_MAX, &text, err);
	if (rc < 0)
		return rc;
	zol_kconfig_reset(&l.k);
	zol_kconfig_read(&l.k, zol_span_str(&text));
	zol_kconfig_settle(&l.k);
	for (size_t i = 0; i < ZOL_COUNT(all); i++)
		if (strcmp(argv[3], all[i]) == 0)
			zol_kconfig_set_all(&l.k, (enum zol_ktri)i);
	if (strcmp(argv[3], "savedefconfig") == 0)
		zol_kconfig_write_def(&l.k, out);
	else
		zol_kconfig_write(&l.k, out);
	return zol_str_check(out, err);
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
