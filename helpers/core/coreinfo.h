/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * VMCOREINFO: what debuggers want to know of a kernel before they can read a dump of its memory, and which the
 * kernel hands to QEMU only when it has CONFIG_FW_CFG_SYSFS and a reason to make it (CONFIG_PROC_KCORE or
 * KEXEC). linux:Documentation/admin-guide/kdump/vmcoreinfo.rst; osandov/drgn:libdrgn/
 * drgn_program_parse_vmcoreinfo.inc.strswitch says what of it is needed.
 */

#include <stdint.h>

#include "base/str.h"

/* Addresses are those in memory, that is, after KASLR. */
struct zol_coreinfo {
	const char *release, *build_id; /* build_id: NULL when there is none */
	uint64_t top_pgt;               /* init_top_pgt, as a virtual address */
	uint64_t stext, phys_base, slide;
	bool five_levels; /* of page tables */
};

/* Whether a kernel can have this: a phys_base is a multiple of 2 MiB, up or down, the table one of pages. */
bool zol_coreinfo_ok(const struct zol_coreinfo *c) ZOL_NONNULL(1);

/* Appends the text. */
void zol_coreinfo_text(const struct zol_coreinfo *c, struct zol_str *out) ZOL_NONNULL(1, 2);
