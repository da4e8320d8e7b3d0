/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perffold.h"
#include "perfbuild.h"
#include "unit.h"

#define MARK(n) ((uint64_t)(n))
#define K MARK(-128)
#define U MARK(-512)

static const char kallsyms[] = "ffffffff81000000 T _text\n"
			       "ffffffff81000100 T do_idle\n"
			       "ffffffff81000200 t start_kernel\n"
			       "ffffffffc0001000 t spa_sync\t[zfs]\n"
			       "ffffffffc0001100 t spa_sync.cold\t[zfs]\n";

/* Folds records (of a file) and gives the folded text. */
static void fold(const struct zol_str *file, const struct zol_fold_opts *o, struct zol_perf_symbols y,
		 struct zol_str *out, struct zol_fold_stats *st)
{
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kallsyms_parse(zol_span_c(kallsyms), &k, &err), 0);
	y.kernel = &k;
	assert_int_equal(zol_perfdata_open(zol_span_str(file), &d, &err), 0);
	if (zol_perffold(&d, o, &y, &s, st, &err) < 0)
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_str_truncate(out, 0);
	zol_folded_write(&s, ZOL_FOLD_KINDS, out);
}

static void some_records(struct zol_str *r)
{
	static const uint64_t idle[] = { K, 0xffffffff81000110, 0xffffffff81000200 };
	static const uint64_t sync[] = { K, 0xffffffffc0001010, 0xffffffffc0009000, U, 0x5000, 0x9000 };

	put_kernel_map(r, 0xffffffff81000000, 0x1000, 0xffffffff81000000, "[kernel.kallsyms]_text");
	put_kernel_map(r, 0xffffffffc0001000, 0x10000, 0, "/lib/modules/6.1/extra/zfs.ko.zst");
	put_comm(r, 7, 7, "a b", 5);
	put_mmap2(r, 7, 0x4000, 0x2000, "/usr/lib/libc.so.6", 6);
	/* Another ring: its times begin anew. */
	put_sample(r, 7, 30, 1, sync, 6);
	put_sample(r, 0, 10, 1, idle, 3);
	put_sample(r, 7, 20, 2, idle, 3);
	put_fork(r, 8, 7, 31);
	put_sample(r, 8, 40, 1, sync, 6);
	put_sample(r, 9, 41, 1, NULL, 0);
}

UNIT(folds_a_file_and_a_pipe_alike)
{
	static const char want[] = ":9 100\n"
				   "a_b;[unknown];[libc.so.6];[zfs.ko.zst]_[m];spa_sync_[m] 200\n"
				   "swapper;do_idle_[k];do_idle_[k] 100\n";
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str pipe = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const struct zol_fold_opts o = { 0 };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	put_pipe(&pipe, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), want);
	assert_int_equal(st.samples, 4);
	assert_int_equal(st.others, 1);
	assert_int_equal(st.empty, 1);
	assert_string_equal(st.event, "cpu-clock");
	fold(&pipe, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), want);
}

/* spa_sync has two functions inlined into each other at 0x10, and none anywhere else. */
static size_t some_inlined(void *ctx, const struct zol_perf_code *code, const char **names, size_t cap)
{
	size_t *asked = ctx;

	(*asked)++;
	assert_true(cap >= 2);
	if (code->kind != ZOL_FRAME_MODULE || code->offset != 0x10)
		return 0;
	assert_true(zol_span_eq(code->function, "spa_sync"));
	assert_true(zol_span_eq(code->module, "zfs"));
	assert_null(code->dso);
	names[0] = "innermost";
	names[1] = "inner;most";
	return 2;
}

UNIT(puts_what_was_inlined_behind_its_function_when_told)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	size_t asked = 0;
	struct zol_perf_symbols y = { .ctx = &asked, .inlined = some_inlined };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	fold(&file, &(struct zol_fold_opts){ 0 }, y, &out, &st);
	assert_null(strstr(zol_str_c(&out), "_[i]"));
	assert_int_equal(asked, 0);
	fold(&file, &(struct zol_fold_opts){ .inlined = true }, y, &out, &st);
	assert_non_null(strstr(zol_str_c(&out), ";spa_sync_[m];inner:most_[i];innermost_[i] 200\n"));
	assert_non_null(strstr(zol_str_c(&out), "swapper;do_idle_[k];do_idle_[k] 100\n"));
}

