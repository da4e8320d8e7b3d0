/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perfbuild.h"
#include "unit.h"

static bool read_one(const struct zol_str *s, const struct zol_perf_event *e, struct zol_perf_sample *ret)
{
	struct zol_span rest = zol_span_str(s);
	struct zol_perf_raw r;

	return zol_perf_next(&rest, &r) && zol_perf_sample_read(e, &r, ret);
}

UNIT(skips_fields_that_stand_before_the_callchain)
{
	const struct zol_perf_event e = { .sample_type = ZOL_PERF_IDENTIFIER | ZOL_PERF_IP | ZOL_PERF_ADDR |
							 ZOL_PERF_STREAM_ID | ZOL_PERF_READ | ZOL_PERF_CALLCHAIN,
					  .read_format = 8 | 4 | 1, /* a group with ids and the time */
					  .period = 5 };
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str record = ZOL_STR_INIT;
	struct zol_perf_sample s;

	for (uint64_t n = 1; n <= 4; n++) /* identifier, ip, addr, stream */
		put64(&b, n);
	put64(&b, 2); /* counters */
	for (int i = 0; i < 5; i++)
		put64(&b, 9);
	put64(&b, 1); /* addresses */
	put64(&b, 0xabc);
	put_record(&record, ZOL_PERF_SAMPLE, ZOL_PERF_MODE_USER, &b);
	assert_true(read_one(&record, &e, &s));
	assert_int_equal(s.ip, 2);
	assert_int_equal(s.nchain, 1);
	assert_int_equal(s.period, 5);
	assert_int_equal(s.pid, -1);
	assert_int_equal(s.mode, ZOL_PERF_MODE_USER);
	/* cut anywhere it is no sample */
	for (size_t n = 0; n < b.len; n += 8) {
		zol_str_truncate(&record, 0);
		zol_str_truncate(&b, b.len - 8);
		put_record(&record, ZOL_PERF_SAMPLE, 0, &b);
		assert_false(read_one(&record, &e, &s));
	}
}

UNIT(reads_symbols_that_the_kernel_made)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str record = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_perf_raw r;
	struct zol_perf_map m;

	put64(&b, 0xffffffffc0100000);
	put32(&b, 64);
	put32(&b, 1);
	put_name(&b, "bpf_prog_1");
	put_record(&record, ZOL_PERF_KSYMBOL, 0, &b);
	rest = zol_span_str(&record);
	assert_true(zol_perf_next(&rest, &r));
	assert_true(zol_perf_map_read(&r, &m));
	assert_int_equal(m.len, 64);
	assert_true(zol_span_eq(m.name, "bpf_prog_1"));
	record.ptr[8 + 14] = 1; /* it went away */
	rest = zol_span_str(&record);
	assert_true(zol_perf_next(&rest, &r));
	assert_false(zol_perf_map_read(&r, &m));
}

UNIT(finds_the_record_behind_bytes_that_belong_to_one)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_perf_raw r;

	put64(&b, 24); /* bytes of the trace behind it */
	put_record(&s, ZOL_PERF_AUXTRACE, 0, &b);
	for (int i = 0; i < 3; i++)
		put64(&s, 0);
	put_comm(&s, 1, 1, "x", 1);
	rest = zol_span_str(&s);
	assert_true(zol_perf_next(&rest, &r));
	assert_int_equal(r.extra, 24);
	assert_true(zol_perf_next(&rest, &r));
	assert_int_equal(r.type, ZOL_PERF_COMM);
	/* A length that lies ends at the end. */
	memset(s.ptr + 8, 0xff, 8);
	rest = zol_span_str(&s);
	assert_true(zol_perf_next(&rest, &r));
	assert_false(zol_perf_next(&rest, &r));
}

