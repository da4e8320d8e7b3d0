/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_why.h"

#include <stdio.h>

#include "core/kconfig_dotconfig.h"
#include "unit.h"

static int one_file(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_puts(out, ctx);
	return 0;
}

static const char *place(void *ctx, uint32_t mark)
{
	static char text[16];

	(void)ctx;
	snprintf(text, sizeof(text), "f:%u", mark);
	return text;
}

static void check(const char *tree, const char *config, const char *name, const char *want, enum zol_kcause cause,
		  const char *reasons)
{
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)tree, .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_kwhy w = { .k = &k, .place = place, .lines = &lines };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	zol_kconfig_read(&k, zol_span_c(config));
	assert_string_equal(zol_kcause_name(zol_kwhy(&w, name, want)), zol_kcause_name(cause));
	for (size_t i = 0; i < lines.len; i++)
		zol_str_printf(&text, "%s\n", lines.v[i]);
	assert_string_equal(zol_str_c(&text), reasons);
}

UNIT(met_stronger_unknown)
{
	const char *tree = "config MODULES\n\tdef_bool y\n\tmodules\nconfig A\n\ttristate \"a\"\n";

	check(tree, "CONFIG_A=y\n", "A", "y", ZOL_KC_MET, "");
	check(tree, "CONFIG_A=y\n", "A", "m", ZOL_KC_STRONGER, "");
	check(tree, "", "B", "y", ZOL_KC_UNKNOWN, "");
	check(tree, "", "B", "n", ZOL_KC_MET, "");
	check(tree, "CONFIG_A=m\n", "A", "y", ZOL_KC_OTHER, "  it can be set, but is m from f:1\n");
}

UNIT(values_that_are_lost)
{
	check("config A\n\tbool \"a\"\n", "", "A", "m", ZOL_KC_BAD_VALUE,
	      "  it is a bool: it can be y or n, \"m\" is lost\n");
	check("config A\n\tbool \"a\"\n", "", "A", "5", ZOL_KC_BAD_VALUE,
	      "  it is a bool: it can be y or n, \"m\" is lost\n");
	check("config A\n\tstring \"a\"\n", "", "A", "abc", ZOL_KC_BAD_VALUE,
	      "  it is text: write \"abc\" with the quotes, or it is lost\n");
	check("config A\n\tstring \"a\"\n\tdefault \"abc\"\n", "", "A", "\"abc\"", ZOL_KC_MET, "");
	check("config A\n\tint \"a\"\n\trange 1 64\n\tdefault 2\n", "", "A", "999", ZOL_KC_RANGE,
	      "  its range is 1 to 64; what lies outside is forgotten\n");
	check("config A\n\tint \"a\"\n", "", "A", "many", ZOL_KC_BAD_VALUE, "  it is a number\n");
	check("config A\n\tint \"a\" if B\n\tdefault 1\n", "", "A", "2", ZOL_KC_HIDDEN,
	      "  its prompt [Kconfig:2] is hidden:\n    - needs B (m or y) (now not defined) [Kconfig:2]\n");
}

UNIT(hidden_prompts_with_their_chain)
{
	check("config A\n\tbool \"a\"\n\tdepends on B && C\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n\tdepends on !B || D=y\n"
	      "config D\n\tbool \"d\"\n",
	      "CONFIG_B=y\nCONFIG_A=y\n", "A", "y", ZOL_KC_HIDDEN,
	      "  its prompt [Kconfig:2] is hidden:\n"
	      "    - needs C (now n) [Kconfig:3]\n"
	      "      its prompt [Kconfig:7] is hidden:\n"
	      "        - needs one of !B || D=y (now n) [Kconfig:8]\n"
	      "          - needs D=y\n"
	      "            D is \"n\" [Kconfig:8]\n"
	      "          - needs !B\n"
	      "            now n [Kconfig:8]\n");
}

UNIT(promptless_and_selected)
{
	const char *tree = "config A\n\tbool\nconfig B\n\tbool \"b\"\n\tselect A\nconfig C\n\tbool\n\tdefault y if B\n";

	check(tree, "", "A", "y", ZOL_KC_PROMPTLESS,
	      "  A has no prompt [Kconfig:1]\n    - selected by B (now n) [Kconfig:5]\n");
	check(tree, "CONFIG_B=y\n", "A", "n", ZOL_KC_SELECTED, "  - selected by B (now y, from f:1) [Kconfig:5]\n");
	check(tree, "", "C", "y", ZOL_KC_PROMPTLESS,
	      "  C has no prompt [Kconfig:6]\n    - nothing selects it\n    - a default does not hold [Kconfig:8]\n"
	      "      - needs B (m or y) (now n) [Kconfig:8]\n        it can be set\n");
	check(tree, "CONFIG_B=y\n", "C", "n", ZOL_KC_PROMPTLESS,
	      "  a default gives it its value [Kconfig:8]\n  it has no prompt, so that it cannot be set\n");
}

