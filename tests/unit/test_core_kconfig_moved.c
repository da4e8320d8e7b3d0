/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_moved.h"

#include "unit.h"

#define HELP "\thelp\n\t  Says in more than eight words what it is good for.\n"

static int read_text(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)path;
	(void)err;
	zol_str_puts(out, ctx);
	return 0;
}

struct tree {
	struct zol_kio io;
	struct zol_kconfig k;
};

static void load(struct tree *t, const char *text)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	t->io = (struct zol_kio){ .ctx = (void *)(uintptr_t)text, .read = read_text };
	assert_int_equal(zol_kconfig_init(&t->k, &t->io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&t->k, "Kconfig", &err), 0);
}

/* "OLD>NEW(what is the same) " for each proposal. */
static void check(const char *from, const char *to, const char *want)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kmoveds) struct zol_kmoveds m = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct tree a = { 0 }, b = { 0 };

	load(&a, from);
	load(&b, to);
	assert_int_equal(zol_kmoveds_find(&a.k, &b.k, &m, &err), 0);
	for (size_t i = 0; i < m.len; i++) {
		assert_true(m.v[i].score >= ZOL_KMOVED_POSSIBLE);
		zol_str_printf(&text, "%s>%s(", m.v[i].from->name, m.v[i].to->name);
		zol_kmoved_text(m.v[i].same, &text);
		zol_str_puts(&text, ") ");
	}
	assert_string_equal(zol_str_c(&text), want);
	zol_kconfig_free(&a.k);
	zol_kconfig_free(&b.k);
}

UNIT(the_same_prompt_and_help)
{
	check("config A\n\tbool \"keeps retpolines away from here\"\n" HELP,
	      "config NEW\n\tbool \"other thing\"\nconfig B\n\tbool \"keeps retpolines away from here\"\n" HELP,
	      "A>B(prompt help file type) ");
}

UNIT(a_name_with_a_prefix_at_the_same_place)
{
	check("config X\n\tbool \"x\"\nconfig RETHUNK\n\tbool \"return thunks\"\nconfig Y\n\tbool \"y\"\n",
	      "config X\n\tbool \"x\"\nconfig MITIGATION_RETHUNK\n\tbool \"return thunks\"\nconfig Y\n\tbool \"y\"\n",
	      "RETHUNK>MITIGATION_RETHUNK(prompt file place name type) ");
}

UNIT(what_both_have_is_not_proposed)
{
	check("config A\n\tbool \"one two three\"\n" HELP, "config A\n\tbool \"one two three\"\n" HELP, "");
	check("config A\n\tbool \"one two three\"\n" HELP,
	      "config A\n\tbool \"gone\"\nconfig B\n\tbool \"one two three\"\n" HELP, "");
}

UNIT(short_prompts_and_helps_are_no_reason)
{
	check("config A\n\tbool \"lz4\"\n\thelp\n\t  Short.\n", "config B\n\tbool \"lz4\"\n\thelp\n\t  Short.\n", "");
}

UNIT(each_name_has_one_partner)
{
	check("config A\n\tbool \"one two three\"\n" HELP "config B_OLD\n\tbool \"one two three\"\n" HELP,
	      "config B\n\tbool \"one two three\"\n" HELP, "B_OLD>B(prompt help file name type) ");
	/* Of two that are as good the first by name, always. */
	check("config OLD\n\tbool \"one two three\"\n" HELP,
	      "config Z\n\tbool \"z\"\nconfig C2\n\tbool \"one two three\"\n" HELP
	      "config Q\n\tbool \"q\"\nconfig C1\n\tbool \"one two three\"\n" HELP "config R\n\tbool \"r\"\n",
	      "OLD>C1(prompt help file type) ");
}

UNIT(help_is_compared_by_its_words)
{
	check("config A\n\tbool \"first text\"\n" HELP,
	      "config X\n\tbool \"x\"\nconfig A_B\n\ttristate \"second text\"\n\n\t---help---\n\t\tSays in more than eight\n"
	      "\t\twords what it is\n\n\t\tgood for.\n",
	      "A>A_B(help file name) ");
}

UNIT(another_type_and_no_prompt)
{
	check("config A\n\tint\n\tdefault 1\n" HELP, "config B\n hex\n default 0x1\n" HELP "config C\n\tint\n", "");
}

/* The same words at the same place, of several files of a directory and of another one. */
static int read_files(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)err;
	if (strcmp(path, "Kconfig") != 0)
		zol_str_puts(out, "config ONE_LONG_NAME\n\tbool \"one two three\"\n" HELP);
	else
		zol_str_puts(out, ctx);
	return 0;
}

static void check_file(const char *from, const char *to, const char *want)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kmoveds) struct zol_kmoveds m = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct tree a = { 0 };
	struct tree b = { 0 };

	a.io = (struct zol_kio){ .ctx = (void *)(uintptr_t)from, .read = read_files };
	assert_int_equal(zol_kconfig_init(&a.k, &a.io, 1, &err), 0);
	assert_int_equal(zol_kconfig_load(&a.k, "Kconfig", &err), 0);
	load(&b, to);
	assert_int_equal(zol_kmoveds_find(&a.k, &b.k, &m, &err), 0);
	for (size_t i = 0; i < m.len; i++) {
		zol_str_printf(&text, "%s>%s(", m.v[i].from->name, m.v[i].to->name);
		zol_kmoved_text(m.v[i].same, &text);
		zol_str_puts(&text, ")");
	}
	assert_string_equal(zol_str_c(&text), want);
	zol_kconfig_free(&a.k);
	zol_kconfig_free(&b.k);
}

UNIT(other_files_and_one_neighbour)
{
	check_file("source \"lib/Kconfig\"\n", "config ONE_OTHER_NAME\n\tbool \"one two three\"\n" HELP,
		   "ONE_LONG_NAME>ONE_OTHER_NAME(prompt help type)");
	check("config X\n\tbool \"x\"\nconfig A_B\n\tbool \"one two three\"\n" HELP "config Y\n\tbool \"y\"\n",
	      "config X\n\tbool \"x\"\nconfig C_D\n\tbool \"one two three\"\n" HELP "config Z\n\tbool \"z\"\n",
	      "A_B>C_D(prompt help file place type) ");
}

UNIT_MAIN()
