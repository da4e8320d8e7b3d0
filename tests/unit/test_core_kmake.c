/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kmake.h"

#include <stdio.h>

#include "unit.h"

UNIT(counts_steps)
{
	static const char *const steps[] = {
		"  CC      kernel/fork.o",        "  CC [M]  drivers/block/brd.o",
		"  AR      built-in.a",           "  LD      vmlinux.o",
		"  HOSTCC  scripts/basic/fixdep", "  ZOFFSET arch/x86/boot/zoffset.h",
		"  LD [M]  drivers/block/brd.ko",
	};
	ZOL_AUTO(kmake) struct zol_kmake k = { 0 };

	for (size_t i = 0; i < ZOL_COUNT(steps); i++)
		assert_int_equal(zol_kmake_add(&k, zol_span_c(steps[i])), ZOL_KMAKE_STEP);
	assert_int_equal(k.steps, ZOL_COUNT(steps));
	assert_string_equal(k.what, "LD drivers/block/brd.ko");
	assert_int_equal(k.nerrors, 0);
}

UNIT(other_lines_are_no_steps)
{
	static const char *const others[] = {
		"",
		"  ",
		"make[1]: Entering directory '/tmp/kernel'",
		"Kernel: arch/x86/boot/bzImage is ready  (#1)",
		"  cc      kernel/fork.o",
		" CC x",
		"  CC",
		"  CC      ",
		"../kernel/fork.c: In function 'f':",
		"    Indented more",
		"kernel/x.c:3:1: warning: unused variable",
	};
	ZOL_AUTO(kmake) struct zol_kmake k = { 0 };

	for (size_t i = 0; i < ZOL_COUNT(others); i++)
		assert_int_equal(zol_kmake_add(&k, zol_span_c(others[i])), ZOL_KMAKE_OTHER);
	assert_int_equal(k.steps, 0);
	assert_string_equal(k.what, "");
}

UNIT(keeps_what_failed)
{
	static const char *const errors[] = {
		"../init/main.c:5:2: error: #error broken",
		"make[3]: *** [../scripts/Makefile.build:250: init/main.o] Error 1",
		"make: *** [Makefile:238: __sub-make] Error 2",
		"ld: fs/9p/v9fs.o: in function `f': v9fs.c:(.text+0x1): undefined reference to `p9_x'",
		"ERROR: modpost: \"x\" [drivers/block/brd.ko] undefined!",
		"/bin/sh: 1: flex: not found",
		"fatal error: error writing to /tmp/cc.s: No space left on device",
		"make[2]: *** No rule to make target 'x', needed by 'y'.  Stop.",
	};
	ZOL_AUTO(kmake) struct zol_kmake k = { 0 };

	for (size_t i = 0; i < ZOL_COUNT(errors); i++)
		assert_int_equal(zol_kmake_add(&k, zol_span_c(errors[i])), ZOL_KMAKE_ERROR);
	assert_int_equal(k.nerrors, ZOL_COUNT(errors));
	assert_string_equal(k.errors.v[0], errors[0]);
	for (unsigned i = 0; i < 100; i++)
		zol_kmake_add(&k, zol_span_c("x.c:1: error: again"));
	assert_int_equal(k.errors.len, ZOL_KMAKE_ERRORS);
	assert_int_equal(k.nerrors, ZOL_COUNT(errors) + 100);
}

UNIT(long_names_are_cut_from_the_left)
{
	ZOL_AUTO(kmake) struct zol_kmake k = { 0 };
	char line[400];

	snprintf(line, sizeof(line), "  CC      %0300d/file.o", 7);
	assert_int_equal(zol_kmake_add(&k, zol_span_c(line)), ZOL_KMAKE_STEP);
	assert_int_equal(strlen(k.what), sizeof(k.what) - 1);
	assert_non_null(strstr(k.what, "7/file.o"));
	assert_int_equal(zol_kmake_add(&k, zol_span_c("  AVERYLONGCOMMANDNAMEINDEED x")), ZOL_KMAKE_STEP);
	assert_non_null(strstr(k.what, "7/file.o"));
}

UNIT_MAIN()
