/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_never.h"

#include "core/kconfig_dotconfig.h"
#include "unit.h"

static int one_file(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_puts(out, ctx);
	return 0;
}

/* The bounds must agree that it cannot be. */
static void check(const char *tree, const char *name, const char *want, const char *proof)
{
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)tree, .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_kbounds b = { 0 };
	const struct zol_kwhy w = { .k = &k, .lines = &lines };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	assert_int_equal(zol_kbounds_find(&k, &b, &err), 0);
	struct zol_ksym *s = zol_kconfig_find(&k, name);

	if (!zol_ksym_is_tri(s))
		assert_true(zol_kbounds_never(&k, &b, s, want));
	else if (*want == 'n')
		assert_true(b.min[s->index] > ZOL_KN);
	else
		assert_true(b.max[s->index] < (*want == 'm' ? ZOL_KM : ZOL_KY));
	zol_kwhy_never(&w, &b, s, want);
	for (size_t i = 0; i < lines.len; i++)
		zol_str_printf(&text, "%s\n", lines.v[i]);
	assert_string_equal(zol_str_c(&text), proof);
	zol_kbounds_free(&b);
}

UNIT(a_prompt_that_is_never_shown)
{
	check("config A\n\tbool \"a\"\n\tdepends on B && NOWHERE && C\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n",
	      "A", "y",
	      "  its prompt can never be shown [Kconfig:2]:\n"
	      "    - needs NOWHERE [Kconfig:3], which is defined nowhere for this ARCH\n");
	check("config A\n\tbool \"a\"\n\tdepends on n\n", "A", "y",
	      "  its prompt can never be shown [Kconfig:2]:\n    - never [Kconfig:3]\n");
}

UNIT(every_part_of_a_disjunction_and_the_chain_below)
{
	check("config A\n\tbool \"a\"\n\tdepends on B || C=y\n"
	      "config B\n\tbool\nconfig C\n\tbool \"c\"\n\tdepends on B\n",
	      "A", "y",
	      "  its prompt can never be shown [Kconfig:2]:\n"
	      "    - needs one of B || C=y [Kconfig:3]\n"
	      "      - needs C=y, which can never hold [Kconfig:3]\n"
	      "        its prompt can never be shown [Kconfig:7]:\n"
	      "          - needs B [Kconfig:8]\n"
	      "            B has no prompt [Kconfig:4]\n"
	      "              - nothing selects it\n"
	      "      - needs B [Kconfig:3]\n");
}

UNIT(selectors_implies_and_defaults_that_cannot_be)
{
	const char *tree = "config A\n\tbool\n\tdefault y if X\n"
			   "config B\n\tbool \"b\"\n\tdepends on X\n\tselect A\n"
			   "config C\n\tbool \"c\"\n\tselect A if X\n"
			   "config D\n\tbool \"d\"\n\tdepends on X\n\timply A\n"
			   "config E\n\tbool\n\tdefault A\n";

	check(tree, "A", "y",
	      "  A has no prompt [Kconfig:1]\n"
	      "    - selected by C [Kconfig:10], which can never be with its condition\n"
	      "      - needs X [Kconfig:10], which is defined nowhere for this ARCH\n"
	      "    - selected by B [Kconfig:7], which can never be\n"
	      "      its prompt can never be shown [Kconfig:5]:\n"
	      "        - needs X [Kconfig:6], which is defined nowhere for this ARCH\n"
	      "    - implied by D [Kconfig:14], which can never be\n"
	      "      its prompt can never be shown [Kconfig:12]:\n"
	      "        - needs X [Kconfig:13], which is defined nowhere for this ARCH\n"
	      "    - its default cannot be enough [Kconfig:3]\n"
	      "      - needs X [Kconfig:3], which is defined nowhere for this ARCH\n");
	check("config E\n\tbool\n\tdefault n\n", "E", "y",
	      "  E has no prompt [Kconfig:1]\n    - nothing selects it\n"
	      "    - its default cannot be enough [Kconfig:3]\n      - never [Kconfig:3]\n");
}

UNIT(many_selectors_are_counted)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv none = ZOL_STRV_INIT;

	zol_str_puts(&tree, "config A\n\tbool\n");
	for (unsigned i = 0; i < 11; i++)
		zol_str_printf(&tree, "config S%u\n\tbool\n\tselect A\n", i);
	const struct zol_kio io = { .ctx = tree.ptr, .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_kbounds b = { 0 };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	assert_int_equal(zol_kbounds_find(&k, &b, &err), 0);
	zol_kwhy_never(&(struct zol_kwhy){ .k = &k, .lines = &none }, &b, zol_kconfig_find(&k, "A"), "y");
	assert_string_equal(none.v[none.len - 1], "    - and by 3 more, which can never be either");
	zol_kbounds_free(&b);
}

