/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfdata.h"

#include "perfbuild.h"
#include "unit.h"

UNIT(reads_events_and_their_ids)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest;
	struct zol_perf_raw r;
	uint64_t time;

	put_comm(&records, 1, 1, "x", 77);
	put_sample(&records, 1, 78, 2, NULL, 0);
	put_file(&file, &records);
	assert_true(zol_perfdata_looks(zol_span_str(&file)));
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(d.nevents, 2);
	assert_string_equal(d.events[0].name, "cpu-clock");
	assert_string_equal(d.events[1].name, "page-faults");
	rest = d.data;
	assert_true(zol_perf_next(&rest, &r));
	assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[0]);
	assert_true(zol_perf_time_of(&d.events[0], &r, &time));
	assert_int_equal(time, 77);
	assert_true(zol_perf_next(&rest, &r));
	assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[1]);
	assert_true(zol_perf_time_of(&d.events[0], &r, &time));
	assert_int_equal(time, 78);
	assert_false(zol_perf_next(&rest, &r));
}

UNIT(takes_what_is_there_of_an_interrupted_recording)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put_comm(&records, 1, 1, "x", 77);
	put_file(&file, &records);
	memset(file.ptr + 48, 0, 8); /* perf had no time to write the size */
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(d.data.len, records.len);
}

UNIT(refuses_what_it_cannot_read)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	/* the place of a number of the head, and one that it must not be */
	static const struct {
		size_t at;
		uint64_t value;
	} cases[] = { { 8, 50 },          { 16, 8 },          { 24, UINT64_MAX },
		      { 32, UINT64_MAX }, { 40, UINT64_MAX }, { 184, UINT64_MAX } };

	put_file(&file, &records);
	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t saved;

		memcpy(&saved, file.ptr + cases[i].at, 8);
		memcpy(file.ptr + cases[i].at, &cases[i].value, 8);
		if (zol_perfdata_open(zol_span_str(&file), &d, &err) != -ZOL_MALFORMED)
			fail_msg("case %zu", i);
		memcpy(file.ptr + cases[i].at, &saved, 8);
	}
	memcpy(file.ptr, "2ELIFREP", 8);
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "big-endian"));
}

/* A feature of a pipe, and what it changes. */
static void put_feature(struct zol_str *s, uint64_t id, const char *text)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put64(&b, id);
	put32(&b, (uint32_t)strlen(text) + 1);
	zol_str_add(&b, text, strlen(text) + 1);
	put_record(s, ZOL_PERF_HEADER_FEATURE, 0, &b);
}

UNIT(takes_down_what_a_pipe_tells)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str id = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str update = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put_feature(&records, ZOL_PERF_FEAT_HOSTNAME, "host");
	put_feature(&records, ZOL_PERF_FEAT_OSRELEASE, "6.1");
	put_pair(&id, -1, 0x11223344);
	put64(&id, 0);
	put64(&id, 0);
	put64(&id, 4); /* its length, and what pads it */
	zol_str_truncate(&id, 28);
	put_name(&id, "/lib/x");
	put_record(&records, ZOL_PERF_BUILD_ID, 1U << 15 | ZOL_PERF_MODE_USER, &id);
	put64(&update, 2);
	put64(&update, 2);
	put_name(&update, "mine");
	put_record(&records, ZOL_PERF_EVENT_UPDATE, 0, &update);
	put_pipe(&file, &records);
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_true(zol_span_eq(d.hostname, "host"));
	assert_true(zol_span_eq(d.release, "6.1"));
	assert_int_equal(d.nbuild_ids, 1);
	assert_int_equal(d.build_ids[0].id.len, 4);
	assert_true(zol_span_eq(d.build_ids[0].path, "/lib/x"));
	assert_string_equal(d.events[1].name, "mine");
}

UNIT_MAIN()
