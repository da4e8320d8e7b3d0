/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The console classifier: what a guest's console or a saved kernel log says went wrong. ZFS's own
 * failures come first (a failed VERIFY halts only its thread and prints no "BUG"), then the kernel's
 * of x86, arm, arm64, riscv, powerpc, s390, mips and um. Fed in pieces as they come; the memory is
 * bounded (ZOL_FINDINGS findings of ZOL_FINDING_LINES lines), however long the log or a line is.
 *
 * Lines may carry what printk, a journal or a serial line puts around them: "<4>", time, "[T123]" or
 * "[C0]" (lines of other callers are kept out of a report), a syslog header, CR, ANSI sequences, a
 * prompt or half a line of another CPU in front. An event is one finding with all its parts: the
 * list check, the BUG, the oops, the trace and the panic that follows.
 *
 * Texts: linux:kernel/panic.c, lib/bug.c, mm/kasan/report.c, mm/kfence/report.c, mm/kmsan/report.c,
 * kernel/kcsan/report.c, lib/ubsan.c, kernel/locking/lockdep.c, kernel/rcu/tree_stall.h,
 * kernel/watchdog.c, kernel/hung_task.c, mm/oom_kill.c, mm/page_alloc.c, mm/slub.c, lib/list_debug.c,
 * lib/refcount.c, arch/ * /kernel/traps.c and mm/fault.c; openzfs/zfs:module/os/linux/spl/spl-err.c,
 * include/os/linux/spl/sys/debug.h, module/zfs/{spa_misc,zio,mmp,vdev}.c, module/os/linux/zfs/vdev_disk.c.
 */

#include <stdint.h>

#include "base/str.h"

/* In the order of the issue; the names are stable: they stand in results and baselines. */
enum zol_finding_kind {
	ZOL_FIND_NONE,
	ZOL_FIND_ZFS_PANIC,     /* VERIFY, ASSERT, PANIC at file:line:function() */
	ZOL_FIND_ZFS_SUSPENDED, /* a pool was suspended */
	ZOL_FIND_ZFS_DEADMAN,   /* I/O or a sync that does not end */
	ZOL_FIND_ZFS_IO,        /* zio pool=... vdev=... error=... */
	ZOL_FIND_PANIC,         /* a panic that nothing else explains */
	ZOL_FIND_OOPS,
	ZOL_FIND_NULL,       /* NULL pointer dereference */
	ZOL_FIND_PAGE_FAULT, /* a bad address */
	ZOL_FIND_GPF,
	ZOL_FIND_BUG,  /* BUG() and "BUG: ..." that have no kind of their own */
	ZOL_FIND_TRAP, /* divide error, invalid opcode, alignment, ... */
	ZOL_FIND_DOUBLE_FAULT,
	ZOL_FIND_STACK, /* stack overflow or corruption */
	ZOL_FIND_WARN,
	ZOL_FIND_KASAN,
	ZOL_FIND_UBSAN,
	ZOL_FIND_KFENCE,
	ZOL_FIND_KMSAN,
	ZOL_FIND_KCSAN,
	ZOL_FIND_LEAK,    /* kmemleak */
	ZOL_FIND_LOCKDEP, /* lockdep and the lock debugging */
	ZOL_FIND_ATOMIC,  /* scheduling while atomic, sleeping in atomic context */
	ZOL_FIND_RCU_STALL,
	ZOL_FIND_SOFT_LOCKUP,
	ZOL_FIND_HARD_LOCKUP,
	ZOL_FIND_HUNG_TASK,
	ZOL_FIND_OOM,
	ZOL_FIND_PAGE_ALLOC,
	ZOL_FIND_REFCOUNT,
	ZOL_FIND_LIST,
	ZOL_FIND_BAD_PAGE, /* page and slab corruption */
	ZOL_FIND_USERCOPY,
	ZOL_FIND_DEBUGOBJ, /* ODEBUG */
	ZOL_FIND_FS,       /* a file system reports corruption or shuts down */
	ZOL_FIND_IO,       /* block layer */
	ZOL_FIND_NET,      /* unregister_netdevice waits */
	ZOL_FIND_HARDWARE, /* machine check */
	ZOL_FIND_REBOOT,   /* it starts again without having said so */
	ZOL_FIND_KINDS
};

