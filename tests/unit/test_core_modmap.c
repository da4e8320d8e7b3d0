/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/modmap.h"
#include "unit.h"

static struct zol_modmap parse(const char *text)
{
	struct zol_modmap m = { 0 };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_modmap_parse(zol_span_c(text), &m, &err) < 0)
		fail_msg("%s", zol_err_text(&err));
	return m;
}

static void refuses(const char *text, const char *why)
{
	ZOL_AUTO(modmap) struct zol_modmap m = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_modmap_parse(zol_span_c(text), &m, &err), -ZOL_MALFORMED);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("%s: %s", text, zol_err_text(&err));
}

#define OURS                                                                                      \
	"zolkit-map 1\nrelease 6.1.192-zolkit\nkernel 24f84d1a\nsymbol _stext ffffffffb6e00000\n" \
	"module zfs 6131712 Live ffffffffc0024000 b0961532\nsection .text ffffffffc0024000\n"     \
	"section __ksymtab ffffffffc0321054\nmodule spl 143360 Loading ffffffffc0000000 -\n"      \
	"section .init.text ffffffffc0010000\n"

UNIT(our_own_form_comes_back_as_it_was)
{
	ZOL_AUTO(modmap) struct zol_modmap m = parse(OURS);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	assert_string_equal(m.release, "6.1.192-zolkit");
	assert_string_equal(m.build_id, "24f84d1a");
	assert_true(m.stext == 0xffffffffb6e00000);
	assert_int_equal(m.nmods, 2);
	assert_string_equal(m.mods[0].build_id, "b0961532");
	assert_int_equal(m.mods[0].size, 6131712);
	assert_false(m.mods[0].loading);
	assert_true(m.mods[1].loading);
	assert_null(m.mods[1].build_id);
	zol_modmap_text(&m, &text);
	assert_string_equal(zol_str_c(&text), OURS);
}

UNIT(proc_modules_and_section_lists_are_read)
{
	ZOL_AUTO(modmap)
	struct zol_modmap m = parse("# a remark\nzfs 6131712 1 - Live 0xffffffffc0024000 (PO)\n"
				    "spl 143360 1 zfs, Loading 0xffffffffc0000000 (O)\n\n"
				    "zfs .text 0xffffffffc0024000\nzfs .bss 0xffffffffc045fb00\n"
				    "/sys/module/spl/sections/.data:0xffffffffc0013020\n");

	assert_int_equal(m.nmods, 2);
	assert_true(zol_kmod_addr(&m.mods[0], ".bss") == 0xffffffffc045fb00);
	assert_true(zol_kmod_addr(&m.mods[0], ".data") == 0);
	assert_true(m.mods[1].base == 0xffffffffc0000000);
	assert_true(m.mods[1].loading);
	assert_true(zol_kmod_addr(&m.mods[1], ".data") == 0xffffffffc0013020);
}

UNIT(dashes_and_underscores_are_the_same)
{
	ZOL_AUTO(modmap) struct zol_modmap m = parse("snd-hda .text 0x10\nsnd_hda .data 0x20\n");

	assert_int_equal(m.nmods, 1);
	assert_string_equal(m.mods[0].name, "snd_hda");
	assert_int_equal(m.mods[0].nsections, 2);
	assert_int_equal(m.mods[0].base, 0x10);
	assert_non_null(zol_modmap_module(&m, zol_span_c("snd-hda"), false));
	assert_null(zol_modmap_module(&m, zol_span_c("snd"), false));
	assert_true(zol_kmod_same(zol_span_c("a-b_c"), zol_span_c("a_b-c")));
	assert_false(zol_kmod_same(zol_span_c("a-b"), zol_span_c("a-bc")));
}

UNIT(build_ids_come_from_notes)
{
	ZOL_AUTO(modmap)
	struct zol_modmap m = parse("zfs .text 0x10\nspl .text 0x20\nicp .text 0x30\navl .text 0x40\n");
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	static const char text[] = "kernel 040000000200000003000000474e5500abcd\n"
				   "zfs 040000000300000003000000474e5500b0961500\n" /* padded */
				   "spl 040000000400000003000000474e5500b09615\n"   /* cut */
				   "icp 03000000474e5500b096\n"                     /* no length */
				   "avl 040000000000000003000000474e5500\nzfs\n\n"; /* empty */

	assert_int_equal(zol_modmap_notes(&m, zol_span_c(text), &err), 0);
	assert_int_equal(m.nmods, 4);
	assert_string_equal(m.mods[0].build_id, "b09615");
	for (size_t i = 1; i < 4; i++)
		assert_null(m.mods[i].build_id);
}

UNIT(a_second_line_replaces_the_first)
{
	ZOL_AUTO(modmap)
	struct zol_modmap m = parse("zfs .text 0x10\nzfs .text 0x20\n"
				    "module zfs 1 Live 30 ab\nmodule zfs 2 Live 40 cd\nrelease a\nrelease b\n");

	assert_int_equal(m.nmods, 1);
	assert_int_equal(m.mods[0].nsections, 1);
	assert_int_equal(zol_kmod_addr(&m.mods[0], ".text"), 0x20);
	assert_int_equal(m.mods[0].base, 0x40);
	assert_string_equal(m.mods[0].build_id, "cd");
	assert_string_equal(m.release, "b");
}

