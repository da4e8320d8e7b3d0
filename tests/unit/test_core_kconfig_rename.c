/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_rename.h"

#include "unit.h"

static int one_file(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_puts(out, ctx);
	return 0;
}

static char tree[] =
	"config KPROBE_EVENTS\n\tbool \"k\"\nconfig NLS\n\tbool \"n\"\nconfig B\n\tbool \"b\"\n\tdepends on GHOST_SYMBOL\n";
static const struct zol_kio io = { .ctx = tree, .read = one_file };

static void load(struct zol_kconfig *k)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kconfig_init(k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(k, "Kconfig", &err), 0);
}

UNIT(the_first_new_name_that_the_tree_defines)
{
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	struct zol_span table = zol_span_c(
				"# c\nX\tGHOST_SYMBOL\t1\nX\tGONE\t2\nX\tKPROBE_EVENTS\t4.11\tremark\nY\tB\n"),
			since;

	load(&k);
	assert_string_equal(zol_krename_find(&k, table, "X", &since)->name, "KPROBE_EVENTS");
	assert_true(zol_span_eq(since, "4.11"));
	assert_string_equal(zol_krename_find(&k, table, "Y", &since)->name, "B");
	assert_int_equal(since.len, 0);
	assert_null(zol_krename_find(&k, table, "Z", NULL));
	assert_null(zol_krename_find(&k, zol_span("", 0), "X", NULL));
}

UNIT(only_long_names_have_near_ones)
{
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };

	load(&k);
	assert_string_equal(zol_krename_nearest(&k, "KPROBE_EVENT"), "KPROBE_EVENTS");
	assert_string_equal(zol_krename_nearest(&k, "KPROBES_EVENTS"), "KPROBE_EVENTS");
	assert_string_equal(zol_krename_nearest(&k, "KRPOBE_EVENTS"), "KPROBE_EVENTS");
	assert_null(zol_krename_nearest(&k, "KPROBE_XYZ"));
	assert_null(zol_krename_nearest(&k, "SLS"));
	assert_null(zol_krename_nearest(&k, "GHOST_SYMBOLS"));
}

UNIT_MAIN()