UNIT(limited_to_m_and_choices)
{
	const char *tree =
		"config MODULES\n\tdef_bool y\n\tmodules\nconfig A\n\ttristate \"a\"\nconfig B\n\ttristate \"b\"\n\tdepends on A\n";
	const char *choice = "choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n";

	check(tree, "CONFIG_A=m\nCONFIG_B=y\n", "B", "y", ZOL_KC_LIMITED,
	      "  its prompt [Kconfig:7] allows only m:\n    - needs A (now m) [Kconfig:8]\n      it can be set\n");
	check(choice, "CONFIG_A=y\nCONFIG_B=y\n", "A", "y", ZOL_KC_CHOICE, "  its choice [Kconfig:1] is B, from f:2\n");
	check(choice, "", "A", "n", ZOL_KC_CHOICE, "  its choice must be made, and takes it [Kconfig:1]\n");
}

UNIT(what_can_never_hold_together)
{
	const char *tree =
		"config A\n\tbool \"a\"\nconfig B\n\tbool\n\tselect A\nconfig C\n\tbool \"c\"\n\tselect B\nconfig D\n\tbool \"d\"\n"
		"\tselect A if X\nconfig X\n\tbool \"x\"\n";
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)tree, .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_kwhy w = { .k = &k, .lines = &lines };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	zol_kconfig_read(&k, zol_span_c("CONFIG_C=y\n"));
	assert_ptr_equal(zol_kwhy_forced(&w, zol_kconfig_find(&k, "A")), zol_kconfig_find(&k, "C"));
	assert_string_equal(lines.v[0], "  - C selects B [Kconfig:8]");
	assert_string_equal(lines.v[1], "  - B selects A [Kconfig:5]");
	/* X could still be taken back. */
	zol_kconfig_reset(&k);
	zol_kconfig_read(&k, zol_span_c("CONFIG_D=y\nCONFIG_X=y\n"));
	assert_null(zol_kwhy_forced(&w, zol_kconfig_find(&k, "A")));
}

UNIT(deep_chains_and_long_lists_are_cut)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str want = ZOL_STR_INIT;

	/* Ten selectors: eight are shown. */
	zol_str_puts(&tree, "config A\n\tbool\n");
	for (unsigned i = 0; i < 10; i++)
		zol_str_printf(&tree, "config S%u\n\tbool \"s\"\n\tselect A\n", i);
	zol_str_puts(&want, "  A has no prompt [Kconfig:1]\n");
	for (unsigned i = 10; i-- > 2;)
		zol_str_printf(&want, "    - selected by S%u (now n) [Kconfig:%u]\n", i, 5 + 3 * i);
	zol_str_puts(&want, "    - and by 2 more\n");
	check(zol_str_c(&tree), "", "A", "y", ZOL_KC_PROMPTLESS, zol_str_c(&want));
	/* Each needs the next: six levels of them. */
	zol_str_truncate(&tree, 0);
	zol_str_truncate(&want, 0);
	for (unsigned i = 0; i < 9; i++)
		zol_str_printf(&tree, "config D%u\n\tbool \"d\"\n\tdepends on D%u\n", i, i + 1);
	zol_str_puts(&tree, "config D9\n\tbool \"d\"\n");
	for (unsigned i = 0; i < 7; i++) {
		for (unsigned n = 0; n < 1 + 2 * i; n++)
			zol_str_puts(&want, "  ");
		zol_str_printf(&want, "its prompt [Kconfig:%u] is hidden:\n", 2 + 3 * i);
		for (unsigned n = 0; n < 2 + 2 * i; n++)
			zol_str_puts(&want, "  ");
		zol_str_printf(&want, "- needs D%u (now n) [Kconfig:%u]\n", i + 1, 3 + 3 * i);
	}
	check(zol_str_c(&tree), "", "D0", "y", ZOL_KC_HIDDEN, zol_str_c(&want));
}

