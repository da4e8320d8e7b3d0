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

/* What the tools in use get wrong: facts that each were a box or a task too many, or one too few. */
UNIT(tells_the_kernels_own_names_from_files)
{
	assert_int_equal(zol_dso_kind(zol_span(NULL, 0), 0), ZOL_FRAME_USER);
	assert_int_equal(zol_dso_kind(zol_span_c("/lib/modules/6.1/extra/zfs.ko"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("bpf_prog_12"), 0), ZOL_FRAME_KERNEL);
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("/usr/lib/libc.so.6 (deleted)")), "libc.so.6"));
	assert_int_equal(zol_dso_module(zol_span(NULL, 0)).len, 0);
}

UNIT(parts_names_at_arrows)
{
	struct zol_span parts[ZOL_FRAME_PARTS];

	assert_int_equal(zol_frame_arrows(zol_span_c("a->b->c"), parts), 3);
	assert_true(zol_span_eq(parts[2], "c"));
	assert_int_equal(zol_frame_arrows(zol_span_c("x::operator->"), parts), 1);
	assert_int_equal(zol_frame_arrows(zol_span_c("a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a"), parts),
			 ZOL_FRAME_PARTS - 1);
}

UNIT_MAIN()
