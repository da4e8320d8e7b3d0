/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The map of a kernel from its memory alone: what vmlinux says about where things are, put together with
 * what is there (core/kwalk.h).
 */

#include "core/coreinfo.h"
#include "core/elf.h"
#include "core/kwalk.h"
#include "sys/mapfile.h"

/* What is needed of a vmlinux. */
struct zol_vmlinux {
	struct zol_mapfile file;
	char *path;
	char *build_id;                              /* NULL: it has none */
	char *release;                               /* from its linux_banner; NULL: it has none */
	uint64_t stext, modules, page_fault, banner; /* addresses of symbols; 0: it has none of them */
	uint64_t top_pgt, phys_base, five_levels; /* the kernel's page table, and the variables that say more of it */
	uint64_t notes, nnotes;                   /* of the section .notes */
	struct zol_klayout layout;
	bool has_layout;
};

void zol_vmlinux_free(struct zol_vmlinux *v) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(vmlinux, struct zol_vmlinux, zol_vmlinux_free);

int zol_vmlinux_open(const char *path, struct zol_vmlinux *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Finds out how struct module looks: from BTF, from the DWARF of vmlinux, from that of a module of the same
 * kernel (may be NULL). Kept below <cache>/debug by the build-id of vmlinux.
 */
int zol_vmlinux_layout(struct zol_vmlinux *v, const char *cache, const char *module, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/*
 * Fills the map, and *ret_slide. ZOL_VERIFY when the memory is that of another kernel: both ids are named.
 */
int zol_outside_map(const struct zol_vmlinux *v, const struct zol_kmem *mem, struct zol_modmap *map,
		    uint64_t *ret_slide, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/*
 * What VMCOREINFO would say, of which the caller knows release (borrowed) and slide; the build-id is borrowed from
 * v. ZOL_NEGATIVE when vmlinux has not the symbols, or the memory says what cannot be.
 */
int zol_outside_coreinfo(const struct zol_vmlinux *v, const struct zol_kmem *mem, const char *release, uint64_t slide,
			 struct zol_coreinfo *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 5, 6);
