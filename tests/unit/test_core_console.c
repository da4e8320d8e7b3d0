/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "core/console.h"

#include "unit.h"

static void feed(struct zol_console *c, const char *text)
{
	(void)zol_console_feed(c, text, strlen(text));
}

/* A real console of tests/data/vm, in pieces of n bytes. */
static void feed_file(struct zol_console *c, const char *name, size_t n)
{
	const char *top = getenv("ZOL_TOP");
	ZOL_AUTO(free) char *path = zol_asprintf("%s/tests/data/vm/%s", top ? top : ".", name);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_read_file(path, ZOL_READ_MAX, &text, &err), 0);
	for (size_t i = 0; i < text.len; i += n)
		(void)zol_console_feed(c, text.ptr + i, text.len - i < n ? text.len - i : n);
}

UNIT(stages_have_names)
{
	assert_string_equal(zol_boot_stage_name(ZOL_BOOT_FIRMWARE), "firmware");
	assert_string_equal(zol_boot_stage_name(ZOL_BOOT_ROOT), "root mount");
	assert_string_equal(zol_boot_stage_name(ZOL_BOOT_AGENT), "agent");
	assert_string_equal(zol_boot_stage_name((enum zol_boot_stage)99), "unknown");
}

UNIT(a_boot_goes_through_its_stages)
{
	ZOL_AUTO(console) struct zol_console c = { 0 };

	feed(&c, "\033[2J SeaBIOS (version 1.16)\r\n");
	assert_int_equal(c.stage, ZOL_BOOT_FIRMWARE);
	assert_true(zol_console_feed(&c, "[    0.000000] Linux version 6.1.192\r\n", 38));
	assert_int_equal(c.stage, ZOL_BOOT_KERNEL);
	feed(&c, "[    1.2] VFS: Mounted root (9p filesystem) on device 0:14.\r\n");
	assert_int_equal(c.stage, ZOL_BOOT_ROOT);
	feed(&c, "Run /sbin/init as init proc");
	assert_int_equal(c.stage, ZOL_BOOT_ROOT);
	assert_true(zol_console_feed(&c, "ess\r\n", 5));
	assert_int_equal(c.stage, ZOL_BOOT_INIT);
	feed(&c, "Linux version printed by somebody\n");
	assert_int_equal(c.stage, ZOL_BOOT_INIT);
	assert_int_equal(c.kind, ZOL_CONSOLE_NOTHING);
	assert_null(c.verdict);
}

UNIT(a_root_that_is_not_there_shows_in_the_stage)
{
	static const char *const lines[] = {
		"9pnet_virtio: no channels available for device nix\n",
		"Waiting for root device /dev/nix...\n",
		"VFS: Cannot open root device \"nix\" or unknown-block(0,0): error -2\n",
		"devtmpfs: mounted\n",
	};

	for (size_t i = 0; i < ZOL_COUNT(lines); i++) {
		ZOL_AUTO(console) struct zol_console c = { 0 };

		feed(&c, lines[i]);
		assert_int_equal(c.stage, ZOL_BOOT_ROOT);
	}
}