/* "zfs-panic", "null-deref", ... */
const char *zol_finding_kind_name(enum zol_finding_kind kind);
/* What it is, in words. */
const char *zol_finding_kind_text(enum zol_finding_kind kind);
/* The larger, the worse: 4 the kernel cannot go on, 3 memory or a thread is lost, 2 a defect was seen, 1 to be noted. */
unsigned zol_finding_severity(enum zol_finding_kind kind);

#define ZOL_FINDINGS 64U       /* kept; later ones are only counted */
#define ZOL_FINDING_LINES 100U /* of an excerpt */

struct zol_finding {
	enum zol_finding_kind kind;
	bool stopped;    /* the kernel has panicked over it */
	char *title;     /* the line that says it, without what printk puts before */
	char *function;  /* where, or NULL */
	char *module;    /* of the function, or NULL: built in, or not known */
	char *place;     /* "spa_sync+0x21/0x8d0" for a resolver, or NULL */
	char *file;      /* source file as the kernel or a resolver names it, or NULL */
	unsigned line;   /* in file; 0: not known */
	char *inlined;   /* the function that the line is in when it was inlined into the other, or NULL */
	uint64_t at;     /* line of the log, from 1 */
	uint64_t offset; /* bytes before that line */
	uint64_t times;  /* the same again: counted here */
	struct zol_strv excerpt;
};

struct zol_console_find;

int zol_console_find_new(struct zol_console_find **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_console_find_free(struct zol_console_find *f);
ZOL_CLEANUP_PTR(console_find, struct zol_console_find *, zol_console_find_free);

/*
 * The next bytes, cut anywhere. Returns true when a finding began or the one that is open got worse
 * (it may still gain its function and lines). Memory that is short loses excerpts, never findings.
 */
bool zol_console_find_feed(struct zol_console_find *f, const void *data, size_t len) ZOL_NONNULL(1);

/* The end of the log, or of the test: the line and the finding that are open are complete. Feeding may go on. */
void zol_console_find_end(struct zol_console_find *f) ZOL_NONNULL(1);

/* How many findings there are and those that are kept, in the order of the log; the open one is the last. */
size_t zol_console_find_count(const struct zol_console_find *f) ZOL_NONNULL(1);
const struct zol_finding *zol_console_find_get(const struct zol_console_find *f, size_t i) ZOL_NONNULL(1);
/* The first of those with the highest severity (stopped counts most), or NULL. */
const struct zol_finding *zol_console_find_worst(const struct zol_console_find *f) ZOL_NONNULL(1);
/* Findings beyond ZOL_FINDINGS. */
uint64_t zol_console_find_dropped(const struct zol_console_find *f) ZOL_NONNULL(1);
/* Lines seen. */
uint64_t zol_console_find_lines(const struct zol_console_find *f) ZOL_NONNULL(1);

/* Release of the kernel that said last which one it is; NULL: none has. */
const char *zol_console_find_release(const struct zol_console_find *f) ZOL_NONNULL(1);

/*
 * What a resolver made of the place of finding i, which is complete: the file is copied, inlined may be NULL.
 * A file that the kernel itself has named stays.
 */
int zol_console_find_locate(struct zol_console_find *f, size_t i, struct zol_span inlined, struct zol_span file,
			    unsigned line, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 6);

/* "kind: function [module] at file:line (inlined function): title", as one line; appended. */
void zol_finding_text(const struct zol_finding *v, struct zol_str *text) ZOL_NONNULL(1, 2);

/* The texts that begin a finding, for the bench that compares with grep -f; NULL beyond the last. */
const char *zol_console_find_pattern(size_t i);
