/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_priv.h"

#include "unit.h"

ZOL_CLEANUP_PTR(prefilter, struct zol_console_prefilter *, zol_console_prefilter_free);

/* The rule's text that the line says, or NULL. */
static const char *said(const struct zol_console_prefilter *p, const char *line, size_t *at)
{
	struct zol_span caller;
	size_t prefix = zol_console_prefix(zol_span_c(line), &caller);
	const struct zol_console_rule *r = zol_console_match(p, zol_span_c(line), prefix, at);

	return r ? r->text : NULL;
}

UNIT(what_stands_before_decides)
{
	static const struct {
		const char *line, *want;
	} t[] = {
		{ "BUG: something", "BUG: " },
		{ "[    1.0] BUG: something", "BUG: " },
		{ "mm: BUG: something", "BUG: " },
		{ "/ # BUG: something", "BUG: " },
		{ "half a line [    2.0] BUG: something", "BUG: " },
		{ "----BUG: something", "BUG: " },
		{ "-BUG: something", NULL },
		{ "\033[1mred\033[0m BUG: something", "BUG: " },
		{ "we say BUG: something", NULL },
		{ "DEBUG: something", NULL },
		{ "my_BUG: something", NULL },
		{ "grep 'BUG: '", NULL },
		{ "grep \"Kernel panic - not syncing\"", NULL },
		{ "text=Kernel panic - not syncing", NULL },
		{ "half a lineBUG: KASAN: x in y", "BUG: KASAN: " },
		{ "we say BUG: KASAN: x in y", "BUG: KASAN: " },
		{ "DEBUG: KASAN: x in y", NULL },
		{ "VERIFY(a) failed", "VERIFY(" },
		{ "/ # VERIFY(a) failed", "VERIFY(" },
		{ "test: VERIFY(a) failed", NULL },
		{ "VERIFY(a) is well", NULL },
		{ "zfs: INIT: PANIC: x", NULL },
		{ "traps: z[1] general protection fault ip:7f sp:1 error:0", NULL },
		{ "general protection fault: 0000 [#1]", "general protection fault" },
		{ "WARNING: Pool 't' was suspended and is being resumed", NULL },
		{ "WARNING: Pool 't' has been suspended", "WARNING: Pool '" },
		{ "XFS (vda): WARNING: Corruption is nothing", NULL },
		{ "fine", NULL },
		{ "", NULL },
	};
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		size_t at = 999;
		const char *got = said(p, t[i].line, &at);

		if (!got != !t[i].want)
			fail_msg("%s", t[i].line);
		if (!t[i].want) {
			assert_null(got);
			continue;
		}
		assert_string_equal(got, t[i].want);
		assert_memory_equal(t[i].line + at, got, strlen(got));
	}
}

UNIT(what_is_said_further_refines_the_kind)
{
	static const struct {
		const char *line;
		enum zol_finding_kind want;
	} t[] = {
		{ "Kernel panic - not syncing: Fatal exception", ZOL_FIND_PANIC },
		{ "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: zfs_f", ZOL_FIND_STACK },
		{ "Kernel panic - not syncing: VERIFY(x) failed", ZOL_FIND_ZFS_PANIC },
		{ "Kernel panic - not syncing: hung_task: blocked tasks", ZOL_FIND_HUNG_TASK },
		{ "Kernel panic - not syncing: RCU Stall", ZOL_FIND_RCU_STALL },
		{ "Kernel panic - not syncing: Out of memory: x", ZOL_FIND_OOM },
		{ "WARNING: CPU: 0 PID: 1 at lib/refcount.c:28 f", ZOL_FIND_REFCOUNT },
		{ "WARNING: CPU: 0 PID: 1 at kernel/locking/lockdep.c:28 f", ZOL_FIND_LOCKDEP },
		{ "WARNING: CPU: 0 PID: 1 at fs/inode.c:28 f", ZOL_FIND_WARN },
		{ "kernel BUG at lib/list_debug.c:28!", ZOL_FIND_LIST },
		{ "kernel BUG at fs/a.c:28!", ZOL_FIND_BUG },
		{ "Internal error: Oops - BUG: 0 [#1] SMP", ZOL_FIND_BUG },
		{ "Internal error: Oops: 17 [#1] SMP", ZOL_FIND_OOPS },
		{ "Oops - undefined instruction: 0 [#1]", ZOL_FIND_TRAP },
	};
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		size_t at;
		const struct zol_console_rule *r = zol_console_match(p, zol_span_c(t[i].line), 0, &at);

		assert_non_null(r);
		assert_int_equal(zol_console_refine(r, zol_span_c(t[i].line)), t[i].want);
	}
}

UNIT(the_first_line_may_say_where)
{
	static const struct {
		const char *line, *function, *module, *file;
		unsigned number;
	} t[] = {
		{ "PANIC at spa.c:12:spa_sync()", "spa_sync", "", "spa.c", 12 },
		{ "SPLError: 1:0:(dbuf.c:9:dbuf_x()) VERIFY(x) failed", "dbuf_x", "", "dbuf.c", 9 },
		{ "kernel BUG at fs/inode.c:612!", "", "", "fs/inode.c", 612 },
		{ "WARNING: CPU: 3 PID: 99 at fs/a.c:1 f+0x1/0x2 [zfs]", "f", "zfs", "fs/a.c", 1 },
		{ "WARNING: at fs/a.c:1 f+0x1/0x2()", "f", "", "fs/a.c", 1 },
		{ "WARNING: fs/a.c:1 at f+0x1/0x2 [zfs], CPU#1: x/2", "f", "zfs", "fs/a.c", 1 },
		{ "BUG: KASAN: use-after-free in f+0x1/0x2 [zfs]", "f", "zfs", "", 0 },
		{ "BUG: KASAN: use-after-free in f at addr 1", "f", "", "", 0 },
		{ "BUG: KCSAN: data-race in f / g", "f", "", "", 0 },
		{ "BUG: KMSAN: uninit-value", "", "", "", 0 },
		{ "UBSAN: shift-out-of-bounds in a/b.c:40:12", "", "", "a/b.c", 40 },
		{ "Kernel stack is corrupted in: f+0x1/0x2", "f", "", "", 0 },
		{ "Kernel panic - not syncing: Kernel stack is corrupted in: f+0x1", "f", "", "", 0 },
		{ "XFS: Assertion failed: a > b, file: fs/xfs/x.c, line: 12", "", "", "fs/xfs/x.c", 12 },
		{ "XFS (vda): Internal error X at line 12 of file fs/xfs/x.c.  Caller f+0x1/0x2 [xfs]", "f", "xfs",
		  "fs/xfs/x.c", 12 },
		{ "EXT4-fs error (device vda): ext4_x:1: no", "", "", "", 0 },
		{ "BUG: soft lockup - CPU#0 stuck for 22s!", "", "", "", 0 },
	};
	ZOL_AUTO(prefilter) struct zol_console_prefilter *p = zol_console_prefilter_new();

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		struct zol_console_where w;
		size_t at = 0;
		struct zol_span line = zol_span_c(t[i].line);
		const struct zol_console_rule *r = zol_console_match(p, line, 0, &at);

		assert_non_null(r);
		zol_console_where_read(r, zol_span(line.ptr + at, line.len - at), &w);
		assert_true(zol_span_eq(w.function, t[i].function));
		assert_true(zol_span_eq(w.module, t[i].module));
		assert_true(zol_span_eq(w.file, t[i].file));
		assert_int_equal(w.line, t[i].number);
	}
}

UNIT_MAIN()
