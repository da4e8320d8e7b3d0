/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamefold.h"
#include "unit.h"

UNIT(tells_modules_from_the_kernel_and_user_code)
{
	assert_int_equal(zol_dso_kind(zol_span_c("[zfs]"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("/lib/modules/6/zfs.ko.xz"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("[kernel.kallsyms]"), 0), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("/boot/vmlinux-6.1"), 0), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("[vdso]"), 0), ZOL_FRAME_USER);
	assert_int_equal(zol_dso_kind(zol_span_c("[unknown]"), UINT64_MAX), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("/tmp/perf-12.map"), 0), ZOL_FRAME_JIT);
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("/x/zfs.ko.zst")), "zfs"));
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("[spl]")), "spl"));
}

UNIT_MAIN()