UNIT(looks_return_addresses_up_as_perf_does_when_told)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const struct zol_fold_opts o = { .perf_addresses = true, .count = ZOL_COUNT_SAMPLES, .all_events = true };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	/* The call that does not return is the last thing in do_idle; what follows it is another function. */
	assert_non_null(strstr(zol_str_c(&out), "swapper;start_kernel_[k];do_idle_[k] 1\n"));
	assert_non_null(strstr(zol_str_c(&out), "a_b;start_kernel_[k];do_idle_[k] 1\n"));
	assert_false(st.periods);
}

UNIT(cuts_by_task_and_time)
{
	static const uint64_t pids[] = { 7 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const struct zol_fold_opts o = { .cut = { .pids = pids, .npids = 1, .from = 15 }, .show = ZOL_SHOW_TID };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_int_equal(st.samples, 1);
	assert_int_equal(st.cut, 3);
	assert_int_equal(strncmp(zol_str_c(&out), "a_b-7/7;", 8), 0);
}

/* "Compression": the records as they are, some bytes at a time. */
static int plain(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)err;
	zol_str_add(out, piece.ptr, piece.len);
	return 0;
}

UNIT(unpacks_records_that_are_cut_anywhere)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str two = ZOL_STR_INIT;
	const struct zol_fold_opts o = { 0 };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &one, &st);
	for (size_t at = 0; at < records.len; at += 100) {
		ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
		size_t n = records.len - at < 100 ? records.len - at : 100;

		if (at % 200)
			put64(&b, n); /* the newer kind says how long it is */
		zol_str_add(&b, records.ptr + at, n);
		put_record(&packed, at % 200 ? ZOL_PERF_COMPRESSED2 : ZOL_PERF_COMPRESSED, 0, &b);
	}
	zol_str_truncate(&file, 0);
	put_file(&file, &packed);
	fold(&file, &o, (struct zol_perf_symbols){ .unpack = plain }, &two, &st);
	assert_string_equal(zol_str_c(&one), zol_str_c(&two));
}

UNIT(refuses_a_compressed_recording_when_nobody_unpacks)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_perf_symbols y = { 0 };
	const struct zol_fold_opts o = { 0 };
	struct zol_fold_stats st;

	put_record(&records, ZOL_PERF_COMPRESSED, 0, &file);
	put_file(&file, &records);
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(zol_perffold(&d, &o, &y, &s, &st, &err), -ZOL_MALFORMED);
}

UNIT(counts_what_it_does_not_understand)
{
	static const uint64_t lie[] = { K, 1 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str lost = ZOL_STR_INIT;
	const struct zol_fold_opts o = { 0 };
	struct zol_fold_stats st;
	uint64_t many = UINT64_MAX / 8;

	put_sample(&records, 1, 1, 1, lie, 2);
	memcpy(records.ptr + records.len - 24, &many, 8); /* more addresses than there are */
	put_sample(&records, 1, 1, 99, lie, 2);           /* of no event */
	put64(&lost, 1);
	put64(&lost, 17);
	put_record(&records, ZOL_PERF_LOST, 0, &lost);
	put64(&records, 0); /* a record of no size ends it */
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_int_equal(st.odd, 3);
	assert_int_equal(st.lost, 17);
	assert_int_equal(st.samples, 0);
}

UNIT(knows_where_the_kernel_was)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t addr = 0;
	bool stext = true;

	some_records(&records);
	put_file(&file, &records);
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_true(zol_perfdata_kernel_base(&d, &addr, &stext));
	assert_true(addr == 0xffffffff81000000 && !stext);
}

UNIT_MAIN()
