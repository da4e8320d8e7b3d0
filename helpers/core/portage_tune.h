/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What Portage's settings should be on a host, and the templates (conf/portage) they go into. */

#include <stdint.h>

#include "base/str.h"

struct zol_tune_host {
	unsigned cpus;   /* that we may use; 0 counts as 1 */
	uint64_t memory; /* bytes; 0: not known */
	unsigned jobs;   /* asked for; 0: find out */
};

struct zol_tune {
	unsigned jobs;        /* make -j */
	unsigned load;        /* make -l, emerge --load-average */
	unsigned emerge_jobs; /* packages at a time */
	unsigned ccache_gib;  /* size of the compiler cache */
	unsigned zstd;        /* threads that compress a binary package */
};

/*
 * The parallel jobs of one package: one a CPU, but no more than one for each 2 GiB of memory, which
 * is what a C++ compiler may take. Packages at a time: one for each 4 CPUs and 8 GiB. The cache: half
 * of the memory, between 2 and 20 GiB: ZFS and a kernel for each of some branches.
 */
void zol_tune(const struct zol_tune_host *host, struct zol_tune *ret) ZOL_NONNULL(1, 2);

/* Appends the flags of CPU_FLAGS_X86 (profiles/desc/cpu_flags_x86.desc) that cpuinfo's first CPU has. */
void zol_tune_cpu_flags(struct zol_span cpuinfo, struct zol_str *ret) ZOL_NONNULL(2);

/* A word of a template. value NULL or "": not set. */
struct zol_tune_word {
	const char *name, *value;
};

/*
 * Appends a template with @NAME@ replaced. A line "@?NAME rest" is the rest when NAME is set, else nothing;
 * "@!NAME rest" the other way round. ZOL_MALFORMED for a name that is none of the words, with the line's number.
 */
int zol_tune_template(struct zol_span text, const struct zol_tune_word *words, size_t n, struct zol_str *ret,
		      struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(4, 5);
