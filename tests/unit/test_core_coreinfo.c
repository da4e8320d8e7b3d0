/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coreinfo.h"
#include "unit.h"

static const struct zol_coreinfo plain = { .release = "6.1.192-zolkit",
					   .build_id = "0123abcd",
					   .top_pgt = 0xffffffff8260a000,
					   .stext = 0xffffffff81000000,
					   .phys_base = 0 };

UNIT(all_that_debuggers_need)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_coreinfo c = plain;

	c.top_pgt += 0x13800000;
	c.stext += 0x13800000;
	c.slide = 0x13800000;
	c.phys_base = 0x4a00000;
	c.five_levels = true;
	assert_true(zol_coreinfo_ok(&c));
	zol_coreinfo_text(&c, &s);
	assert_string_equal(zol_str_c(&s), "OSRELEASE=6.1.192-zolkit\n"
					   "BUILD-ID=0123abcd\n"
					   "PAGESIZE=4096\n"
					   "SYMBOL(_stext)=ffffffff94800000\n"
					   "SYMBOL(swapper_pg_dir)=ffffffff95e0a000\n"
					   "NUMBER(phys_base)=77594624\n"
					   "SYMBOL(init_top_pgt)=ffffffff95e0a000\n"
					   "NUMBER(pgtable_l5_enabled)=1\n"
					   "KERNELOFFSET=13800000\n");
}

UNIT(a_kernel_that_was_not_moved)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_coreinfo c = plain;

	c.build_id = NULL;
	c.phys_base = (uint64_t)-0x200000; /* it lies lower in memory than it was linked for */
	assert_true(zol_coreinfo_ok(&c));
	zol_coreinfo_text(&c, &s);
	assert_null(strstr(zol_str_c(&s), "BUILD-ID"));
	assert_non_null(strstr(zol_str_c(&s), "NUMBER(phys_base)=-2097152\n"));
	assert_non_null(strstr(zol_str_c(&s), "NUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=0\n"));
}

UNIT(what_no_kernel_says)
{
	struct zol_coreinfo c = plain;

	assert_true(zol_coreinfo_ok(&c));
	c.phys_base = 0x1000;
	assert_false(zol_coreinfo_ok(&c));
	c = plain;
	c.top_pgt++;
	assert_false(zol_coreinfo_ok(&c));
	c = plain;
	c.top_pgt = 0x1000;
	assert_false(zol_coreinfo_ok(&c));
	c = plain;
	c.stext = 0;
	assert_false(zol_coreinfo_ok(&c));
	c = plain;
	c.release = NULL;
	assert_false(zol_coreinfo_ok(&c));
	c.release = "";
	assert_false(zol_coreinfo_ok(&c));
}

UNIT_MAIN()
