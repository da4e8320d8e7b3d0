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

/* Every kind of place that a callchain can name, and one that no kernel of today does. */
UNIT(knows_the_marks_of_a_callchain)
{
	static const uint64_t known[] = {
		MARK(-32), 0xffffffff81000110, MARK(-2176), 0xffffffff81000110, MARK(-2560), 0x5000, U, 0x5000
	};
	static const uint64_t unknown[] = { K, 0xffffffff81000110, MARK(-1000), 0xffffffff81000210 };
	static const char want[] = "a;[unknown];[unknown];[guest.kernel]_[k];do_idle_[k] 1\n"
				   "a;do_idle_[k] 1\n";
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_fold_stats st;

	put_comm(&records, 7, 7, "a", 5);
	put_sample(&records, 7, 10, 1, known, 8);
	put_sample(&records, 7, 11, 1, unknown, 4);
	put_file(&file, &records);
	fold(&file, &(struct zol_fold_opts){ .count = ZOL_COUNT_SAMPLES }, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), want);
}

UNIT(counts_periods_and_stops_at_the_largest_number)
{
	static const uint64_t idle[] = { K, 0xffffffff81000110 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const struct zol_fold_opts o = { .count = ZOL_COUNT_PERIODS };
	const uint64_t huge = UINT64_MAX - 50;
	struct zol_fold_stats st;

	put_sample(&records, 0, 10, 1, idle, 2);
	put_sample(&records, 0, 11, 1, idle, 2);
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), "swapper;do_idle_[k] 200\n");
	assert_true(st.periods);
	/* address, task, time, id, cpu: then the period */
	memcpy(file.ptr + 280 + 8 + 40, &huge, 8);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), "swapper;do_idle_[k] 18446744073709551615\n");
}

