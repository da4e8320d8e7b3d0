/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kallsyms.h"
#include "unit.h"

static const char text[] = "0000000000000000 A fixed_percpu_data\n"
			   "ffffffff81000000 T _text\n"
			   "ffffffff81000000 T startup_64\n"
			   "ffffffff81000100 t idle\n"
			   "ffffffff81000200 r not_code\n"
			   "ffffffffc0001000 t spa_sync\t[zfs]\n"
			   "ffffffffc0001040 T taskq\t[spl]\n"
			   "ffffffffc0001080 t dmu\t[zfs]\n";

UNIT(reads_symbols_and_their_modules)
{
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_sym *y;

	assert_int_equal(zol_kallsyms_parse(zol_span_c(text), &k, &err), 0);
	assert_true(k.text == 0xffffffff81000000);
	assert_int_equal(k.hidden, 1);
	y = zol_syms_find(&k.syms, 0xffffffff81000001);
	assert_memory_equal(y->name, "startup_64", 10);
	assert_null(zol_kallsyms_module(&k, y));
	y = zol_syms_find(&k.syms, 0xffffffffc0001090);
	assert_memory_equal(y->name, "dmu", 3);
	assert_string_equal(zol_kallsyms_module(&k, y), "zfs");
	assert_int_equal(k.modules.len, 2);
}

UNIT(moves_the_kernel_but_not_its_modules)
{
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kallsyms_parse(zol_span_c(text), &k, &err), 0);
	zol_kallsyms_shift(&k, 0x200000);
	assert_int_equal(zol_syms_sort(&k.syms, &err), 0);
	assert_memory_equal(zol_syms_find(&k.syms, 0xffffffff81200101)->name, "idle", 4);
	assert_memory_equal(zol_syms_find(&k.syms, 0xffffffffc0001001)->name, "spa_sync", 8);
	assert_null(zol_syms_find(&k.syms, 0xffffffff81000101));
}

UNIT(refuses_other_texts)
{
	static const char *const bad[] = { "zfs 16384 1\n", "12345678123456781 T x\n", "ff T\n", "ff Tx y\n" };
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_kallsyms_parse(zol_span_c(bad[i]), &k, &err), -ZOL_MALFORMED);
	}
}

UNIT(takes_weak_symbols_and_odd_names_of_modules)
{
	static const char odd[] = "ffffffff81000000 T _stext\n\n"
				  "ffffffff81000100 W weak\n"
				  "ffffffff81000200 D data\n"
				  "ffffffff81000300 b bss\n"
				  "ffffffffc0001000 t a\t[\n"
				  "ffffffffc0002000 t b\tzfs]\n"
				  "ffffffffc0003000 t c\t[zfs\n"
				  "ffffffffc0004000 t d\t[]\n";
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kallsyms_parse(zol_span_c(odd), &k, &err), 0);
	assert_true(k.stext == 0xffffffff81000000 && !k.text);
	assert_int_equal(k.syms.len, 8);
	assert_int_equal(k.modules.len, 0);
	assert_true(zol_syms_find(&k.syms, 0xffffffff81000101)->code);
	assert_false(zol_syms_find(&k.syms, 0xffffffff81000201)->code);
	assert_null(zol_kallsyms_module(&k, zol_syms_find(&k.syms, 0xffffffffc0003001)));
	zol_kallsyms_shift(&k, 0);
	assert_true(k.stext == 0xffffffff81000000);
	assert_true(k.syms.sorted);
	zol_kallsyms_shift(&k, 0x1000);
	assert_true(k.stext == 0xffffffff81001000 && !k.text);
}

UNIT(a_line_that_is_cut_is_a_symbol_or_refused)
{
	for (size_t len = 1; len < 40; len++) {
		ZOL_AUTO(free) char *exact = malloc(len);
		ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		memcpy(exact, "ffffffffc0001000 t spa_sync\t[zfs]     ", len);
		/* The address, a blank, the type, a blank, a letter. */
		assert_int_equal(zol_kallsyms_parse(zol_span(exact, len), &k, &err), len < 20 ? -ZOL_MALFORMED : 0);
	}
}

UNIT_MAIN()
