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

UNIT_MAIN()
