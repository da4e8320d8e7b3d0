/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_priv.h"

#include "unit.h"

static const char *str(struct zol_span a, char buf[200])
{
	memcpy(buf, a.len ? a.ptr : "", a.len < 199 ? a.len : 199);
	buf[a.len < 199 ? a.len : 199] = '\0';
	return buf;
}

UNIT(prefixes_are_known)
{
	static const struct {
		const char *line, *rest, *caller;
	} t[] = {
		{ "text", "text", "" },
		{ "[    1.234567] text", "text", "" },
		{ "[    1.234567][  T123] text", "text", "T123" },
		{ "[    1.234567] [C0] text", "text", "C0" },
		{ "<4>[    1.2] text", "text", "" },
		{ "<30>text", "text", "" },
		{ "\r\r[ 1] text", "text", "" },
		{ "\033[1;31m[ 1.0] text", "text", "" },
		{ "Nov 22 15:35:00 host kernel: [ 1.0] text", "text", "" },
		{ "2026-11-22T15:35:00.03+00:00 host kernel: text", "text", "" },
		{ "kernel: text", "text", "" },
		{ "[   38.018742]  [4:  system_server: 3344] text", "text", "4:  system_server: 3344" },
		{ "[ ok ] text", "[ ok ] text", "" },
		{ "[pid 12] text", "[pid 12] text", "" },
		{ "[T] text", "[T] text", "" },
		{ "[12ab] text", "[12ab] text", "" },
		{ "[] text", "[] text", "" },
		{ "[12", "[12", "" },
		{ "<4", "<4", "" },
		{ "<>x", "<>x", "" },
		{ "the kernel: text", "the kernel: text", "" },
		{ "a: the kernel: text", "a: the kernel: text", "" },
		{ "\033[", "\033[", "" },
		{ "   ", "", "" },
		{ "", "", "" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		struct zol_span caller;
		char buf[200];

		assert_string_equal(t[i].line + zol_console_prefix(zol_span_c(t[i].line), &caller), t[i].rest);
		assert_string_equal(str(caller, buf), t[i].caller);
	}
}

UNIT(a_text_at_null_has_no_prefix)
{
	struct zol_span caller;

	assert_int_equal(zol_console_prefix(zol_span(NULL, 0), &caller), 0);
	assert_int_equal(caller.len, 0);
}

UNIT(frames_of_all_architectures_are_read)
{
	static const struct {
		const char *line, *name, *module, *place;
		bool doubtful, counter;
	} t[] = {
		{ "spa_sync+0x21/0x8d0 [zfs]", "spa_sync", "zfs", "spa_sync+0x21/0x8d0", false, false },
		{ "? spa_sync+0x21/0x8d0", "spa_sync", "", "spa_sync+0x21/0x8d0", true, false },
		{ "f.isra.0+0x2/0x8 [zfs 0123abcd]", "f", "zfs", "f.isra.0+0x2/0x8", false, false },
		{ "g.cold+0x2/0x8 [zfs(PO)]", "g", "zfs", "g.cold+0x2/0x8", false, false },
		{ "[<ffffffff81000000>] h+0x1/0x2", "h", "", "h+0x1/0x2", false, false },
		{ "[<ffffffff81000000>] ? h+0x1/0x2", "h", "", "h+0x1/0x2", true, false },
		{ "[<c0234567>] (i+0x10/0x80) from [<c0223344>] (j+0x1a4/0x4b0)", "i", "", "i+0x10/0x80", false,
		  false },
		{ "[c0000001e3b9f9d0] [c00800000a1b2c00] k+0x10/0x1a0 [zfs] (unreliable)", "k", "zfs", "k+0x10/0x1a0",
		  false, false },
		{ "([<000003ff8020a1f2>] l+0x12a/0x2d8 [zfs])", "l", "zfs", "l+0x12a/0x2d8", false, false },
		{ "RIP: 0010:m+0x6/0x30 [zfs]", "m", "zfs", "m+0x6/0x30", false, true },
		{ "RIP: 0010:[<ffffffff81>]  [<ffffffff81>] n+0x6/0x30", "n", "", "n+0x6/0x30", false, true },
		{ "pc : o+0x44/0x1c0 [zfs]", "o", "zfs", "o+0x44/0x1c0", false, true },
		{ "PC is at p+0x10/0x80", "p", "", "p+0x10/0x80", false, true },
		{ "NIP [c00800000a1b2c3c] q+0x4c/0x1a0 [zfs]", "q", "zfs", "q+0x4c/0x1a0", false, true },
		{ "epc : r+0x12/0x60", "r", "", "r+0x12/0x60", false, true },
		{ "epc   : 80234cb4 s+0x24/0x80", "s", "", "s+0x24/0x80", false, true },
		{ "Krnl PSW : 07 000003ff (t+0x12a/0x2d8 [zfs])", "t", "zfs", "t+0x12a/0x2d8", false, true },
		{ "<a::B as c::D>::e+0x1/0x2", "<a::B as c::D>::e", "", "<a::B as c::D>::e+0x1/0x2", false, false },
		{ "u+0x1", "u", "", "u+0x1", false, false },
		{ "u+0x1/0x", "u", "", "u+0x1", false, false },
		{ "v+0x1/0x2 [inline]", "v", "", "v+0x1/0x2", false, false },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		struct zol_console_frame f;
		char buf[200];

		assert_true(zol_console_frame_read(zol_span_c(t[i].line), &f));
		assert_string_equal(str(f.name, buf), t[i].name);
		assert_string_equal(str(f.module, buf), t[i].module);
		assert_string_equal(str(f.place, buf), t[i].place);
		assert_int_equal(f.doubtful, t[i].doubtful);
		assert_int_equal(f.counter, t[i].counter);
	}
}

UNIT(what_a_resolver_has_added_is_read)
{
	struct zol_console_frame f;
	char buf[200];

	assert_true(zol_console_frame_read(zol_span_c("spa_sync+0x1/0x2 module/zfs/spa.c:9012"), &f));
	assert_string_equal(str(f.file, buf), "module/zfs/spa.c");
	assert_int_equal(f.line, 9012);
	assert_true(zol_console_frame_read(zol_span_c("do_init fs/a-b.c:77 [inline]"), &f));
	assert_string_equal(str(f.name, buf), "do_init");
	assert_int_equal(f.line, 77);
}

UNIT(other_lines_are_no_frames)
{
	static const char *const t[] = { "",      "Call Trace:",    "RAX: 0000000000000000",       "+0x1/0x2",
					 "a+b",   "12+0x1/0x2",     "ffffffff8343632e+0x1/0x2",    "RIP: 0033:0x7f00",
					 "x y:1", "name file:12 x", "1abc fs/inode.c:12 [inline]", "PC is at x" };

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		struct zol_console_frame f;

		assert_false(zol_console_frame_read(zol_span_c(t[i]), &f));
	}
}

