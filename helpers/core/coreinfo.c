/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coreinfo.h"

#include <inttypes.h>

#define PAGE 4096U
#define LARGE_PAGE (2U << 20)
#define KERNEL_MAP 0xffffffff80000000U /* linux:arch/x86/include/asm/page_64_types.h __START_KERNEL_map */

bool zol_coreinfo_ok(const struct zol_coreinfo *c)
{
	return c->release && *c->release && c->top_pgt >= KERNEL_MAP && c->top_pgt % PAGE == 0 &&
	       c->stext >= KERNEL_MAP && c->phys_base % LARGE_PAGE == 0;
}

void zol_coreinfo_text(const struct zol_coreinfo *c, struct zol_str *out)
{
	zol_str_printf(out, "OSRELEASE=%s\n", c->release);
	if (c->build_id)
		zol_str_printf(out, "BUILD-ID=%s\n", c->build_id);
	zol_str_printf(out, "PAGESIZE=%u\n", PAGE);
	zol_str_printf(out, "SYMBOL(_stext)=%" PRIx64 "\n", c->stext);
	zol_str_printf(out, "SYMBOL(swapper_pg_dir)=%" PRIx64 "\n", c->top_pgt);
	zol_str_printf(out, "NUMBER(phys_base)=%" PRId64 "\n", (int64_t)c->phys_base);
	zol_str_printf(out, "SYMBOL(init_top_pgt)=%" PRIx64 "\n", c->top_pgt);
	zol_str_printf(out, "NUMBER(pgtable_l5_enabled)=%d\n", c->five_levels);
	zol_str_printf(out, "KERNELOFFSET=%" PRIx64 "\n", c->slide);
}
