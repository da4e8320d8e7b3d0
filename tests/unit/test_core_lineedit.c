/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lineedit.h"
#include "unit.h"

static void set(struct zol_str *s, const char *text)
{
	zol_str_truncate(s, 0);
	zol_str_puts(s, text);
}

static enum zol_edit put(struct zol_str *text, const char *name, const char *lines, const struct zol_line *replace)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit edit;

	assert_int_equal(zol_lineedit_put(text, name, zol_span_c(lines), replace, &edit, &err), 0);
	return edit;
}

static unsigned drop(struct zol_str *text, const char *name)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned kept;

	assert_int_equal(zol_lineedit_drop(text, name, &kept, &err), 0);
	return kept;
}

static struct zol_line nth(const struct zol_str *text, unsigned n)
{
	struct zol_line line;
	size_t pos = 0;

	do
		assert_true(zol_lineedit_line(zol_span_str(text), &pos, &line));
	while (n--);
	return line;
}

/* Appends, replaces and switches off, in a text, and takes all of it back. */
static void round_trip(const char *before)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_line line;
	size_t pos = 0;

	set(&text, before);
	assert_int_equal(put(&text, "one", "1\n", NULL), ZOL_EDIT_CHANGED);
	assert_int_equal(put(&text, "two", "2\n2\n", NULL), ZOL_EDIT_CHANGED);
	assert_int_equal(put(&text, "one", "1\n", NULL), ZOL_EDIT_SAME);
	if (zol_lineedit_line(zol_span_str(&text), &pos, &line))
		assert_int_equal(put(&text, "three", "3\n", &line), ZOL_EDIT_CHANGED);
	pos = 0;
	if (zol_lineedit_line(zol_span_str(&text), &pos, &line))
		assert_int_equal(zol_lineedit_off(&text, &line, &err), 0);
	assert_int_equal(drop(&text, NULL), 0);
	assert_string_equal(zol_str_c(&text), before);
}

UNIT(takes_back_every_byte)
{
	static const char *const texts[] = { "",
					     "\n",
					     "a",
					     "a\n",
					     "a\nb",
					     "a\nb\n",
					     "a\r\nb\r\n",
					     "a\r\nb",
					     "\n\n\n",
					     " \t",
					     "# >>> zolkit: x [00000000]\n# >>> zolkit: y\n",
					     "# <<< zolkit: one\n" };

	for (size_t i = 0; i < ZOL_COUNT(texts); i++)
		round_trip(texts[i]);
}

UNIT(replaces_the_last_line_without_newline)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_line line;

	set(&text, "a\nb");
	line = nth(&text, 1);
	assert_int_equal(put(&text, "x", "X\n", &line), ZOL_EDIT_CHANGED);
	assert_non_null(strstr(zol_str_c(&text), " eof]\n#zolkit-was:b\nX\n"));
	/* Somebody goes on after it: the newline must stay then. */
	zol_str_puts(&text, "c\n");
	assert_int_equal(drop(&text, NULL), 0);
	assert_string_equal(zol_str_c(&text), "a\nb\nc\n");
}

UNIT(the_missing_newline_is_remembered_by_whoever_stays)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	set(&text, "a");
	(void)put(&text, "x", "X\n", NULL);
	(void)put(&text, "y", "Y\n", NULL);
	assert_int_equal(drop(&text, "x"), 0);
	assert_non_null(strstr(zol_str_c(&text), "a\n# >>> zolkit: y ["));
	assert_int_equal(drop(&text, "y"), 0);
	assert_string_equal(zol_str_c(&text), "a");
}

UNIT(updates_where_it_stands)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_line line;

	set(&text, "a\nb\nc\n");
	line = nth(&text, 1);
	assert_int_equal(put(&text, "x", "X\n", &line), ZOL_EDIT_CHANGED);
	assert_int_equal(put(&text, "x", "Y\nZ\n", NULL), ZOL_EDIT_CHANGED);
	assert_non_null(strstr(zol_str_c(&text), "#zolkit-was:b\nY\nZ\n# <<<"));
	assert_int_equal(drop(&text, "x"), 0);
	assert_string_equal(zol_str_c(&text), "a\nb\nc\n");
}

