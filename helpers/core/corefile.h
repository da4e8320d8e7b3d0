/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Cores of programs (elf(5), linux:fs/binfmt_elf.c): which program it was, by its notes. */

#include "core/elf.h"

struct zol_corefile {
	struct zol_span exe;  /* path of the program, as its namespace named it; empty: the core does not tell */
	struct zol_span name; /* at most 15 bytes (NT_PRPSINFO) */
	struct zol_span args; /* at most 79 bytes */
	int signal;           /* that killed it; 0: not known */
	uint64_t entry;       /* of the program in memory (NT_AUXV); 0: not known */
	char build_id[ZOL_BUILD_ID_TEXT]; /* of the program, when the core has its first page; "": it has not */
};

/* ZOL_MALFORMED for what is no core of a 64-bit program. Spans are borrowed from the file. */
int zol_corefile_read(struct zol_span file, struct zol_corefile *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