UNIT(never_more_than_m)
{
	const char *tree = "config MODULES\n\tbool \"m\"\n\tmodules\n"
			   "config A\n\ttristate \"a\"\n\tdepends on m\n"
			   "config B\n\ttristate \"b\"\n\tdepends on A\n";

	check(tree, "A", "y",
	      "  its prompt can never be more than m [Kconfig:5]:\n    - never more than m [Kconfig:6]\n");
	check(tree, "B", "y",
	      "  its prompt can never be more than m [Kconfig:8]:\n"
	      "    - needs A=y [Kconfig:9]\n"
	      "      its prompt can never be more than m [Kconfig:5]:\n"
	      "        - never more than m [Kconfig:6]\n");
}

UNIT(what_is_never_off)
{
	const char *tree = "config A\n\tdef_bool y\n\tselect B\nconfig B\n\tbool \"b\"\n"
			   "config C\n\tbool \"c\"\n\tdepends on !B\nconfig D\n\tbool \"d\"\n\tdepends on B!=y\n";

	check(tree, "A", "n", "  A has no prompt, and a default that always holds [Kconfig:2]\n");
	check(tree, "B", "n",
	      "  - A always selects B [Kconfig:3]\n"
	      "    A has no prompt, and a default that always holds [Kconfig:2]\n");
	check(tree, "C", "y",
	      "  its prompt can never be shown [Kconfig:7]:\n"
	      "    - needs !B, which can never hold [Kconfig:8]\n"
	      "      - A always selects B [Kconfig:3]\n"
	      "        A has no prompt, and a default that always holds [Kconfig:2]\n");
	check(tree, "D", "y",
	      "  its prompt can never be shown [Kconfig:10]:\n"
	      "    - needs B!=y, which can never hold [Kconfig:11]\n"
	      "      - A always selects B [Kconfig:3]\n"
	      "        A has no prompt, and a default that always holds [Kconfig:2]\n");
}

UNIT(choices_and_their_members)
{
	check("choice\n\tprompt \"c\"\n\tdepends on X\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n",
	      "A", "y",
	      "  its prompt can never be shown [Kconfig:5]:\n"
	      "    - needs the choice [Kconfig:1]\n"
	      "      the choice can never be shown [Kconfig:2]:\n"
	      "        - needs X [Kconfig:3], which is defined nowhere for this ARCH\n");
}

