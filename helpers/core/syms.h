/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Symbols sorted by address, for asking which one an address lies in. Of several at one address the
 * one stays that perf would print (linux:tools/perf/util/symbol.c, choose_best_symbol).
 */

#include <stdint.h>

#include "base/str.h"

enum zol_sym_rank {
	ZOL_SYM_WEAK,
	ZOL_SYM_LOCAL,
	ZOL_SYM_GLOBAL,
};

struct zol_sym {
	uint64_t start;
	uint64_t end;     /* behind its last byte; found by sorting when its size was 0 */
	const char *name; /* borrowed */
	uint32_t len;
	uint16_t group; /* of the caller: the module, say */
	uint8_t rank;   /* enum zol_sym_rank */
	bool sized;
	bool code;    /* the caller may set it: a function */
	uint32_t seq; /* its place before sorting */
};

struct zol_syms {
	struct zol_sym *v;
	size_t len, cap;
	bool sorted, oom; /* sticky */
};

void zol_syms_free(struct zol_syms *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(syms, struct zol_syms, zol_syms_free);

/* size 0: up to the next symbol. */
void zol_syms_add(struct zol_syms *s, uint64_t start, uint64_t size, struct zol_span name, enum zol_sym_rank rank,
		  uint16_t group) ZOL_NONNULL(1);

/*
 * Sorts, drops what is second at its address, and gives ends to those without a size: the next symbol
 * of the group, else the end of the page. ZOL_SYSTEM/ENOMEM when an earlier call had no memory.
 */
int zol_syms_sort(struct zol_syms *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* The symbol that the address lies in, or NULL. */
const struct zol_sym *zol_syms_find(const struct zol_syms *s, uint64_t addr) ZOL_NONNULL(1);
