/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_record.h"

#include "scratch.h"
#include "unit.h"

/* A guest whose connection is lost while the recording is fetched, if there is a file "lost". */
static const char guest[] = "case \"$1\" in\n"
			    "perf) while [ \"$1\" != -o ]; do shift; done; echo recording >\"$2\" ;;\n"
			    "mktemp) mkdir \"$0.dir\" && echo \"$0.dir\" ;;\n"
			    "cat) [ ! -e \"$0.lost\" ] || [ \"$2\" = /proc/kallsyms ] || { echo rec; exit 255; }\n"
			    "     [ \"$2\" = /proc/kallsyms ] || cat \"$2\" ;;\n"
			    "test | rm) exec \"$@\" ;;\n"
			    "esac\n";

UNIT(leaves_no_half_recording)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	SCRATCH(dir);
	ZOL_AUTO(free) char *script = zol_asprintf("%s/guest", dir.path);
	const char *const prefix[] = { "sh", script, NULL };
	static const char *const command[] = { "true", NULL };
	const struct zol_flame_recording r = {
		.target.prefix = prefix, .dir = dir.path, .frequency = 99, .command = command
	};
	int status = -1;

	scratch_put(&dir, "guest", guest);
	scratch_put(&dir, "guest.lost", "");
	assert_int_equal(zol_flame_record(&r, NULL, &status, &err), -ZOL_CHILD);
	assert_int_equal(faccessat(dir.fd, "perf.data", F_OK, 0), -1);
	zol_err_clear(&err);
	assert_int_equal(unlinkat(dir.fd, "guest.lost", 0), 0);
	assert_int_equal(zol_flame_record(&r, NULL, &status, &err), 0);
	assert_int_equal(status, 0);
	assert_string_equal(scratch_get(&dir, "perf.data"), "recording\n");
	assert_int_equal(faccessat(dir.fd, "release", F_OK, 0), 0);
	assert_int_equal(faccessat(dir.fd, "guest.dir", F_OK, 0), -1);
}

UNIT_MAIN()
