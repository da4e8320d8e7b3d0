/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The BPF Type Format, as section .BTF of a vmlinux or of a module has it: where a member of a
 * structure lies (linux:Documentation/bpf/btf.rst). Little endian only. Nothing is trusted: every
 * offset is checked when the types are indexed.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_btf {
	struct zol_span data;
	uint32_t *types; /* offset of type i + 1 in data */
	uint32_t ntypes;
	struct zol_span strings;
};

void zol_btf_free(struct zol_btf *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(btf, struct zol_btf, zol_btf_free);

/* Indexes the types; data must stay as long as ret. ZOL_MALFORMED says what is wrong. */
int zol_btf_open(struct zol_span data, struct zol_btf *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * Offset in bytes of a member of "struct <type>": path names members of members ("grp.bin_attrs"), looks into
 * unnamed structures and unions, and takes an array for its first element. False: there is none, or it is
 * no whole byte.
 */
bool zol_btf_offset(const struct zol_btf *b, const char *type, const char *path, uint64_t *ret) ZOL_NONNULL(1, 2, 3, 4);
/* Size in bytes of "struct <type>". */
bool zol_btf_size(const struct zol_btf *b, const char *type, uint64_t *ret) ZOL_NONNULL(1, 2, 3);