UNIT(front_matter_is_stripped)
{
	static const struct {
		const char *line, *want;
	} t[] = {
		{ "[    1.234567] text\r", "text" },
		{ "<6>[    1.2][    T1] text", "text" },
		{ "[   12.5] [C0] text", "text" },
		{ "\rtext", "text" },
		{ "[ ok ] text", "[ ok ] text" },
		{ "[] text", "[] text" },
		{ "[12345678901234567890123456789] text", "[12345678901234567890123456789] text" },
		{ "<6", "<6" },
		{ "<6x text", "<6x text" },
		{ "[1", "[1" },
		{ "[a1] text", "[a1] text" },
		{ "[12] \r\n", "" },
		{ "text\n\r", "text" },
		{ "", "" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(free) char *got = zol_span_dup(zol_console_strip(zol_span_c(t[i].line)));

		assert_string_equal(got, t[i].want);
	}
}

UNIT(lines_have_a_kind)
{
	static const struct {
		const char *line;
		enum zol_console_kind want;
	} t[] = {
		{ "Kernel panic - not syncing: VFS: Unable to mount root fs", ZOL_CONSOLE_PANIC },
		{ "/ # Kernel panic - not syncing: sysrq triggered crash", ZOL_CONSOLE_PANIC },
		{ "zolkit-agent: fatal: cannot mount an overlay: No such device", ZOL_CONSOLE_PANIC },
		{ "BUG: kernel NULL pointer dereference, address: 0000000000000f70", ZOL_CONSOLE_OOPS },
		{ "# BUG: kernel NULL pointer dereference", ZOL_CONSOLE_OOPS },
		{ "Oops: 0000 [#1] SMP", ZOL_CONSOLE_OOPS },
		{ "kernel BUG at fs/inode.c:600!", ZOL_CONSOLE_OOPS },
		{ "general protection fault, probably for non-canonical address", ZOL_CONSOLE_OOPS },
		{ "PANIC at spa.c:12:spa_sync()", ZOL_CONSOLE_OOPS },
		{ "$ Oops: 0000 [#1] SMP", ZOL_CONSOLE_OOPS },
		{ "> Oops: 0000 [#1] SMP", ZOL_CONSOLE_OOPS },
		{ "#_Oops: 0000", ZOL_CONSOLE_NOTHING },
		{ "a Oops: 0000", ZOL_CONSOLE_NOTHING },
		{ "a", ZOL_CONSOLE_NOTHING },
		{ "grep says: Kernel panic - not syncing", ZOL_CONSOLE_NOTHING },
		{ "Kernel Offset: 0x4a00000", ZOL_CONSOLE_NOTHING },
		{ "DEBUG: Oops", ZOL_CONSOLE_NOTHING },
		{ "", ZOL_CONSOLE_NOTHING },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		assert_int_equal(zol_console_line(zol_span_c(t[i].line)), t[i].want);
}

UNIT(real_consoles_get_their_verdict_however_they_are_cut)
{
	static const struct {
		const char *file, *verdict;
		enum zol_console_kind kind;
		enum zol_boot_stage stage;
	} t[] = {
		{ "console-panic-init-exit-nokaslr.log",
		  "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00", ZOL_CONSOLE_PANIC,
		  ZOL_BOOT_INIT },
		{ "console-sysrq-crash.log", "Kernel panic - not syncing: sysrq triggered crash", ZOL_CONSOLE_PANIC,
		  ZOL_BOOT_INIT },
		{ "console-zfs-oops.log", "# BUG: kernel NULL pointer dereference, address: 0000000000000f70",
		  ZOL_CONSOLE_OOPS, ZOL_BOOT_INIT },
		{ "console-boot-sysvinit-9p.log", NULL, ZOL_CONSOLE_NOTHING, ZOL_BOOT_INIT },
	};
	static const size_t pieces[] = { 1, 7, 4096, 1U << 20 };

	for (size_t i = 0; i < ZOL_COUNT(t); i++)
		for (size_t k = 0; k < ZOL_COUNT(pieces); k++) {
			ZOL_AUTO(console) struct zol_console c = { 0 };

			feed_file(&c, t[i].file, pieces[k]);
			assert_int_equal(c.kind, t[i].kind);
			assert_int_equal(c.stage, t[i].stage);
			if (t[i].verdict)
				assert_string_equal(c.verdict, t[i].verdict);
			else
				assert_null(c.verdict);
		}
}

UNIT(a_panic_outranks_an_oops_and_the_first_of_a_kind_stays)
{
	ZOL_AUTO(console) struct zol_console c = { 0 };

	feed(&c, "Oops: first\nOops: second\n");
	assert_string_equal(c.verdict, "Oops: first");
	feed(&c, "Kernel panic - not syncing: Fatal exception\nKernel panic - not syncing: again\nOops: late\n");
	assert_string_equal(c.verdict, "Kernel panic - not syncing: Fatal exception");
	assert_int_equal(c.kind, ZOL_CONSOLE_PANIC);
}

UNIT(the_tail_has_the_last_lines_clean)
{
	ZOL_AUTO(console) struct zol_console c = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;

	for (int i = 0; i < 40; i++) {
		ZOL_AUTO(free) char *line = zol_asprintf("line %d\r\n\r\n", i);

		feed(&c, line);
	}
	feed(&c, "a\033[31mred\177\n/ # unfin\177ished");
	zol_console_tail(&c, &lines);
	assert_int_equal(lines.len, ZOL_CONSOLE_KEEP + 1);
	assert_string_equal(lines.v[0], "line 17");
	assert_string_equal(lines.v[ZOL_CONSOLE_KEEP - 1], "a [31mred ");
	assert_string_equal(lines.v[ZOL_CONSOLE_KEEP], "/ # unfin ished");
}

UNIT(an_empty_last_line_is_not_in_the_tail)
{
	ZOL_AUTO(console) struct zol_console c = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;

	zol_console_tail(&c, &lines);
	assert_int_equal(lines.len, 0);
	feed(&c, "one\n  \r");
	zol_console_tail(&c, &lines);
	assert_int_equal(lines.len, 1);
	assert_string_equal(lines.v[0], "one");
	feed(&c, "\nBooting the kernel.\n");
	assert_int_equal(c.stage, ZOL_BOOT_KERNEL);
	feed(&c, "Run into trouble\nsome init process\n");
	assert_int_equal(c.stage, ZOL_BOOT_KERNEL);
	feed(&c, "Freeing unused kernel image (initmem) memory: 1028K\n");
	assert_int_equal(c.stage, ZOL_BOOT_ROOT);
}

UNIT(a_line_without_end_costs_no_memory)
{
	ZOL_AUTO(console) struct zol_console c = { 0 };
	char block[1000];

	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 1000; i++)
		(void)zol_console_feed(&c, block, sizeof(block));
	assert_int_equal(c.bytes, 1000000);
	assert_true(c.line.len <= 4096);
	feed(&c, "\nOops: x\n");
	assert_int_equal(c.kind, ZOL_CONSOLE_OOPS);
}

UNIT_MAIN()