/* How many bytes of a body each reader needs, at the least: one less and it takes nothing. */
UNIT(takes_no_record_that_is_cut)
{
	static const uint32_t types[] = { ZOL_PERF_COMM,    ZOL_PERF_FORK,  ZOL_PERF_EXIT,         ZOL_PERF_MMAP,
					  ZOL_PERF_KSYMBOL, ZOL_PERF_MMAP2, ZOL_PERF_LOST_SAMPLES, ZOL_PERF_LOST };
	static const size_t task[] = { 9, 16, 16, 999, 999, 999, 999, 999 };
	static const size_t map[] = { 999, 999, 999, 33, 17, 65, 999, 999 };
	static const size_t lost[] = { 999, 999, 999, 999, 999, 999, 8, 16 };

	for (size_t t = 0; t < ZOL_COUNT(types); t++) {
		for (size_t len = 0; len < 80; len++) {
			ZOL_AUTO(free) char *body = malloc(len ? len : 1);
			struct zol_perf_raw r = { .type = types[t], .body = zol_span(body, len) };
			struct zol_perf_task who;
			struct zol_perf_map m;

			memset(body, 2, len ? len : 1);
			assert_int_equal(zol_perf_task_read(&r, &who), len >= task[t]);
			if (zol_perf_map_read(&r, &m) != (len >= map[t]))
				fail_msg("type %u, %zu bytes", types[t], len);
			assert_int_equal(zol_perf_lost(&r), len >= lost[t] ? 0x0202020202020202 : 0);
		}
	}
}

/* A counter alone, with both times: no group, and no address in front of it. */
UNIT(skips_one_counter)
{
	const struct zol_perf_event e = { .sample_type = ZOL_PERF_READ | ZOL_PERF_CALLCHAIN, .read_format = 1 | 2 };
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str record = ZOL_STR_INIT;
	struct zol_perf_sample s;

	for (uint64_t n = 1; n <= 3; n++)
		put64(&b, n);
	put64(&b, 0);
	put_record(&record, ZOL_PERF_SAMPLE, 0, &b);
	assert_true(read_one(&record, &e, &s));
	assert_true(s.has_chain);
	assert_int_equal(s.nchain, 0);
	assert_int_equal(s.ip, 0);
}

UNIT(passes_over_the_data_of_tracepoints)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_perf_raw r;

	put_record(&s, ZOL_PERF_TRACING_DATA, 0, &b); /* does not say how much */
	put_record(&s, ZOL_PERF_AUXTRACE, 0, &b);
	put32(&b, 13); /* and what makes them a multiple of eight */
	put_record(&s, ZOL_PERF_TRACING_DATA, 0, &b);
	put64(&s, 0);
	put64(&s, 0);
	put_comm(&s, 1, 1, "x", 1);
	rest = zol_span_str(&s);
	for (int i = 0; i < 3; i++) {
		assert_true(zol_perf_next(&rest, &r));
		assert_int_equal(r.extra, i == 2 ? 16 : 0);
	}
	assert_true(zol_perf_next(&rest, &r));
	assert_int_equal(r.type, ZOL_PERF_COMM);
	/* One that ends behind the last byte is none. */
	rest = zol_span(s.ptr, 7);
	assert_false(zol_perf_next(&rest, &r));
	rest = zol_span(s.ptr + s.len - 8, 8);
	assert_false(zol_perf_next(&rest, &r));
}

UNIT(takes_the_build_id_of_a_mapping)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_perf_map m;
	struct zol_span rest;
	struct zol_perf_raw r;

	for (int size = 4; size < 256; size += 200) {
		zol_str_truncate(&s, 0);
		put_mmap2(&s, 1, 0x1000, 0x1000, "/x", 1);
		s.ptr[8 + 32] = (char)size;
		rest = zol_span_str(&s);
		assert_true(zol_perf_next(&rest, &r));
		assert_true(zol_perf_map_read(&r, &m));
		assert_int_equal(m.build_id.len, 0);
		r.misc |= 1U << 14;
		assert_true(zol_perf_map_read(&r, &m));
		assert_int_equal(m.build_id.len, size == 4 ? 4 : 20);
		assert_ptr_equal(m.build_id.ptr, r.body.ptr + 36);
	}
}

UNIT_MAIN()
