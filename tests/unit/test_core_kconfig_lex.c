/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tokens at the edges: ends of lines and files, quotes, dollars, continued lines, help texts. */
#include "kworld.h"

/* The notes of a tree; what it comes to is of no interest. */
static void check_notes(const char *kconfig, const char *want)
{
	const char *const files[] = { "Kconfig", kconfig, NULL };
	char *notes = NULL;
	ZOL_AUTO(free) char *text = run(files, 1, "", &notes);

	assert_string_equal(notes, want);
	free(notes);
}

UNIT(files_that_end_without_a_newline)
{
	check("config A\n bool \"a\"\nmenu \"m\"\nendmenu", "", "# CONFIG_A is not set\n\n#\n# m\n#\n# end of m\n");
	check("config A\n string\n default 'single'", "", "CONFIG_A=\"single\"\n");
	check("config A\n string\n default \"do\\\"uble\"", "", "CONFIG_A=\"do\\\"uble\"\n");
	check("config A\n bool \"a\"\n# and no more", "", "# CONFIG_A is not set\n");
	check("config A\n bool \"a\"\n help\n   text", "", "# CONFIG_A is not set\n");
	check("config A\n bool \"a\"\n help\n   text\n\r\n   more\r\nconfig B\n bool \"b\"\n", "",
	      "# CONFIG_A is not set\n# CONFIG_B is not set\n");
	check("config A\n bool \"a\"\n help\nconfig B\n bool \"b\"\n", "",
	      "# CONFIG_A is not set\n# CONFIG_B is not set\n");
	check("config A\n string\n default \"$(x)\"\nx = late", "", "CONFIG_A=\"\"\n");
	check("x = in time\nconfig A\n string\n default \"$(x)\"\nx =", "", "CONFIG_A=\"in time\"\n");
	assert_error("config A\n bool \"a\"\nx", "Kconfig:3: unknown statement \"x\"");
	assert_error("config A\n bool \"a\"\nx  ", "Kconfig:3: unknown statement \"x\"");
	assert_error("x :", "Kconfig:1: unknown statement \"x\"");
	assert_error("x ?= 1\n", "Kconfig:1: unknown statement \"x\"");
}

UNIT(text_in_quotes)
{
	check("config A\n string\n default \"5$\"\n", "", "CONFIG_A=\"5$\"\n");
	check("config A\n string\n default \"$X $\"\n", "", "CONFIG_A=\"$X $\"\n");
	check("config A\n string\n default 'a\"b'\n", "", "CONFIG_A=\"a\\\"b\"\n");
	check("config A\n string\n default 'a\\'b'\n", "", "CONFIG_A=\"a'b\"\n");
	check("config A\n string\n default \"$(ARCH)\"\n", "", "CONFIG_A=\"x86\"\n");
	check_notes("config A\n string\n default \"open\nconfig B\n bool \"b\"\n",
		    "Kconfig:3: text in quotes goes over the end of the line\n");
	check_notes("config A\n string\n default \"open\\\n",
		    "Kconfig:3: text in quotes goes over the end of the line\n");
	check_notes("config A\n string\n default \"open\\",
		    "Kconfig:3: text in quotes goes over the end of the line\n");
	check_notes("config A\n string\n default \"", "Kconfig:3: text in quotes goes over the end of the line\n");
}

UNIT(dollars_in_words)
{
	check("f = $(1)\nconfig A$(f,B)C\n bool \"a\"\n", "", "# CONFIG_ABC is not set\n");
	check("config A$\n bool \"a\"\n", "", "# CONFIG_A$ is not set\n");
	check("config A\n bool \"a\"\n$(nothing)\nconfig B\n bool \"b\"\n", "",
	      "# CONFIG_A is not set\n# CONFIG_B is not set\n");
	assert_error("config A$(x\n bool \"a\"\n)\n", "Kconfig:1: a \"$\" that begins no complete $(...)");
	assert_error("config A\n bool \"$(x\"\n", "Kconfig:2: a \"$\" that begins no complete $(...)");
}

UNIT(lines_that_go_on)
{
	check("config A\n def_bool \\\n  y\nconfig B\n bool \"b\"\n", "", "CONFIG_A=y\n# CONFIG_B is not set\n");
	assert_error("config A\n def_bool \\\n  y\nnonsense\n", "Kconfig:4: unknown statement \"nonsense\"");
	check_notes("config A\n bool \"a\" \\ \n depends on A2 \\", "Kconfig:2: ignoring unsupported character '\\'\n"
								    "Kconfig:3: ignoring unsupported character '\\'\n");
	check_notes("config A\n bool \"a\"\n depends on B &", "Kconfig:3: ignoring unsupported character '&'\n");
	check_notes("config A\n bool \"a\"\n depends on B | C\n", "Kconfig:3: ignoring unsupported character '|'\n");
}

