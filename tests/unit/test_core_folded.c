/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/folded.h"
#include "unit.h"

/* Reads, sorts and writes; the result belongs to the caller. */
static char *again(const char *text, enum zol_fold_marks marks)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_str out = ZOL_STR_INIT;

	assert_int_equal(zol_folded_read(zol_span_c(text), &s, &err), 0);
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_folded_write(&s, marks, &out);
	return zol_str_take(&out);
}

static void becomes(const char *text, enum zol_fold_marks marks, const char *want)
{
	ZOL_AUTO(free) char *got = again(text, marks);

	assert_string_equal(got, want);
}

UNIT(adds_up_equal_stacks_and_sorts_them)
{
	becomes("b;x 1\na;y 2\nb;x 3\n\n# no stack\na 5", ZOL_FOLD_PLAIN, "a 5\na;y 2\nb;x 4\n");
}

UNIT(knows_the_marks_of_kinds)
{
	becomes("t;u;k_[k];m_[m];j_[j];i_[i] 1\n", ZOL_FOLD_KINDS, "t;u;k_[k];m_[m];j_[j];i_[i] 1\n");
	becomes("t;u;k_[k];m_[m];j_[j];i_[i] 1\n", ZOL_FOLD_KERNEL, "t;u;k_[k];m_[k];j_[j];i_[i] 1\n");
	becomes("t;u;k_[k];m_[m];j_[j];i_[i] 1\n", ZOL_FOLD_PLAIN, "t;u;k;m;j;i 1\n");
}

UNIT(reads_two_counts_only_when_all_lines_have_them)
{
	becomes("a;b 1 2\na;c 3 0\n", ZOL_FOLD_PLAIN, "a;b 1 2\na;c 3 0\n");
	becomes("a;operator 1 2\na;c 3\n", ZOL_FOLD_PLAIN, "a;c 3\na;operator 1 2\n");
}

UNIT(keeps_decimals)
{
	becomes("a 0.25\na 1.5\nb 2\n", ZOL_FOLD_PLAIN, "a 1.75\nb 2\n");
}

UNIT(names_the_line_without_a_count)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_folded_read(zol_span_c("a 1\nb;c\n"), &s, &err), -ZOL_MALFORMED);
	assert_string_equal(zol_err_text(&err), "line 2: no count at the end");
}

UNIT(keeps_thousands_of_stacks_through_a_cut)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	bool keep[5000];
	uint32_t ids[2];

	for (uint32_t i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		ids[0] = zol_stacks_frame(&s, zol_span_c("task"), ZOL_FRAME_TASK, zol_span(NULL, 0));
		ids[1] = zol_stacks_frame(&s, zol_span_c(name), ZOL_FRAME_USER, zol_span_c("libc.so.6"));
		zol_stacks_add(&s, ids, 2, 1, 0);
		keep[i] = i < 4000;
	}
	zol_stacks_keep(&s, keep);
	assert_int_equal(s.len, 4000);
	zol_stacks_reverse(&s);
	zol_stacks_add(&s, (uint32_t[]){ ids[1], ids[0] }, 2, 1, 0);
	assert_int_equal(s.len, 4001);
	assert_int_equal(zol_stacks_total(&s, NULL), 4001);
}

UNIT(ends_names_at_a_nul)
{
	static const char name[] = "f\0\0\0\0\0\0\0\0\0\0g", module[] = "zfs\0\0\0\0\0\0\0\0\0\0\0x";
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	uint32_t id =
		zol_stacks_frame(&s, zol_span(name, sizeof(name)), ZOL_FRAME_MODULE, zol_span(module, sizeof(module)));

	assert_int_equal(zol_stacks_frame(&s, zol_span_c("f"), ZOL_FRAME_MODULE, zol_span_c("zfs")), id);
	(void)zol_stacks_frame(&s, zol_span_c("h"), ZOL_FRAME_MODULE, zol_span(module, sizeof(module)));
	assert_int_equal(s.modules.len, 1);
	assert_string_equal(s.frames[id].module, "zfs");
}

/* A task may have any name: one with a line feed is still one line, and none drives the terminal. */
UNIT(a_stack_is_one_line_whatever_its_names)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	uint32_t ids[2];

	ids[0] = zol_stacks_frame(&s, zol_span_c("a\nb\r"), ZOL_FRAME_TASK, zol_span(NULL, 0));
	ids[1] = zol_stacks_frame(&s, zol_span_c("f\tg\033[2J\177"), ZOL_FRAME_USER, zol_span(NULL, 0));
	assert_int_equal(zol_stacks_frame(&s, zol_span_c("a_b_"), ZOL_FRAME_TASK, zol_span(NULL, 0)), ids[0]);
	zol_stacks_add(&s, ids, 2, 1, 0);
	zol_folded_write(&s, ZOL_FOLD_PLAIN, &out);
	assert_string_equal(zol_str_c(&out), "a_b_;f\tg_[2J_ 1\n");
}

UNIT(counts_do_not_begin_anew)
{
	becomes("a;f_[k] 18446744073709551615\na;f 7\n", ZOL_FOLD_PLAIN, "a;f 18446744073709551615\n");
}

UNIT(cuts_endless_names)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint32_t cut;

	for (size_t i = 0; i < 1048560; i++)
		zol_str_putc(&name, 'a');
	cut = zol_stacks_frame(&s, zol_span_str(&name), ZOL_FRAME_USER, zol_span(NULL, 0));
	zol_str_puts(&name, "more");
	assert_int_equal(zol_stacks_frame(&s, zol_span_str(&name), ZOL_FRAME_USER, zol_span(NULL, 0)), cut);
	assert_int_equal(zol_stacks_check(&s, &err), 0);
}

UNIT(collapses_runs_of_frames_without_a_name)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_unresolved u;

	assert_int_equal(zol_folded_read(zol_span_c("t;[unknown];[unknown];f_[k] 1\nt;[unknown];f_[k] 2\nt;f;f 3\n"
						    "t;[unknown];[x];[unknown] 4\n"),
					 &s, &err),
			 0);
	zol_stacks_unresolved(&s, &u);
	assert_true(u.kernel > 2.9 && u.kernel < 3.1 && u.kernel_lost < 0.1);
	assert_true(u.user_lost > 15.9 && u.user_lost < 16.1);
	zol_stacks_collapse(&s);
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_folded_write(&s, ZOL_FOLD_KERNEL, &out);
	assert_string_equal(zol_str_c(&out), "t;[unknown];[x];[unknown] 4\nt;[unknown];f_[k] 3\nt;f;f 3\n");
}

UNIT_MAIN()