UNIT(the_text_section_is_the_base_where_none_is_told)
{
	ZOL_AUTO(modmap) struct zol_modmap m = parse("zfs .text 0x0\nzfs .text 0x20\nspl .text 0x30\nspl .data 0x40\n");

	assert_int_equal(m.mods[0].base, 0x20);
	assert_int_equal(m.mods[1].base, 0x30);
}

UNIT(what_is_no_map_is_refused_with_its_line)
{
	refuses("zolkit-map 1\nnonsense\n", "line 2: this is no line of a map");
	refuses("zolkit-map 2\n", "another version");
	refuses("section .text 10\n", "without a module");
	refuses("module zfs 1 Live\n", "cut short");
	refuses("module zfs x Live 10 -\n", "no number");
	refuses("module zfs 1 Live 10 xyz\n", "no build-id");
	refuses("module z\"s 1 Live 10 -\n", "no module's name");
	refuses("kernel abc\n", "no build-id");
	refuses("symbol _stext\n", "no symbol");
	refuses("zfs .te;xt 0x10\n", "no section's name");
	refuses("zfs .text what\n", "no address");
	refuses("zfs .text 0x10 0x20\n", "no line of a map");
	refuses("release a\"b\n", "no release");
	refuses("/sys/module/z s/sections/.text:0x10\n", "no module's name");
	refuses("/sys/module/zfs/sections/.text\n", "no line of a map");
}

UNIT(names_are_checked)
{
	char name[ZOL_MODULE_NAME + 1];

	memset(name, 'a', sizeof(name));
	assert_true(zol_kmod_name_ok(zol_span(name, ZOL_MODULE_NAME - 1)));
	assert_false(zol_kmod_name_ok(zol_span(name, ZOL_MODULE_NAME)));
	assert_false(zol_kmod_name_ok(zol_span_c("")));
	assert_false(zol_kmod_name_ok(zol_span_c("-o")));
	assert_false(zol_kmod_name_ok(zol_span_c("../x")));
	assert_true(zol_kmod_section_ok(zol_span_c(".note.gnu.build-id")));
	assert_true(zol_kmod_section_ok(zol_span_c(".data..ro_after_init")));
	assert_false(zol_kmod_section_ok(zol_span_c("")));
	assert_false(zol_kmod_section_ok(zol_span_c("-s")));
	assert_false(zol_kmod_section_ok(zol_span_c(".a b")));
	assert_false(zol_kmod_section_ok(zol_span_c(".a\n")));
	assert_false(zol_kmod_section_ok(zol_span(".a\0b", 4)));
}

UNIT(hidden_addresses_are_told)
{
	ZOL_AUTO(modmap) struct zol_modmap shown = parse("zfs .text 0x0\nzfs .data 0x10\n");
	ZOL_AUTO(modmap)
	struct zol_modmap hidden = parse("zfs 6131712 1 - Live 0x0000000000000000 (PO)\nzfs .text 0x0\n");
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_modmap_check(&shown, &err), 0);
	assert_int_equal(zol_modmap_check(&hidden, &err), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&err), "zfs"));
	assert_non_null(strstr(err.hint, "kptr_restrict"));
}

UNIT(init_sections_are_gone_once_the_module_runs)
{
	struct zol_kmod live = { 0 };
	struct zol_kmod loading = { .loading = true };

	assert_true(zol_kmod_section_freed(&live, ".init.text"));
	assert_true(zol_kmod_section_freed(&live, ".init.data"));
	assert_true(zol_kmod_section_freed(&live, ".symtab"));
	assert_true(zol_kmod_section_freed(&live, ".modinfo"));
	assert_false(zol_kmod_section_freed(&live, ".text"));
	assert_false(zol_kmod_section_freed(&live, "__param"));
	assert_false(zol_kmod_section_freed(&live, ".exit.text"));
	assert_false(zol_kmod_section_freed(&loading, ".init.text"));
}

UNIT(there_is_a_limit)
{
	ZOL_AUTO(modmap) struct zol_modmap m = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str sections = ZOL_STR_INIT;

	for (unsigned i = 0; i <= ZOL_MODMAP_MODULES; i++)
		zol_str_printf(&text, "m%u .text 0x10\n", i);
	assert_int_equal(zol_modmap_parse(zol_span_str(&text), &m, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "more than 4096 modules"));
	zol_err_clear(&err);
	for (unsigned i = 0; i <= ZOL_MODMAP_SECTIONS; i++)
		zol_str_printf(&sections, "m0 .s%u 0x10\n", i);
	assert_int_equal(zol_modmap_parse(zol_span_str(&sections), &m, &err), -ZOL_MALFORMED);
}

UNIT_MAIN()
