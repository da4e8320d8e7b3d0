/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Walks a kernel's list of modules from outside, through anything that can read its memory: the gdbstub or
 * the monitor of QEMU. Nothing in the guest has to work for that, and nothing of what is read is trusted:
 * counts are limited, names checked, circles found.
 */

#include <stdint.h>

#include "core/klayout.h"
#include "core/modmap.h"

struct zol_kmem {
	void *ctx;
	/* Reads len bytes at a virtual address: 0, or ZOL_NEGATIVE when there is no memory, or another failure. */
	int (*read)(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err);
};

/*
 * By how much the kernel was moved (KASLR): the page fault's handler in the interrupt table, which has a fixed
 * address on x86-64 (linux:arch/x86/include/asm/cpu_entry_area.h CPU_ENTRY_AREA_RO_IDT), less where vmlinux
 * has it (symbol asm_exc_page_fault, page_fault before 5.8).
 */
int zol_kwalk_slide(const struct zol_kmem *mem, uint64_t page_fault, uint64_t *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* Adds all modules with their sections and build-ids; modules: address of the list's head in memory. */
int zol_kwalk_modules(const struct zol_kmem *mem, const struct zol_klayout *l, uint64_t modules, struct zol_modmap *map,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* The running kernel's build-id: its notes lie at addr, len bytes. Sets map->build_id when there is one. */
int zol_kwalk_build_id(const struct zol_kmem *mem, uint64_t addr, uint64_t len, struct zol_modmap *map,
		       struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* The release, from linux_banner ("Linux version 6.1.192 (...") at addr. Sets map->release when it is one. */
int zol_kwalk_release(const struct zol_kmem *mem, uint64_t addr, struct zol_modmap *map, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
