/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a recording of a machine would leave unresolved, and why: from what its files say. */

#include "core/elf.h"

enum zol_flame_state { ZOL_FLAME_OK, ZOL_FLAME_WARN, ZOL_FLAME_BAD };

struct zol_flame_finding {
	const char *check; /* "modules" */
	enum zol_flame_state state;
	char *detail;
	const char *remedy; /* what to do, or NULL */
};

/* Zero-initialise. */
struct zol_flame_findings {
	struct zol_flame_finding *v;
	size_t len, cap;
	bool oom; /* sticky */
};

void zol_flame_findings_free(struct zol_flame_findings *f) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(flame_findings, struct zol_flame_findings, zol_flame_findings_free);

void zol_flame_findings_add(struct zol_flame_findings *f, const char *check, enum zol_flame_state state,
			    const char *remedy, const char *detail, ...) ZOL_NONNULL(1, 2, 5) ZOL_PRINTF(5, 6);

/* Texts as they were read there; len 0: could not be read. */
struct zol_flame_facts {
	struct zol_span perf;       /* perf version */
	struct zol_span paranoid;   /* /proc/sys/kernel/perf_event_paranoid */
	struct zol_span restricted; /* /proc/sys/kernel/kptr_restrict */
	struct zol_span kallsyms;
	struct zol_span modules;   /* begins as /proc/modules */
	struct zol_span build_ids; /* "NAME HEX" lines, HEX the notes of the kernel or of a module */
	bool root;                 /* who records is root */
};

/*
 * Adds a finding for each: perf, permissions, addresses of the kernel, its unwinder, each module whose
 * functions were stripped, build-ids. A module is taken for stripped when it has less than a function for
 * 600 bytes of code: zfs.ko has one for 284, for 878 after strip --strip-unneeded, which file(1) does
 * not tell.
 */
int zol_flame_check(const struct zol_flame_facts *facts, struct zol_flame_findings *f, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Whether the functions of a user program or library (name) set up frame pointers. */
void zol_flame_check_program(struct zol_span file, const char *name, struct zol_flame_findings *f) ZOL_NONNULL(2, 3);
