/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perftext.h"
#include "unit.h"

/* Folds in pieces of so many bytes. */
static char *fold(const char *text, size_t piece, const struct zol_fold_opts *o, struct zol_fold_stats *st)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(perftext) struct zol_perftext *p = NULL;
	struct zol_str out = ZOL_STR_INIT;
	size_t len = strlen(text);

	assert_int_equal(zol_perftext_new(o, &s, &p, &err), 0);
	for (size_t i = 0; i < len; i += piece)
		assert_int_equal(zol_perftext_feed(p, zol_span(text + i, len - i < piece ? len - i : piece), &err), 0);
	assert_int_equal(zol_perftext_finish(p, st, &err), 0);
	assert_int_equal(zol_flamecut_apply(&o->cut, &s, &err), 0);
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_folded_write(&s, ZOL_FOLD_KINDS, &out);
	return zol_str_take(&out);
}

static void folds_with(const char *text, const char *want, const struct zol_fold_opts *o)
{
	static const size_t pieces[] = { 1, 7, 4096 };
	struct zol_fold_stats st;

	for (size_t i = 0; i < ZOL_COUNT(pieces); i++) {
		ZOL_AUTO(free) char *got = fold(text, pieces[i], o, &st);

		assert_string_equal(got ? got : "", want);
	}
}

static void folds(const char *text, const char *want)
{
	static const struct zol_fold_opts none = { 0 };

	folds_with(text, want, &none);
}

UNIT(tells_kinds_and_counts_periods)
{
	folds("fio   160 [000]    44.270406:    1003009 cpu-clock:ppp: \n"
	      "\tffffffffc0281050 zfs_is_readonly+0x0 (/lib/modules/6.1/extra/zfs.ko.zst)\n"
	      "\tffffffff811ba74a vfs_write+0x1da ([kernel.kallsyms])\n"
	      "\t           f64c7 pwrite+0x57 (/usr/lib/libc.so.6)\n"
	      "\t    55ceeb6664a0 [unknown] ([unknown])\n\n",
	      "fio;[unknown];pwrite;vfs_write_[k];zfs_is_readonly_[m] 1003009\n");
}

UNIT(counts_the_last_sample_without_an_empty_line)
{
	folds("a 1 1.0: cycles:\n\t12 f+0x1 (x)\n\na 1 2.0: cycles:\n\t12 f+0x1 (x)", "a;f 2\n");
}

UNIT(finds_the_thread_behind_names_with_blanks_and_numbers)
{
	folds("a 12345 [000] 10.000001: 100 cpu-clock:\n\t12 f (x)\n\n"
	      ":-1    -1 [000]  1397.7: 5 cpu-clock:\n\t12 g (x)\n\n"
	      "pool 3 12345 [001] 11.0: 7 cpu-clock:\n\t12 h (x)\n\n"
	      "my task 5/6 12.0: 1 cpu-clock:\n\n",
	      ":-1;g 5\na;f 100\nmy_task 1\npool_3;h 7\n");
}

UNIT(reads_a_frame_on_the_line_of_the_event)
{
	folds("            perf  12 [000] 1.0:  3 cycles:  ffffffff81000000 native_write_msr+0x6 ([kernel.kallsyms])\n"
	      "            perf  12 [000] 1.0:  4 cycles:  ffffffff81000000 native_write_msr+0x6 ([kernel.kallsyms])\n",
	      "perf;native_write_msr_[k] 7\n");
}

UNIT(takes_the_first_event_and_counts_the_others)
{
	static const struct zol_fold_opts none = { 0 };
	struct zol_fold_stats st;
	ZOL_AUTO(free)
	char *got = fold("a 1 1.0: 9 cycles:u:\n\t12 f (x)\n\na 1 1.0: 7 faults:\n\t12 f (x)\n", 99, &none, &st);

	assert_string_equal(got, "a;f 9\n");
	assert_int_equal(st.others, 1);
	assert_string_equal(st.event, "cycles:u");
}

UNIT(cuts_by_task_thread_and_function)
{
	static const char text[] = "a b 1/2 1.0: c:\n\t12 f.isra.0+0x1 (x)\n\nz 3/4 2.0: c:\n\t12 ff+0x1 (x)\n";
	static const char *const comm[] = { "a b", NULL }, *const func[] = { "f", NULL };
	static const uint64_t tid[] = { 4 };
	struct zol_fold_opts o = { .cut = { .comms = comm } };

	folds_with(text, "a_b;f.isra.0 1\n", &o);
	o.cut = (struct zol_flamecut){ .funcs = func };
	folds_with(text, "a_b;f.isra.0 1\n", &o);
	o.cut.regex = true;
	folds_with(text, "a_b;f.isra.0 1\nz;ff 1\n", &o);
	o.cut = (struct zol_flamecut){ .tids = tid, .ntids = 1 };
	o.show = ZOL_SHOW_TID;
	folds_with(text, "z-3/4;ff 1\n", &o);
}