UNIT(keeps_what_was_changed)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, before = ZOL_STR_INIT;

	set(&text, "a\n");
	(void)put(&text, "x", "X\n", NULL);
	(void)put(&text, "y", "Y\n", NULL);
	*strstr(text.ptr, "X\n") = 'Q';
	set(&before, zol_str_c(&text));
	assert_int_equal(put(&text, "x", "new\n", NULL), ZOL_EDIT_KEPT);
	assert_string_equal(zol_str_c(&text), zol_str_c(&before));
	/* What stands there is what is wanted, whoever wrote it. */
	assert_int_equal(put(&text, "x", "Q\n", NULL), ZOL_EDIT_SAME);
	assert_int_equal(drop(&text, "y"), 0);
	assert_int_equal(drop(&text, "x"), 1);
	assert_int_equal(drop(&text, NULL), 1);
	assert_non_null(strstr(zol_str_c(&text), "Q\n"));
	assert_null(strstr(zol_str_c(&text), "Y\n"));
}

UNIT(walks_over_what_is_not_ours)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_line line;
	struct zol_block b;
	size_t pos = 0;

	set(&text, "a  \r\n");
	(void)put(&text, "x", "X\n", NULL);
	zol_str_puts(&text, ZOL_LINE_WAS "off\nend");
	assert_true(zol_lineedit_line(zol_span_str(&text), &pos, &line));
	assert_true(zol_span_eq(line.text, "a") && line.at == 0 && line.len == 5);
	assert_true(zol_lineedit_line(zol_span_str(&text), &pos, &line));
	assert_true(zol_span_eq(line.text, "end") && line.len == 3);
	assert_false(zol_lineedit_line(zol_span_str(&text), &pos, &line));
	assert_true(zol_lineedit_find(zol_span_str(&text), "x", &b));
	assert_true(zol_span_eq(b.body, "X\n") && !b.changed && !b.eof);
	assert_false(zol_lineedit_find(zol_span_str(&text), "y", &b));
	pos = 0;
	assert_true(zol_lineedit_block(zol_span_str(&text), &pos, &b));
	assert_false(zol_lineedit_block(zol_span_str(&text), &pos, &b));
}

UNIT(half_marks_are_comments)
{
	static const char *const texts[] = {
		"# >>> zolkit: x [811c9dc5]\nX\n",
		"# >>> zolkit: x [811c9dc5]\n# <<< zolkit: y\n",
		"# >>> zolkit: x\n# <<< zolkit: x\n",
		"# >>> zolkit: x [811c9dc]\n# <<< zolkit: x\n",
		"# >>> zolkit: x [811c9dc5 foe]\n# <<< zolkit: x\n",
		"# >>> zolkit: x 811c9dc5]\n# <<< zolkit: x\n",
		"# <<< zolkit: x\n# >>> zolkit: x [811c9dc5]\n",
	};
	struct zol_block b;

	for (size_t i = 0; i < ZOL_COUNT(texts); i++)
		assert_false(zol_lineedit_find(zol_span_c(texts[i]), "x", &b));
	assert_true(zol_lineedit_find(zol_span_c("# >>> zolkit: x [811c9dc5]\n# <<< zolkit: x"), "x", &b));
	assert_false(b.changed);
	assert_true(zol_lineedit_find(zol_span_c("# >>> zolkit: x [811C9DC6 eof]  \r\n# <<< zolkit: x\r\n"), "x", &b));
	assert_true(b.changed && b.eof);
}

UNIT(many_unfinished_blocks_take_linear_time)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_block b;

	for (int i = 0; i < 100000; i++)
		zol_str_puts(&text, "# >>> zolkit: x [811c9dc5]\n");
	assert_false(zol_lineedit_find(zol_span_str(&text), "x", &b));
}

UNIT(seals)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	assert_false(zol_lineedit_sealed(zol_span_c("")));
	assert_false(zol_lineedit_sealed(zol_span_c("x")));
	assert_false(zol_lineedit_sealed(zol_span_c("x\ny\n")));
	zol_lineedit_seal(&text);
	assert_true(zol_lineedit_sealed(zol_span_str(&text)));
	set(&text, "a\nb\n");
	zol_lineedit_seal(&text);
	assert_true(zol_lineedit_sealed(zol_span_str(&text)));
	text.ptr[0] = 'c';
	assert_false(zol_lineedit_sealed(zol_span_str(&text)));
	text.ptr[0] = 'a';
	zol_str_puts(&text, "more\n");
	assert_false(zol_lineedit_sealed(zol_span_str(&text)));
}

UNIT_MAIN()
