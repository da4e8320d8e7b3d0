/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The guest's memory through QEMU's monitor (memsave), which works whether the VM runs or stands still, and
 * while a debugger holds the gdbserver. A page at a time; those that were read are kept.
 */

#include "core/kwalk.h"
#include "sys/qmp.h"

#define ZOL_MONMEM_PAGES 64U

struct zol_monmem {
	struct zol_qmp *q;
	char *file; /* what QEMU writes and we read */
	struct {
		uint64_t addr;
		char *bytes;
	} pages[ZOL_MONMEM_PAGES];
	size_t next;
};

/* dir: a directory that QEMU can write to. The connection stays the caller's. */
int zol_monmem_init(struct zol_monmem *m, struct zol_qmp *q, const char *dir, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
void zol_monmem_free(struct zol_monmem *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(monmem, struct zol_monmem, zol_monmem_free);

struct zol_kmem zol_monmem_mem(struct zol_monmem *m) ZOL_NONNULL(1);
