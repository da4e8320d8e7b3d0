/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_conf.h"
#include "unit.h"

static void value_is(const char *text, const char *name, const char *want)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_portage_conf(zol_span_c(text), "/etc/make.conf", NULL, &vars, &err) != 0)
		fail_msg("%s: %s", text, zol_err_text(&err));
	assert_string_equal(zol_pvars_value(&vars, name), want);
}

static void refused(const char *text, const char *why)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_portage_conf(zol_span_c(text), "/m", NULL, &vars, &err), -ZOL_MALFORMED);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("%s: \"%s\" lacks \"%s\"", text, zol_err_text(&err), why);
}

UNIT(reads_assignments)
{
	value_is("A=1", "A", "1");
	value_is("A=\"x y\"\nB='z'\n", "A", "x y");
	value_is("A=1\nA=2\n", "A", "2");
	value_is("export A=1\n", "A", "1");
	value_is("A = 1\n", "A", "1");
	value_is("A=\n1\n", "A", "1");
	value_is("# A=1\nA=2 # three\n", "A", "2");
	value_is("A=a#b\n", "A", "a");
	value_is("A=\"\"\n", "A", "");
	value_is("A=a\"b c\"'d'\n", "A", "ab cd");
	value_is("A=\"a\nb\"\n", "A", "a b");
	value_is("A=\"a\\\nb\"\n", "A", "ab");
	value_is("A=-O2,/x:y@%{}\n", "A", "-O2,/x:y@%{}");
	value_is("", "A", "");
}

UNIT(expands)
{
	value_is("A=1\nB=\"$A ${A}2 $C\"\n", "B", "1 12 ");
	value_is("A=1\nA=\"${A} ${A}\"\n", "A", "1 1");
	/* Quotes are gone by then: Portage expands in single ones, too. */
	value_is("A=1\nB='$A'\n", "B", "1");
	value_is("B=\"it's $\"\n", "B", "it's $");
	value_is("A=1\nB=\"\\$A\"\n", "B", "$A");
	value_is("A=\"x\\ny\"\n", "A", "x\\ny");
	value_is("A=\"a\\\"b\"\n", "A", "a\"b");
	value_is("A=\"a\\\\\\\\b\"\n", "A", "a\\b");
	value_is("A='\\\\$x'\n", "A", "\\$x");
	value_is("A=b\\ c\n", "A", "b c");
	value_is("A=1\nB=\"${A\"\n", "B", "");
	value_is("A=1\nB=\"x$-\"\n", "B", "");
	value_is("B='x\\'\n", "B", "x\\");
	value_is("A=1\nB=\"'\\$A' '$A'\"\n", "B", "'\\$A' '$A'");
	value_is("A=1\nB='\"$A\" $A'\n", "B", "\"1\" 1");
}

UNIT(refuses_what_portage_refuses)
{
	refused("A=\"x\n", "/m:1: a quote is not closed");
	refused("A B\n", "/m:1: not an assignment");
	refused("A=1\nfoo() { :; }\n", "/m:2: not an assignment");
	refused("A=", "ends before the value");
	refused("A", "ends too early");
	refused("1A=x\n", "not the name");
	refused("A-B=x\n", "not the name");
	refused("A=x\\", "nothing follows the backslash");
	refused("A=\"x\\", "nothing follows the backslash");
	refused("A", "/m:1:");
}

UNIT(keeps_what_came_before_an_error)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_portage_conf(zol_span_c("A=1\n(\nB=2\n"), "/m", NULL, &vars, &err), -ZOL_MALFORMED);
	assert_string_equal(zol_pvars_value(&vars, "A"), "1");
	assert_null(zol_pvars_find(&vars, "B"));
	assert_string_equal(zol_pvars_find(&vars, "A")->origin, "/m");
}

UNIT(does_not_grow_without_end)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_str_puts(&text, "A=aaaaaaaaaaaaaaaa\n");
	for (int i = 0; i < 40; i++)
		zol_str_puts(&text, "A=\"$A$A$A$A\"\n");
	assert_int_equal(zol_portage_conf(zol_span_str(&text), "/m", NULL, &vars, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "too long"));
}

UNIT(refuses_a_word_that_is_too_long)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_str_puts(&text, "A=");
	for (int i = 0; i < (1 << 17); i++)
		zol_str_puts(&text, "aaaaaaaaa");
	assert_int_equal(zol_portage_conf(zol_span_str(&text), "/m", NULL, &vars, &err), -ZOL_MALFORMED);
}