UNIT(numbers_and_texts)
{
	check("config A\n\tint \"a\"\n\trange 1 LAST\nconfig LAST\n\tint\n\tdefault 8 if X\n\tdefault 64\n", "A", "99",
	      "  its range is 1 to LAST, at most 64 [Kconfig:3]\n");
	check("config A\n\t"
	      "hex \"a\"\n\trange 0x1 LAST\nconfig LAST\n\t"
	      "hex\n\tdefault 0xff\n",
	      "A", "0x100", "  its range is 0x1 to LAST, at most 0xff [Kconfig:3]\n");
	check("config X\n\tbool \"x\"\nconfig A\n\tint \"a\"\n\trange 1 8 if X\n\trange 1 16\n", "A", "99",
	      "  its range is 1 to 8 if X [Kconfig:5]\n  its range is 1 to 16 [Kconfig:6]\n");
	check("config A\n\tint\n\tdefault 5\n", "A", "6", "  A has no prompt [Kconfig:1]\n  no default gives it 6\n");
	check("config A\n\tint \"a\"\n\tdepends on X\n", "A", "6",
	      "  its prompt can never be shown [Kconfig:2]:\n"
	      "    - needs X [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "  no default gives it 6: it has none\n");
}

UNIT(a_circle_ends)
{
	check("config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool\n\tdefault y if C\nconfig C\n\tbool\n\tselect D\n"
	      "config D\n\tbool\n",
	      "D", "y",
	      "  D has no prompt [Kconfig:10]\n"
	      "    - selected by C [Kconfig:9], which can never be\n"
	      "      C has no prompt [Kconfig:7]\n"
	      "        - nothing selects it\n");
}

UNIT(negations_of_more_than_a_symbol)
{
	check("config ON\n\tdef_bool y\nconfig TOO\n\tdef_bool y\nconfig A\n\tbool \"a\"\n\tdepends on !(ON && TOO)\n",
	      "A", "y",
	      "  its prompt can never be shown [Kconfig:6]:\n    - needs !(ON && TOO), which can never hold [Kconfig:7]\n");
	check("config V\n\tint\n\tdefault 3\nconfig A\n\tbool \"a\"\n\tdepends on V > 5 && V < 9\n", "A", "y",
	      "  its prompt can never be shown [Kconfig:5]:\n    - needs V>5, which can never hold [Kconfig:6]\n");
	check("config A\n\tbool \"a\"\n\tdepends on \"text\"\n", "A", "y",
	      "  its prompt can never be shown [Kconfig:2]:\n    - never [Kconfig:3]\n");
	check("config MODULES\n\tbool \"m\"\n\tmodules\nconfig M\n\ttristate \"m\"\n\tdepends on m\nconfig A\n\tbool \"a\"\n\tdepends on M=y\n",
	      "A", "y",
	      "  its prompt can never be shown [Kconfig:8]:\n    - needs M=y, which can never hold [Kconfig:9]\n"
	      "      its prompt can never be more than m [Kconfig:5]:\n        - never more than m [Kconfig:6]\n");
}

UNIT(selectors_with_conditions_that_always_hold)
{
	const char *tree =
		"config ON\n\tbool\n\tdefault n if FREE && NOWHERE\n\tdefault y\nconfig FREE\n\tbool \"f\"\n\tselect B\n"
		"config S\n\tdef_bool y\n\tselect B if ON\nconfig B\n\tbool \"b\"\n";

	check(tree, "B", "n",
	      "  - S always selects B [Kconfig:10]\n    S has no prompt, and a default that always holds [Kconfig:9]\n");
	check(tree, "ON", "n", "  ON has no prompt, and a default that always holds [Kconfig:4]\n");
}

UNIT(asked_as_a_module)
{
	check("config MODULES\n\tbool \"m\"\n\tmodules\nconfig A\n\ttristate \"a\"\n\tdepends on X\n", "A", "m",
	      "  its prompt can never be shown [Kconfig:5]:\n    - needs X [Kconfig:6], which is defined nowhere for this ARCH\n");
}

UNIT(chains_are_cut)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str want = ZOL_STR_INIT;

	for (unsigned i = 0; i < 12; i++)
		zol_str_printf(&tree, "config D%u\n\tbool \"d\"\n\tdepends on D%u\n", i, i + 1);
	for (unsigned i = 0; i < 9; i++) {
		for (unsigned n = 0; n < 1 + 2 * i; n++)
			zol_str_puts(&want, "  ");
		zol_str_printf(&want, "its prompt can never be shown [Kconfig:%u]:\n", 2 + 3 * i);
		for (unsigned n = 0; n < 2 + 2 * i; n++)
			zol_str_puts(&want, "  ");
		zol_str_printf(&want, "- needs D%u [Kconfig:%u]\n", i + 1, 3 + 3 * i);
	}
	check(zol_str_c(&tree), "D0", "y", zol_str_c(&want));
}

UNIT(long_disjunctions_are_cut)
{
	check("config A\n\tbool \"a\"\n\tdepends on X1 || X2 || X3 || X4 || X5 || X6 || X7 || X8 || X9 || X10\n", "A",
	      "y",
	      "  its prompt can never be shown [Kconfig:2]:\n"
	      "    - needs one of X1 || X2 || X3 || X4 || X5 || X6 || X7 || X8 || X9 || X10 [Kconfig:3]\n"
	      "      - needs X10 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X9 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X8 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X7 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X6 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X5 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X4 [Kconfig:3], which is defined nowhere for this ARCH\n"
	      "      - needs X3 [Kconfig:3], which is defined nowhere for this ARCH\n");
}

UNIT(ranges_that_begin_too_high)
{
	check("config A\n\tint \"a\"\n\trange FIRST LAST\nconfig FIRST\n\tint\n\tdefault 4\nconfig LAST\n\tint \"l\"\n",
	      "A", "3", "  its range is FIRST to LAST, at least 4 [Kconfig:3]\n");
	check("config A\n\t"
	      "hex \"a\"\n\trange FIRST 0x20\nconfig FIRST\n\t"
	      "hex\n\tdefault 0x10\n",
	      "A", "0x1", "  its range is FIRST to 0x20, at least 0x10 [Kconfig:3]\n");
}

UNIT_MAIN()