/* Without callchains the address is all there is. */
UNIT(folds_samples_without_callchains)
{
	const uint64_t types = BUILD_TYPES & ~(uint64_t)(ZOL_PERF_CALLCHAIN | ZOL_PERF_PERIOD);
	static const uint64_t ips[] = { 0xffffffff81000110, 0xffffffff81000210, 0xffffffff81000110 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_fold_stats st;

	for (size_t i = 0; i < ZOL_COUNT(ips); i++) {
		ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

		put64(&b, ips[i]);
		put_pair(&b, 0, 0);
		put64(&b, i);
		put64(&b, 1);
		put64(&b, 0);
		put_record(&records, ZOL_PERF_SAMPLE, ZOL_PERF_MODE_KERNEL, &b);
	}
	put_file(&file, &records);
	memcpy(file.ptr + 120 + 24, &types, 8);
	memcpy(file.ptr + 200 + 24, &types, 8);
	fold(&file, &(struct zol_fold_opts){ 0 }, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_string_equal(zol_str_c(&out), "swapper;do_idle_[k] 2\nswapper;start_kernel_[k] 1\n");
	assert_false(st.periods);
}

static void put_ksymbol(struct zol_str *s, uint64_t addr, const char *name)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put64(&b, addr);
	put32(&b, 0x100);
	put32(&b, 1);
	put_name(&b, name);
	put_record(s, ZOL_PERF_KSYMBOL, 0, &b);
}

UNIT(names_code_that_the_kernel_made_and_counts_what_was_lost)
{
	static const uint64_t chain[] = { K, 0xffffffffd0000010, 0xffffffffe0000010 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str lost = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
	struct zol_fold_stats st;

	put_ksymbol(&records, 0xffffffffd0000000, "bpf_prog_1_x");
	put_record(&records, ZOL_PERF_KSYMBOL, 0, &none);
	put64(&lost, 5);
	put_record(&records, ZOL_PERF_LOST_SAMPLES, 0, &lost);
	put_record(&records, ZOL_PERF_EXIT, 0, &none);
	put_record(&records, 70, 0, &none); /* of those that perf writes itself */
	put_sample(&records, 0, 10, 1, chain, 3);
	put_file(&file, &records);
	fold(&file, &(struct zol_fold_opts){ .count = ZOL_COUNT_SAMPLES }, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_int_equal(st.lost, 5);
	assert_int_equal(strncmp(zol_str_c(&out), "swapper;", 8), 0);
	assert_non_null(strstr(zol_str_c(&out), "bpf_prog_1_x"));
	/* Of a map the kernel's base is asked for, not of a symbol. */
	zol_str_truncate(&file, 0);
	put_file(&file, &none);
	{
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t addr;
		bool stext;

		put_ksymbol(&file, 0xffffffffd0000000, "[kernel.kallsyms]_stext");
		put_mmap2(&file, 1, 0x1000, 0x1000, "[kernel.kallsyms]_text", 1);
		put_kernel_map(&file, 0x1000, 0x1000, 0, "/lib/modules/x.ko");
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		assert_false(zol_perfdata_kernel_base(&d, &addr, &stext));
		put_kernel_map(&file, 0x1000, 0x1000, 0x4000, "[kernel.kallsyms]_stext");
		zol_perfdata_free(&d);
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		assert_true(zol_perfdata_kernel_base(&d, &addr, &stext));
		assert_true(stext && addr == 0x4000);
	}
}

/* Each with its own stack, and all of them twice: more than the table of known callchains holds at first. */
UNIT(knows_many_callchains_again)
{
	enum { MANY = 20000 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	const struct zol_fold_opts o = { .count = ZOL_COUNT_SAMPLES, .addrs = true };
	struct zol_fold_stats st;
	size_t lines = 0;

	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < MANY; i++) {
			const uint64_t chain[] = { U, 0x100000 + i * 16 };

			put_sample(&records, 7, round * MANY + i, 1, chain, 2);
		}
	}
	put_file(&file, &records);
	fold(&file, &o, (struct zol_perf_symbols){ 0 }, &out, &st);
	assert_int_equal(st.samples, 2 * MANY);
	for (const char *p = zol_str_c(&out); *p; p = strchr(p, '\n') + 1) {
		assert_int_equal(strncmp(strchr(p, '\n') - 2, " 2", 2), 0);
		lines++;
	}
	assert_int_equal(lines, MANY);
}

struct judge {
	uint64_t calls, total;
	bool refuse;
};

static int judge_progress(void *ctx, uint64_t at, uint64_t total, struct zol_err *err)
{
	struct judge *j = ctx;

	j->calls++;
	j->total = total;
	assert_true(at < total);
	return j->refuse ? zol_err_set(err, ZOL_SYSTEM, EINTR, "stopped") : 0;
}

static int broken(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)piece;
	(void)out;
	return zol_err_set(err, ZOL_MALFORMED, 0, "no stream");
}

/* What the caller refuses, and records that say they are longer than they are. */
UNIT(ends_when_told)
{
	static const struct {
		uint32_t type;
		uint64_t size; /* of the newer kind */
		bool short_body;
		const char *says;
	} packed[] = { { ZOL_PERF_COMPRESSED, 0, false, "no stream" },
		       { ZOL_PERF_COMPRESSED2, 9, false, "longer than its record" },
		       { ZOL_PERF_COMPRESSED2, 0, true, "longer than its record" } };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	struct judge j = { .refuse = true };
	const struct zol_perf_symbols y = { .ctx = &j, .progress = judge_progress, .unpack = broken };
	const struct zol_fold_opts o = { 0 };
	struct zol_fold_stats st;

	some_records(&records);
	put_file(&file, &records);
	for (size_t i = 0; i <= ZOL_COUNT(packed); i++) {
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

		if (i > 0) {
			zol_str_truncate(&records, 0);
			zol_str_truncate(&file, 0);
			put64(&b, packed[i - 1].size);
			zol_str_truncate(&b, packed[i - 1].short_body ? 4 : 8);
			put_record(&records, packed[i - 1].type, 0, &b);
			put_file(&file, &records);
		}
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		assert_int_equal(zol_perffold(&d, &o, &y, &s, &st, &err), i ? -ZOL_MALFORMED : -ZOL_SYSTEM);
		assert_non_null(strstr(zol_err_text(&err), i ? packed[i - 1].says : "stopped"));
	}
	assert_int_equal(j.calls, 1);
	assert_int_equal(j.total, 10);
}

UNIT(needs_an_event)
{
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_fold_stats st;

	zol_str_puts(&file, "PERFILE2");
	put64(&file, 16);
	put_comm(&file, 1, 1, "x", 1);
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(zol_perffold(&d, &(struct zol_fold_opts){ 0 }, &(struct zol_perf_symbols){ 0 }, &s, &st, &err),
			 -ZOL_MALFORMED);
	assert_string_equal(zol_err_text(&err), "the recording describes no event");
}

UNIT_MAIN()