/* Files that "source" finds. */
static int read_file(void *ctx, const char *path, struct zol_str *text, struct zol_err *err)
{
	(*(unsigned *)ctx)++;
	if (strcmp(path, "/etc/other") == 0)
		zol_str_puts(text, "B=\"${A}2\"\n");
	else if (strcmp(path, "/etc/self") == 0)
		zol_str_puts(text, "source self\nsource self\n");
	else if (strcmp(path, "/etc/unreadable") == 0)
		return zol_err_set(err, ZOL_SYSTEM, EACCES, "%s", path);
	else
		return 1;
	return zol_str_check(text, err);
}

/* Six bytes a line, and each another million of them in memory. */
UNIT(refuses_what_grows_without_end)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	char *x;

	zol_str_puts(&text, "A=");
	x = zol_str_reserve(&text, 1000000);
	memset(x, 'x', 1000000);
	text.len += 1000000;
	for (unsigned i = 0; i < 17; i++)
		zol_str_printf(&text, "\nB%u=$A", i);
	refused(zol_str_c(&text), "/m: all values together have more than 16 MiB");
	/* Once more and again is not more. */
	zol_str_truncate(&text, 1000002);
	for (unsigned i = 0; i < 30; i++)
		zol_str_puts(&text, "\nB=$A");
	zol_str_puts(&text, "\nC=1\n");
	value_is(zol_str_c(&text), "C", "1");
}

static int sourced(const char *text, struct zol_pvars *vars, unsigned *ret_reads, struct zol_err *err)
{
	unsigned reads = 0;
	struct zol_portage_source src = { .ctx = &reads, .read = read_file };
	int r = zol_portage_conf(zol_span_c(text), "/etc/make.conf", &src, vars, err);

	*ret_reads = reads;
	return r;
}

UNIT(sources)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned reads;

	assert_int_equal(sourced("A=1\nX=other\nsource $X\nsource /etc/other\n", &vars, &reads, &err), 0);
	assert_string_equal(zol_pvars_value(&vars, "B"), "12");
	assert_string_equal(zol_pvars_find(&vars, "B")->origin, "/etc/other");
	assert_int_equal(reads, 2);
	assert_int_equal(sourced("source none\n", &vars, &reads, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(sourced("source unreadable\n", &vars, &reads, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(sourced("source self\n", &vars, &reads, &err), -ZOL_MALFORMED);
	assert_true(reads <= 64);
	zol_err_clear(&err);
	assert_int_equal(zol_portage_conf(zol_span_c("source x\nA=3\n"), "/m", NULL, &vars, &err), 0);
	assert_string_equal(zol_pvars_value(&vars, "A"), "3");
}

UNIT(reads_what_bash_would)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *text = "A=1\nif true; then\n\texport B=\"two words\"\nfi\npre_src() {\n\tlocal c=3\n}\nD=\n"
			   "E=\"open\nF=x # y\nG=$(date)\n[[ $A == 1 ]] && H=1\nI='a\nb'\n";

	assert_int_equal(zol_portage_bash(zol_span_c(text), "/e", &vars, &err), 0);
	assert_string_equal(zol_pvars_value(&vars, "A"), "1");
	assert_string_equal(zol_pvars_value(&vars, "B"), "two words");
	assert_non_null(zol_pvars_find(&vars, "D"));
	assert_string_equal(zol_pvars_value(&vars, "D"), "");
	assert_null(zol_pvars_find(&vars, "E"));
	assert_string_equal(zol_pvars_value(&vars, "F"), "x");
	assert_null(zol_pvars_find(&vars, "H"));
	assert_string_equal(zol_pvars_value(&vars, "I"), "a b");
}

static void declared_is(const char *text, const char *want)
{
	ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;

	assert_int_equal(zol_portage_declared(zol_span_c(text), "V", &value), want != NULL);
	assert_string_equal(zol_str_c(&value), want ? want : "");
}

UNIT(finds_declared_variables)
{
	declared_is("declare -x V=\"abc\"\n", "abc");
	declared_is("x\ndeclare -- W=\"V\"\ndeclare -- V=\"a \\\"b\\\" \\$c\"\n", "a \"b\" $c");
	declared_is("declare -x V=\"a\nb\"\n", "a\nb");
	declared_is("declare -x V\n", NULL);
	declared_is("declare -x VV=\"a\"\n", NULL);
	declared_is("declare -x V=\"a", NULL);
	declared_is("declare -x V='a'\n", NULL);
	declared_is(" declare -x V=\"a\"\n", NULL);
	declared_is("declare -x V=\"cut\\\n", NULL);
	declared_is("declare -x\n", NULL);
	declared_is("", NULL);
}

UNIT_MAIN()