UNIT(places_are_a_file_and_a_number)
{
	static const struct {
		const char *text, *file;
		unsigned line;
	} t[] = {
		{ "spa.c:12:f()", "spa.c", 12 },
		{ "fs/x-y/a_b.h:7!", "fs/x-y/a_b.h", 7 },
		{ "nodot:7", NULL, 0 },
		{ "a.c:x", NULL, 0 },
		{ "a.c", NULL, 0 },
		{ "", NULL, 0 },
		{ "a.c:99999999999999", NULL, 0 },
		{ "a.c:", NULL, 0 },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		struct zol_span file;
		unsigned line;
		char buf[200];
		bool got = zol_console_place_read(zol_span_c(t[i].text), &file, &line);

		assert_int_equal(got, t[i].file != NULL);
		if (!got)
			continue;
		assert_string_equal(str(file, buf), t[i].file);
		assert_int_equal(line, t[i].line);
	}
}

UNIT(machinery_is_passed_over)
{
	assert_true(zol_console_frame_dull(zol_span_c("dump_stack_lvl"), ZOL_FIND_BUG));
	assert_true(zol_console_frame_dull(zol_span_c("spl_panic"), ZOL_FIND_ZFS_PANIC));
	assert_true(zol_console_frame_dull(zol_span_c("die"), ZOL_FIND_BUG));
	assert_false(zol_console_frame_dull(zol_span_c("diet"), ZOL_FIND_BUG));
	assert_false(zol_console_frame_dull(zol_span_c("schedule"), ZOL_FIND_BUG));
	assert_true(zol_console_frame_dull(zol_span_c("schedule"), ZOL_FIND_HUNG_TASK));
	assert_false(zol_console_frame_dull(zol_span_c("spa_sync"), ZOL_FIND_HUNG_TASK));
}

UNIT_MAIN()
