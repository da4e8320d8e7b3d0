/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/ktrace.h"
#include "unit.h"

static void one(const char *line, const char *symbol, uint64_t offset, const char *module)
{
	struct zol_kframe f;
	size_t pos = 0;

	if (!zol_ktrace_next(zol_span_c(line), &pos, &f))
		fail_msg("no frame in %s", line);
	if (!zol_span_eq(f.symbol, symbol) || !zol_span_eq(f.module, module))
		fail_msg("%s: %.*s of %.*s", line, (int)f.symbol.len, f.symbol.ptr, (int)f.module.len, f.module.ptr);
	assert_int_equal(f.offset, offset);
	assert_false(zol_ktrace_next(zol_span_c(line), &pos, &f));
}

static void none(const char *line)
{
	struct zol_kframe f;
	size_t pos = 0;

	assert_false(zol_ktrace_next(zol_span_c(line), &pos, &f));
	assert_int_equal(pos, strlen(line));
}

UNIT(frames_of_all_kinds)
{
	one(" spa_sync+0x1a2/0x1120 [zfs]", "spa_sync", 0x1a2, "zfs");
	one("[   12.345678]  ? kthread+0xe9/0x110", "kthread", 0xe9, "");
	one("<4>[ 1.0][ T12] dbuf_find.isra.0+0x12/0x340 [zfs]", "dbuf_find.isra.0", 0x12, "zfs");
	one(" [<ffffffff81234567>] vfs_read+0x9/0x150", "vfs_read", 9, "");
	one(" x+0x1/0x2 [snd-hda]\r", "x", 1, "snd-hda");
	one(" x+0x1/0x2 [unfinished", "x", 1, "");
	one(" x+0x1/0x2 []", "x", 1, "");
	one(" x+0x1/0x2 more", "x", 1, "");
}

UNIT(what_is_none)
{
	none("");
	none("a+b");
	none("x+0x/0x2");
	none("x+0x1");
	none("x+0x1/2");
	none("+0x1/0x2");
	none("RIP: 0033:0x47b7a0");
	none("x+0xfffffffffffffffff/0x1");
	none("1+1+1+");
}

UNIT(build_ids_are_taken_along)
{
	struct zol_kframe f;
	size_t pos = 0;
	const char *line = " spa_sync+0x1a2/0x1120 [zfs 0123456789abcdef]: tail";

	assert_true(zol_ktrace_next(zol_span_c(line), &pos, &f));
	assert_true(zol_span_eq(f.module, "zfs"));
	assert_true(zol_span_eq(f.build_id, "0123456789abcdef"));
	assert_string_equal(line + f.end, ": tail");
	assert_int_equal(f.size, 0x1120);
}

UNIT(where_it_was_executing_is_told_from_where_it_returns)
{
	struct zol_kframe f;
	size_t pos = 0;

	assert_true(zol_ktrace_next(zol_span_c("RIP: 0010:spa_sync+0x9/0x1120 [zfs]"), &pos, &f));
	assert_true(f.exact);
	pos = 0;
	assert_true(zol_ktrace_next(zol_span_c(" spa_sync+0x9/0x1120"), &pos, &f));
	assert_false(f.exact);
	pos = 0;
	assert_true(zol_ktrace_next(zol_span_c("pc : spa_sync+0x9/0x1120"), &pos, &f));
	assert_true(f.exact);
	pos = 0;
	assert_true(zol_ktrace_next(zol_span_c(" spa_sync+0x0/0x1120"), &pos, &f));
	assert_true(f.exact);
}

UNIT(every_architecture_names_its_counter)
{
	static const char *const lines[] = {
		"EIP: spa_sync+0x9/0x1120",
		"PC is at spa_sync+0x9/0x1120 [zfs]",
		"NIP [c0000000001234] spa_sync+0x9/0x1120",
		"epc : spa_sync+0x9/0x1120 [zfs]",
		"Krnl PSW : 0704c00180000000 00000000001135b6 (spa_sync+0x9/0x1120 [zfs])",
	};
	struct zol_span both = zol_span_c("epc : spa_sync+0x9/0x1120 ra : txg_sync+0x8/0x200");
	struct zol_kframe f;
	size_t pos;

	for (size_t i = 0; i < ZOL_COUNT(lines); i++) {
		pos = 0;
		assert_true(zol_ktrace_next(zol_span_c(lines[i]), &pos, &f));
		assert_true(f.exact);
	}
	/* what stands behind it on the line is none */
	pos = 0;
	assert_true(zol_ktrace_next(both, &pos, &f));
	assert_true(zol_ktrace_next(both, &pos, &f));
	assert_true(zol_span_eq(f.symbol, "txg_sync"));
	assert_false(f.exact);
}

UNIT(several_in_a_line)
{
	struct zol_kframe f;
	size_t pos = 0;
	struct zol_span line = zol_span_c("lock at: a+0x1/0x2 [zfs] from b+0x3/0x4");

	assert_true(zol_ktrace_next(line, &pos, &f));
	assert_true(zol_span_eq(f.symbol, "a"));
	assert_true(zol_ktrace_next(line, &pos, &f));
	assert_true(zol_span_eq(f.symbol, "b"));
	assert_int_equal(f.end, line.len);
	assert_false(zol_ktrace_next(line, &pos, &f));
}

UNIT_MAIN()