UNIT(disjunctions_that_are_long)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_str_puts(&tree, "config A\n\tbool \"a\"\n\tdepends on LONG_NAME_0");
	for (unsigned i = 1; i < 40; i++)
		zol_str_printf(&tree, " || LONG_NAME_%u", i);
	zol_str_putc(&tree, '\n');
	const struct zol_kio io = { .ctx = tree.ptr, .read = one_file };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	assert_int_equal(zol_kwhy(&(struct zol_kwhy){ .k = &k, .lines = &lines }, "A", "y"), ZOL_KC_HIDDEN);
	/* The head, the disjunction cut to 200 bytes, and eight of its parts. */
	assert_int_equal(lines.len, 10);
	assert_non_null(strstr(lines.v[1], "needs one of LONG_NAME_0 || LONG_NAME_1 || "));
	assert_non_null(strstr(lines.v[1], " ... (now n) [Kconfig:3]"));
	assert_null(strstr(lines.v[1], "LONG_NAME_39"));
	assert_string_equal(lines.v[2], "      - needs LONG_NAME_39 (now not defined) [Kconfig:3]");
}

UNIT(defaults_selects_and_their_conditions)
{
	check("config A\n\tbool\n\tselect Z\n\tdefault y if B && C\n\tdefault n\nconfig B\n\tdef_bool y\nconfig C\n\tbool \"c\"\n"
	      "config Z\n\tbool\n",
	      "", "A", "y", ZOL_KC_PROMPTLESS,
	      "  A has no prompt [Kconfig:1]\n    - nothing selects it\n    - a default does not hold [Kconfig:4]\n"
	      "      - needs C (m or y) (now n) [Kconfig:4]\n        it can be set\n");
	/* Of two selectors the one that holds. */
	check("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tselect A if X\nconfig C\n\tbool \"c\"\n\tselect A if Y\n"
	      "config X\n\tdef_bool y\nconfig Y\n\tbool \"y\"\n",
	      "CONFIG_B=y\nCONFIG_C=y\n", "A", "n", ZOL_KC_SELECTED,
	      "  - selected by B (now y, from f:1) [Kconfig:5]\n");
	/* What is on because its prompt is hidden and a default holds. */
	check("config A\n\tbool \"a\" if B\n\tdefault y\nconfig B\n\tbool \"b\"\n", "CONFIG_A=n\n", "A", "n",
	      ZOL_KC_HIDDEN,
	      "  a default gives it its value [Kconfig:3]\n  its prompt [Kconfig:2] is hidden:\n"
	      "    - needs B (m or y) (now n) [Kconfig:2]\n      it can be set\n");
	check("config A\n\tbool \"a\"\n\tdepends on n\n", "", "A", "y", ZOL_KC_HIDDEN,
	      "  its prompt [Kconfig:2] is hidden:\n    - never [Kconfig:3]\n");
}

UNIT(choices_in_the_chain)
{
	const char *tree =
		"choice\n\tprompt \"c\"\n\tdepends on X\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nendchoice\n"
		"config X\n\tbool \"x\"\nconfig ON_B\n\tbool \"o\"\n\tdepends on B\n";

	check(tree, "CONFIG_X=y\nCONFIG_A=y\n", "ON_B", "y", ZOL_KC_HIDDEN,
	      "  its prompt [Kconfig:12] is hidden:\n    - needs B (now n) [Kconfig:13]\n      its choice is A\n");
	check(tree, "", "B", "y", ZOL_KC_HIDDEN,
	      "  its prompt [Kconfig:7] is hidden:\n    the choice [Kconfig:2] is hidden:\n      - needs X (now n) [Kconfig:3]\n"
	      "        it can be set\n");
}