static int nul_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)err;
	if (strcmp(path, "Kconfig") == 0)
		zol_str_puts(out, "source \"nul\"\n");
	else
		zol_str_add(out, "config A\n bool\0", 15);
	return 0;
}

/* One file sources the next, without end. */
static int deep_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_printf(out, "\nsource \"f%u\"\n", ++*(unsigned *)ctx);
	return 0;
}

static int broken_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	if (strcmp(path, "Kconfig") != 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "%s: it does not want", path);
	zol_str_puts(out, "# a comment\nsource \"b\"\n");
	return 0;
}

static void check_reader(int (*read)(void *, const char *, struct zol_str *, struct zol_err *), enum zol_code code,
			 const char *want)
{
	unsigned n = 0;
	const struct zol_kio io = { .ctx = &n, .read = read };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), -(int)code);
	assert_string_equal(zol_err_text(&err), want);
}

UNIT(files_that_cannot_be)
{
	check_reader(nul_read, ZOL_MALFORMED, "nul:2: a NUL byte");
	check_reader(deep_read, ZOL_MALFORMED, "f64:2: files that source each other, more than 64 deep");
	check_reader(broken_read, ZOL_SYSTEM, "Kconfig:2: b: it does not want");
}

UNIT(blocks_that_are_too_deep)
{
	ZOL_AUTO(str) struct zol_str tree = ZOL_STR_INIT;

	for (unsigned i = 0; i < 600; i++)
		zol_str_puts(&tree, "if A\n");
	assert_error(zol_str_c(&tree), "Kconfig:512: blocks nested deeper than 512");
}

UNIT(macros_with_nobody_to_ask)
{
	static const char tree[] =
		"$(info,x)$(warning-if,y,z)\nconfig A\n string\n default \"$(shell,x)$(ARCH)$(15)$(123)\"\n"
		"config B\n bool\n int\n";
	struct world w = { .files = (const char *const[]){ "Kconfig", tree, NULL } };
	const struct zol_kio io = { .ctx = &w, .read = world_read };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	assert_string_equal(zol_ksym_text(&k, zol_kconfig_find(&k, "A")), "");
}

static int many_lines(void *ctx, const char *command, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	if (strcmp(command, "fail") == 0)
		return zol_err_set(err, ZOL_CHILD, 0, "the probe was killed");
	for (unsigned i = 0; i < 5000; i++)
		zol_str_puts(out, i % 2 ? "\n" : "x");
	return 0;
}

UNIT(what_probes_say)
{
	static const char tree[] = "config A\n string\n default \"$(shell,many)\"\n";
	struct world w = { .files = (const char *const[]){ "Kconfig", tree, "fails", "x := $(shell,fail)\n", NULL } };
	const struct zol_kio io = { .ctx = &w, .read = world_read, .shell = many_lines };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(kconfig) struct zol_kconfig failing = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kconfig_init(&k, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&k, "Kconfig", &err), 0);
	/* 4,095 bytes of it, newlines as blanks. */
	assert_int_equal(strlen(zol_ksym_text(&k, zol_kconfig_find(&k, "A"))), 4095);
	assert_null(strchr(zol_ksym_text(&k, zol_kconfig_find(&k, "A")), '\n'));
	assert_int_equal(zol_kconfig_init(&failing, &io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&failing, "fails", &err), -ZOL_CHILD);
}

UNIT(macro_arguments)
{
	check("f = $(1)|$(2)\nconfig A\n string\n default \"$(f,(a,b),c)\"\n", "", "CONFIG_A=\"(a,b)|c\"\n");
	check("v := a\nv := b\nconfig A\n string\n default \"$(v)\"\n", "", "CONFIG_A=\"b\"\n");
	check("v += a\nconfig A\n string\n default \"$(v)\"\n", "", "CONFIG_A=\"a\"\n");
	check("v := x$(ARCH)\nv += y$(ARCH)\nconfig A\n string\n default \"$(v)\"\n", "", "CONFIG_A=\"xx86 yx86\"\n");
	check("f = $(9)$(12)\nconfig A\n string\n default \"[$(f,1)]\"\n", "", "CONFIG_A=\"[]\"\n");
	check("$(error-if,n,no compiler)\nconfig A\n def_bool y\n", "", "CONFIG_A=y\n");
	assert_error("x := $(f,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17)\n",
		     "Kconfig:1: too many arguments in a macro call");
}

UNIT_MAIN()