UNIT(keeps_templates_and_files_in_brackets)
{
	folds("a 1 1.0: c:\n\t1 foo<bar(int)>::baz(int)+0x1 (/memfd:x (deleted))\n"
	      "\t2 T::operator->()+0x2 (y)\n\t3 [unknown] (/usr/lib/libz.so)\n\n",
	      "a;[libz.so];T::operator->;foo<bar(int)>::baz 1\n");
}

UNIT(reads_the_heads_that_perf_prints)
{
	static const struct {
		const char *line, *comm, *event;
		int64_t pid, tid;
		uint64_t time, period; /* 0: not there */
	} cases[] = {
		{ "a 1/2 [003] 44.268618: 7 cycles:u: ffff f", "a", "cycles:u", 1, 2, 44268618000, 7 },
		{ "[VM:00001 VCPU:000 ] a 5 [000] 1.5: cycles:", "a", "cycles", -1, 5, 1500000000, 0 },
		{ "swapper 0 [001] d..2. 12.000000001: 3 cycles:", "swapper", "cycles", -1, 0, 12000000001, 3 },
		{ "my task 7 1.0: c:", "my task", "c", -1, 7, 1000000000, 0 },
		{ "my 3 task -1 [002] 1.0: c:", "my 3 task", "c", -1, -1, 1000000000, 0 },
		{ "a 12", "a", "", -1, 12, 0, 0 },
		{ "a 12 1.0000000001: c:", "a", "1.0000000001", -1, 12, 0, 0 }, /* no time: ten places */
		{ "a 12 99999999999999999999.0: 5 c", "a", "99999999999999999999.0", -1, 12, 0, 0 },
		{ "a 12 18446744073709551615.0: 5 c", "a", "18446744073709551615.0", -1, 12, 0, 0 },
		{ "a 5/x 12 1.0: c:", "a 5/x", "c", -1, 12, 1000000000, 0 },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		struct zol_perf_head h;

		if (!zol_perf_head_read(zol_span_c(cases[i].line), &h) || !zol_span_eq(h.comm, cases[i].comm) ||
		    !zol_span_eq(h.event, cases[i].event) || h.pid != cases[i].pid || h.tid != cases[i].tid ||
		    (h.has_time ? h.time : 0) != cases[i].time || (h.has_period ? h.period : 0) != cases[i].period)
			fail_msg("%s: comm %.*s event %.*s %d/%d %llu %llu", cases[i].line, (int)h.comm.len,
				 h.comm.len ? h.comm.ptr : "", (int)h.event.len, h.event.len ? h.event.ptr : "",
				 (int)h.pid, (int)h.tid, (unsigned long long)(h.has_time ? h.time : 0),
				 (unsigned long long)(h.has_period ? h.period : 0));
	}
}

UNIT(tells_heads_from_other_lines)
{
	static const char *const none[] = { "", "a", "12", "a 99999999999 1.0: c:", "a b c", "a -2 [000] 1.0: c:" };
	struct zol_perf_head h;

	for (size_t i = 0; i < ZOL_COUNT(none); i++)
		assert_false(zol_perf_head_read(zol_span_c(none[i]), &h));
	assert_true(zol_perftext_looks(zol_span_c("# captured\n\tffffffff81000000 f+0x1 ([k])\n")));
	assert_true(zol_perftext_looks(zol_span_c("a 1 [000] 1.0: cycles:\n")));
	assert_false(zol_perftext_looks(zol_span_c("a;b;c 12\nd;e 7\n")));
	assert_false(zol_perftext_looks(zol_span_c("\tffff\n x y z\n")));
	assert_false(zol_perftext_looks(zol_span_c("")));
}

UNIT(shows_addresses_inlined_code_and_every_event_when_told)
{
	static const char text[] = "# comment\n\tstray\na 1 1.0: 5 c:\n\t12 [unknown] ([unknown])\n\t13 in (inlined)\n"
				   "\t14 Lorg/x/Y;::run+0x1 (/tmp/perf-1.map)\n\t15 (/lib/libz.so)\n\n"
				   "java 2 1.0: 6 d:\r\n\t16 Lorg/x/Y;::run (/tmp/perf-2.map)\r\n\r\n";
	struct zol_fold_opts o = { .all_events = true, .addrs = true, .inlined = true };

	folds_with(text, "a;[libz.so <15>];Lorg/x/Y:::run_[j];in_[i];[unknown <12>] 5\njava;org/x/Y:::run_[j] 6\n", &o);
	o = (struct zol_fold_opts){ .event = "d", .count = ZOL_COUNT_SAMPLES };
	folds_with(text, "java;org/x/Y:::run_[j] 1\n", &o);
}

UNIT_MAIN()
