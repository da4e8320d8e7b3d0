/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * zolkit-probe DIR...: prints what works on the file system of each directory (core/probe.h).
 * Static: it runs in any guest. A directory that does not exist is passed over.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/probe_checks.h"

#define STRINGIFY(x) #x
#define TEXT(x) STRINGIFY(x)

static int probe(const char *dir)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	if (access(dir, F_OK) < 0)
		return ZOL_OK;
	if (zol_probe_run(dir, &out, &err) < 0) {
		(void)fprintf(stderr, "zolkit-probe: %s\n", zol_err_text(&err));
		return (int)err.code;
	}
	return fputs(zol_str_c(&out), stdout) < 0 || fflush(stdout) != 0 ? ZOL_SYSTEM : ZOL_OK;
}

int main(int argc, char **argv)
{
	int status = ZOL_OK;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("zolkit-probe " TEXT(ZOL_VERSION)) < 0 ? ZOL_SYSTEM : ZOL_OK;
	if (argc < 2 || argv[1][0] != '/') {
		(void)fputs("usage: zolkit-probe DIR...\n", stderr);
		return ZOL_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		int rc = probe(argv[i]);

		if (rc != ZOL_OK)
			status = rc;
	}
	return status;
}
