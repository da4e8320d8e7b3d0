/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where a running kernel and its modules lie in memory. The text, as the agent in the guest prints it:
 *
 *	zolkit-map 1
 *	release 6.1.192-zolkit
 *	kernel BUILD-ID|-
 *	symbol _stext ffffffff81000000
 *	module zfs 6131712 Live ffffffffc0024000 BUILD-ID|-
 *	section .text ffffffffc0024000
 *
 * Sections belong to the module before them. What others print is read, too, in any mixture: lines of
 * /proc/modules, "zfs .text 0xffffffffc0024000", and what `grep -H . /sys/module/zfs/sections/.[a-z]*` prints.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_MODMAP_MODULES 4096U  /* more than any kernel has loaded */
#define ZOL_MODMAP_SECTIONS 4096U /* of one module; ELF has at most 65279 */
#define ZOL_MODULE_NAME 56U       /* linux:include/linux/module.h MODULE_NAME_LEN, NUL included */

struct zol_kmod_section {
	char *name;
	uint64_t addr;
};

struct zol_kmod {
	char *name;     /* as the kernel has it: with "_", never "-" */
	char *build_id; /* hexadecimal, or NULL */
	uint64_t size;
	uint64_t base; /* of its code; 0: not known */
	bool loading;  /* its init sections are still there */
	struct zol_kmod_section *sections;
	size_t nsections;
};

/* Zero-initialise. */
struct zol_modmap {
	char *release;  /* uname -r, or NULL */
	char *build_id; /* of vmlinux, or NULL */
	uint64_t stext; /* address of _stext in memory; 0: not known */
	struct zol_kmod *mods;
	size_t nmods;
};

void zol_modmap_free(struct zol_modmap *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(modmap, struct zol_modmap, zol_modmap_free);

/*
 * Reads any of the forms above. ZOL_MALFORMED names the line. Names are checked: they will be words of a gdb
 * script. A second line on a module or section replaces the first.
 */
int zol_modmap_parse(struct zol_span text, struct zol_modmap *m, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * Adds the build-ids of modules of m from lines "NAME HEX", where HEX are the bytes of the module's file
 * notes/.note.gnu.build-id in /sys/module. Lines that hold none, or of other modules, are passed over.
 */
int zol_modmap_notes(struct zol_modmap *m, struct zol_span text, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3);

/* Appends the text in its first form; parsing it gives the same map. */
void zol_modmap_text(const struct zol_modmap *m, struct zol_str *out) ZOL_NONNULL(1, 2);

/* The module of this name ("-" and "_" are the same), made when make says so; NULL: none, or out of memory. */
struct zol_kmod *zol_modmap_module(struct zol_modmap *m, struct zol_span name, bool make) ZOL_NONNULL(1);
/* Adds or replaces a section. ENOMEM or ZOL_MALFORMED when there are too many. */
int zol_kmod_section(struct zol_kmod *k, struct zol_span name, uint64_t addr, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4);
/* Address of a section; 0: it has none of that name. */
uint64_t zol_kmod_addr(const struct zol_kmod *k, const char *section) ZOL_NONNULL(1, 2);

/*
 * Whether addresses can be used: ZOL_NEGATIVE when all that is known of a module is 0, as the kernel shows
 * them to those who may not see them (kptr_restrict, no CAP_SYSLOG).
 */
int zol_modmap_check(const struct zol_modmap *m, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* A section that is in memory no more once the module runs: its memory belongs to others then. */
bool zol_kmod_section_freed(const struct zol_kmod *k, const char *section) ZOL_NONNULL(1, 2);

/* Names of modules (letters, digits, "_", "-", shorter than 56) and of sections (no blank, quote, control). */
bool zol_kmod_name_ok(struct zol_span name);
bool zol_kmod_section_ok(struct zol_span name);
/* Whether two names mean the same module. */
bool zol_kmod_same(struct zol_span a, struct zol_span b);
