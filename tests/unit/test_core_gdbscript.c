/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gdbscript.h"
#include "unit.h"

static const struct zol_gdb_section sections[] = {
	{ ".data", 0xffffffffc0447040 },
	{ ".text", 0xffffffffc0024000 },
	{ "__param", 0xffffffffc0442b50 },
};
static const struct zol_gdb_section no_text[] = { { ".rodata", 0x20 } };
static const struct zol_gdb_module mods[] = {
	{ "zfs", "/a dir/zfs.ko", 0xffffffffc0024000, sections, ZOL_COUNT(sections) },
	{ "spl", "/x/spl.ko", 0x20, no_text, 1 },
	{ "gone", "/x/gone.ko", 0, NULL, 0 },
};

static bool has(const struct zol_str *s, const char *text)
{
	if (!strstr(zol_str_c(s), text))
		fail_msg("no \"%s\" in:\n%s", text, zol_str_c(s));
	return true;
}

UNIT(every_section_is_named_and_text_comes_first)
{
	const struct zol_gdbscript g = { .mods = mods, .nmods = ZOL_COUNT(mods) };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_gdbscript_modules(&g, &s, &err), 0);
	assert_true(has(&s, "  add-symbol-file \"/a dir/zfs.ko\" 0xffffffffc0024000 -s .data 0xffffffffc0447040 "
			    "-s __param 0xffffffffc0442b50\n"));
	assert_true(has(&s, "  add-symbol-file \"/x/spl.ko\" -s .rodata 0x0000000000000020\n"));
	assert_true(has(&s, "  remove-symbol-file -a 0xffffffffc0024000\n"));
	assert_null(strstr(zol_str_c(&s), "gone"));
	assert_null(strstr(zol_str_c(&s), "symbol-file vmlinux"));
}

UNIT(the_kernel_is_moved_where_it_is)
{
	struct zol_gdbscript g = { .arch = "i386:x86-64", .vmlinux = "/k/vm\"linux", .slide = 0x13800000 };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str still = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_gdbscript(&g, &s, &err), 0);
	assert_true(has(&s, "set architecture i386:x86-64\n"));
	assert_true(has(&s, "symbol-file \"/k/vm\\\"linux\" -o 0x13800000\n"));
	assert_true(has(&s, "  if $zolkit_slide != 0x13800000\n"));
	g.slide = 0;
	assert_int_equal(zol_gdbscript(&g, &still, &err), 0);
	assert_true(has(&still, "symbol-file \"/k/vm\\\"linux\"\n"));
	assert_null(strstr(zol_str_c(&still), "zolkit-reload"));
	assert_null(strstr(zol_str_c(&still), "target remote"));
}

UNIT(confirm_is_put_back_and_sources_are_mapped)
{
	const struct zol_gdb_path paths[] = { { "/build/zfs", "/home/x/zfs" }, { "/b c", "/d" } };
	const char *const notes[] = { "one", "two\nset confirm on", NULL };
	const struct zol_gdbscript g = {
		.target = "/run/x/gdb.sock", .sysroot = "/guest", .paths = paths, .npaths = 2, .notes = notes
	};
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_gdbscript(&g, &s, &err), 0);
	assert_true(has(&s, "# one\n# two set confirm on\n"));
	assert_true(has(&s, "set $zolkit_confirm = $_gdb_setting(\"confirm\")\nset confirm off\n"));
	assert_true(has(&s, "if $zolkit_confirm\n  set confirm on\nend\n"));
	assert_true(has(&s, "set substitute-path \"/build/zfs\" \"/home/x/zfs\"\n"));
	assert_true(has(&s, "target remote /run/x/gdb.sock\n"));
	assert_true(has(&s, "set sysroot /guest\n"));
}

UNIT(reload_removes_before_it_adds)
{
	struct zol_gdbscript g = {
		.mods = mods, .nmods = 1, .modules = "/run/m.gdb", .reload = "zolkit again", .target = "/s"
	};
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str apart = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *remove, *source, *add;

	assert_int_equal(zol_gdbscript(&g, &s, &err), 0);
	remove = strstr(strstr(zol_str_c(&s), "define zolkit-reload"), "    zolkit-modules-remove\n");
	source = strstr(zol_str_c(&s), "    source /run/m.gdb\n");
	add = strstr(zol_str_c(&s), "    zolkit-modules-add\n");
	assert_true(remove && source && add && remove < source && source < add);
	assert_true(has(&s, "  shell zolkit again\n  if $_shell_exitcode == 0\n"));
	assert_true(has(&s, "define zolkit-follow\n  hbreak do_init_module\n"));
	assert_null(strstr(zol_str_c(&s), "disconnect"));
	g.let_go = true;
	assert_int_equal(zol_gdbscript(&g, &apart, &err), 0);
	assert_true(has(&apart, "  disconnect\n  shell zolkit again\n  target remote /s\n"));
}

UNIT(line_breaks_are_no_part_of_a_script)
{
	const struct zol_gdb_module bad = { "x", "/a\nshell rm", 1, no_text, 1 };
	const struct zol_gdb_path bad_path = { "/a", "/b\nshell rm" };
	const struct zol_gdbscript all[] = { { .vmlinux = "/a\nb" },
					     { .target = "/a\rb" },
					     { .mods = &bad, .nmods = 1 },
					     { .paths = &bad_path, .npaths = 1 } };

	for (size_t i = 0; i < ZOL_COUNT(all); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_gdbscript(&all[i], &s, &err), -ZOL_USAGE);
		zol_err_clear(&err);
		assert_int_equal(zol_gdbscript_modules(&all[i], &s, &err), -ZOL_USAGE);
	}
}

UNIT_MAIN()