UNIT(texts_and_numbers_that_are_as_asked_or_cannot_be)
{
	check("config S\n\tstring \"s\"\n", "CONFIG_S=\"abc\"\n", "S", "\"abc\"", ZOL_KC_MET, "");
	check("config S\n\tstring \"s\"\n", "CONFIG_S=\"abc\"\n", "S", "\"abd\"", ZOL_KC_OTHER, "");
	check("config S\n\tstring \"s\"\n", "", "S", "\"", ZOL_KC_BAD_VALUE,
	      "  it is text: write \"\"\" with the quotes, or it is lost\n");
	check("config S\n\tstring\n\tdefault \"x\"\n", "", "S", "\"y\"", ZOL_KC_PROMPTLESS,
	      "  S has no prompt [Kconfig:1]\n    - nothing selects it\n");
	check("config N\n\tint \"n\"\n\tdefault 5\n", "", "N", "5", ZOL_KC_MET, "");
	check("config N\n\tint \"n\"\n\tdefault 5\n", "", "N", "6", ZOL_KC_OTHER, "");
	check("config H\n\t"
	      "hex \"h\"\n\tdefault 0x5\n",
	      "", "H", "zz", ZOL_KC_BAD_VALUE, "  it is a number in hexadecimal\n");
	check("config T\n\ttristate \"t\"\n", "", "T", "yes", ZOL_KC_BAD_VALUE,
	      "  it is a tristate: it can be y, m or n\n");
	check("config T\n\ttristate \"t\"\n", "", "T", "", ZOL_KC_BAD_VALUE,
	      "  it is a tristate: it can be y, m or n\n");
	check("config T\n\ttristate \"t\"\n", "", "T", "x", ZOL_KC_BAD_VALUE,
	      "  it is a tristate: it can be y, m or n\n");
	check("config T\n\ttristate \"t\"\n", "", "GHOST", "n", ZOL_KC_MET, "");
	check("config T\n\tbool \"t\"\n\tdepends on GHOST\n", "", "GHOST", "y", ZOL_KC_UNKNOWN, "");
}

UNIT(the_newer_kernels_cut_numbers)
{
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)"config A\n\tint \"a\"\n\trange 2 64\n",
				    .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kconfig_init(&k, &io, 2, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	zol_kconfig_read(&k, zol_span_c("CONFIG_A=99\n"));
	assert_int_equal(zol_kwhy(&(struct zol_kwhy){ .k = &k, .lines = &lines }, "A", "99"), ZOL_KC_RANGE);
	assert_int_equal(lines.len, 1);
	assert_string_equal(lines.v[0], "  its range is 2 to 64; what lies outside is cut to it");
}

UNIT(forced_over_many_steps_or_not_at_all)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;

	for (unsigned i = 0; i < 20; i++)
		zol_str_printf(&tree, "config F%u\n\tbool \"f\"\n\tselect F%u\n", i, i + 1);
	zol_str_puts(&tree, "config F20\n\tbool \"f\"\n");
	const struct zol_kio io = { .ctx = tree.ptr, .read = one_file };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_kwhy w = { .k = &k, .lines = &lines };

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	zol_kconfig_read(&k, zol_span_c("CONFIG_F0=y\n"));
	assert_ptr_equal(zol_kwhy_forced(&w, zol_kconfig_find(&k, "F9")), zol_kconfig_find(&k, "F0"));
	assert_int_equal(lines.len, 9);
	assert_string_equal(lines.v[0], "  - F0 selects F1 [Kconfig:3]");
	assert_string_equal(lines.v[8], "  - F8 selects F9 [Kconfig:27]");
	/* Further than anybody would follow. */
	assert_null(zol_kwhy_forced(&w, zol_kconfig_find(&k, "F20")));
	assert_null(zol_kwhy_forced(&w, zol_kconfig_find(&k, "F0")));
}

/* As many conditions as nobody writes: their text and their reasons are those of the first ones. */
UNIT(conditions_without_end)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };

	zol_str_puts(&tree, "config O\n\tbool \"o\"\n\tdepends on ");
	for (unsigned i = 0; i < 300000; i++)
		zol_str_printf(&tree, "%sX%u", i ? " || " : "", i);
	zol_str_puts(&tree, "\nconfig A\n\tbool \"a\"\n\tdepends on ");
	for (unsigned i = 0; i < 300000; i++)
		zol_str_printf(&tree, "%sX%u", i ? " && " : "", i);
	zol_str_puts(&tree, "\n");
	const struct zol_kio io = { .ctx = tree.ptr, .read = one_file };
	const struct zol_kwhy w = { .k = &k, .lines = &lines };

	assert_int_equal(zol_kconfig_init(&k, &io, 2, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	zol_kconfig_reset(&k);
	assert_string_equal(zol_kcause_name(zol_kwhy(&w, "O", "y")), "hidden");
	assert_non_null(strstr(lines.v[1], "- needs one of X0 || X1 || X2 || "));
	zol_strv_free(&lines);
	assert_string_equal(zol_kcause_name(zol_kwhy(&w, "A", "y")), "hidden");
	assert_string_equal(lines.v[1], "    - needs X0 (now not defined) [Kconfig:6]");
}

UNIT_MAIN()
