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

/* Behind the records: a table of what is there, then that. */
static void put_features(struct zol_str *file, const unsigned *features, const struct zol_str *bodies, size_t n)
{
	size_t at = file->len + n * 16;

	for (size_t i = 0; i < n; i++) {
		file->ptr[72 + features[i] / 8] = (char)(file->ptr[72 + features[i] / 8] | 1 << features[i] % 8);
		put64(file, at);
		put64(file, bodies[i].len);
		at += bodies[i].len;
	}
	for (size_t i = 0; i < n; i++)
		zol_str_add(file, bodies[i].ptr, bodies[i].len);
}

static void put_text(struct zol_str *s, const char *text)
{
	put32(s, (uint32_t)strlen(text) + 1);
	zol_str_add(s, text, strlen(text) + 1);
}

UNIT(takes_down_what_the_end_of_a_file_tells)
{
	static const unsigned features[] = { ZOL_PERF_FEAT_BUILD_ID, ZOL_PERF_FEAT_HOSTNAME, ZOL_PERF_FEAT_OSRELEASE,
					     ZOL_PERF_FEAT_ARCH, ZOL_PERF_FEAT_EVENT_DESC };
	struct zol_str bodies[ZOL_COUNT(features)] = { 0 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str id = ZOL_STR_INIT;

	put_pair(&id, -1, 0x11223344);
	put64(&id, 0);
	put64(&id, 0);
	put32(&id, 0);
	put_name(&id, "[kernel.kallsyms]");
	put_record(&bodies[0], ZOL_PERF_BUILD_ID, ZOL_PERF_MODE_KERNEL, &id);
	put_text(&bodies[1], "host");
	put_text(&bodies[2], "6.1");
	put_text(&bodies[3], "x86_64");
	put32(&bodies[4], 9); /* more events than there are */
	put32(&bodies[4], 64);
	for (uint64_t i = 1; i <= 2; i++) {
		put_attr(&bodies[4], 0, BUILD_TYPES);
		put32(&bodies[4], 1);
		put_text(&bodies[4], i == 1 ? "first" : "second");
		put64(&bodies[4], i);
	}
	put_comm(&records, 1, 1, "x", 77);
	put_file(&file, &records);
	put_features(&file, features, bodies, ZOL_COUNT(features));
	/* Cut anywhere it is a recording that was interrupted: no byte beyond its end counts. */
	for (size_t len = file.len; len > 280 + records.len; len--) {
		ZOL_AUTO(free) char *exact = malloc(len);
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		memcpy(exact, file.ptr, len);
		assert_int_equal(zol_perfdata_open(zol_span(exact, len), &d, &err), 0);
		assert_int_equal(d.nevents, 2);
		if (len < file.len)
			continue;
		assert_true(zol_span_eq(d.hostname, "host"));
		assert_true(zol_span_eq(d.release, "6.1"));
		assert_true(zol_span_eq(d.arch, "x86_64"));
		assert_int_equal(d.nbuild_ids, 1);
		assert_true(d.build_ids[0].kernel);
		assert_true(zol_span_eq(d.build_ids[0].path, "[kernel.kallsyms]"));
		assert_string_equal(d.events[0].name, "first");
		assert_string_equal(d.events[1].name, "second");
	}
	for (size_t i = 0; i < ZOL_COUNT(features); i++)
		zol_str_free(&bodies[i]);
}

UNIT(names_events_and_knows_fixed_periods)
{
	static const struct {
		uint32_t type;
		uint64_t config;
		const char *name;
	} cases[] = { { 0, 0, "cycles" },           { 0, 9, "ref-cycles" }, { 0, 10, "event-0-a" },
		      { 1, 11, "cgroup-switches" }, { 1, 12, "event-1-c" }, { 4, 0xcd, "event-4-cd" } };

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t fixed = 0;

		put_file(&file, &none);
		memcpy(file.ptr + 120, &cases[i].type, 4);
		memcpy(file.ptr + 128, &cases[i].config, 8);
		memcpy(file.ptr + 160, &fixed, 8); /* no frequency: every so many events */
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		assert_string_equal(d.events[0].name, cases[i].name);
		assert_int_equal(d.events[0].period, 997);
		assert_int_equal(d.events[1].period, 0);
	}
}

/* The control records of a pipe, cut short and with numbers that lie: none is taken, none is an error. */
UNIT(passes_over_control_records_that_tell_nothing)
{
	static const uint32_t types[] = { ZOL_PERF_HEADER_ATTR, ZOL_PERF_BUILD_ID, ZOL_PERF_HEADER_FEATURE,
					  ZOL_PERF_EVENT_UPDATE };

	for (size_t t = 0; t < ZOL_COUNT(types); t++) {
		for (size_t len = 0; len <= 24; len++) {
			ZOL_AUTO(str) struct zol_str body = ZOL_STR_INIT;
			ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
			ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
			ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

			for (size_t i = 0; i < len; i++)
				zol_str_putc(&body, '\xff');
			put_record(&records, types[t], 0, &body);
			put_pipe(&file, &records);
			assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
			assert_int_equal(d.nevents, 2);
			assert_int_equal(d.nbuild_ids, 0);
			assert_string_equal(d.events[1].name, "page-faults");
		}
	}
}

/* A file of one event, whose table of features says what each case says; none is taken, none is an error. */
UNIT(passes_over_features_that_tell_nothing)
{
	static const struct {
		unsigned feature;
		size_t len;
		const char *body;
	} cases[] = {
		{ ZOL_PERF_FEAT_HOSTNAME, 3, "\1\0\0" },
		{ ZOL_PERF_FEAT_HOSTNAME, 4, "\377\0\0\0" },
		{ ZOL_PERF_FEAT_CMDLINE, 4, "\1\0\0\0" },
		{ ZOL_PERF_FEAT_BUILD_ID, 8, "\103\0\0\0\1\0\10\0" }, /* a record without a body */
		{ ZOL_PERF_FEAT_EVENT_DESC, 7, "\1\0\0\0\100\0\0" },
		{ ZOL_PERF_FEAT_EVENT_DESC, 8, "\0\0\0\0\100\0\0\0" },
		{ ZOL_PERF_FEAT_EVENT_DESC, 12, "\1\0\0\0\0\0\0\0\0\0\0\0" },
		{ ZOL_PERF_FEAT_EVENT_DESC, 20, "\1\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" },
		/* an empty name, and more ids than bytes */
		{ ZOL_PERF_FEAT_EVENT_DESC, 16, "\2\0\0\0\0\0\0\0\377\0\0\0\0\0\0\0" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		struct zol_str body = { 0 };
		ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		put_comm(&records, 1, 1, "x", 77);
		put_file(&file, &records);
		zol_str_add(&body, cases[i].body, cases[i].len);
		put_features(&file, &cases[i].feature, &body, 1);
		zol_str_free(&body);
		if (zol_perfdata_open(zol_span_str(&file), &d, &err) < 0)
			fail_msg("case %zu: %s", i, zol_err_text(&err));
		assert_int_equal(d.hostname.len, 0);
		assert_int_equal(d.nbuild_ids, 0);
		assert_string_equal(d.events[0].name, "cpu-clock");
		/* One that lies beyond the end, as an interrupted recording leaves it. */
		zol_perfdata_free(&d);
		memset(file.ptr + 280 + records.len, 0x7f, 8);
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	}
}

UNIT(long_names_are_cut)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str update = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char name[200];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put64(&update, 2);
	put64(&update, 1);
	put_name(&update, name);
	put_record(&records, ZOL_PERF_EVENT_UPDATE, 0, &update);
	update.ptr[8] = 99; /* of no event */
	put_record(&records, ZOL_PERF_EVENT_UPDATE, 0, &update);
	put_pipe(&file, &records);
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(strlen(d.events[0].name), ZOL_PERF_NAME_MAX - 1);
	assert_string_equal(d.events[1].name, "page-faults");
}

UNIT(a_recording_has_a_head)
{
	static const struct {
		const char *text;
		size_t len;
		bool looks;
		const char *says;
	} cases[] = { { "PERFILE2\150\0\0\0\0\0\0\0", 16, true, "the head of perf.data has 104 bytes" },
		      { "PERFILE2\10\0\0\0\0\0\0\0", 16, true, "the head of perf.data has 8 bytes" },
		      { "PERFILE2\20", 9, true, "no perf.data file" },
		      { "PERFILE3\20\0\0\0\0\0\0\0", 16, false, "no perf.data file" },
		      { "2ELIFREP\0\0\0\0\0\0\0\20", 16, true, "big-endian" },
		      { "", 0, false, "no perf.data file" } };

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		const struct zol_span text = zol_span(cases[i].text, cases[i].len);
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_perfdata_looks(text), cases[i].looks);
		assert_int_equal(zol_perfdata_open(text, &d, &err), -ZOL_MALFORMED);
		if (!strstr(zol_err_text(&err), cases[i].says))
			fail_msg("case %zu: %s", i, zol_err_text(&err));
	}
}

/* Where the id stands depends on what else a record has. */
UNIT(finds_the_id_in_each_layout)
{
	static const uint64_t types[] = { ZOL_PERF_IDENTIFIER | ZOL_PERF_TIME, ZOL_PERF_ID, ZOL_PERF_ID | ZOL_PERF_IP,
					  ZOL_PERF_ID | ZOL_PERF_CPU | ZOL_PERF_STREAM_ID };

	for (size_t i = 0; i < ZOL_COUNT(types); i++) {
		bool front = types[i] & ZOL_PERF_IDENTIFIER || types[i] != (ZOL_PERF_ID | ZOL_PERF_IP);
		ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str sample = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str comm = ZOL_STR_INIT;
		ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_perf_raw r = { .type = ZOL_PERF_SAMPLE };
		uint64_t flags = 0, time;

		put_file(&file, &none);
		memcpy(file.ptr + 120 + 24, &types[i], 8);
		memcpy(file.ptr + 200 + 24, &types[i], 8);
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		put64(&sample, front ? 2 : 0);
		r.body = zol_span_str(&sample);
		if (!front) { /* behind the address, which is all there is: too short */
			assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[0]);
			put64(&sample, 2);
			r.body = zol_span_str(&sample);
		}
		assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[1]);
		r.body.len = 4;
		assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[0]);
		assert_false(zol_perf_time_of(&d.events[0], &r, &time));
		/* In others it stands at the end: behind it CPU, before that STREAM_ID, or itself the last. */
		r.type = ZOL_PERF_COMM;
		put64(&comm, 2);
		if (types[i] & ZOL_PERF_STREAM_ID)
			put_pair(&comm, 0, 0);
		if (types[i] & ZOL_PERF_CPU)
			put_pair(&comm, 0, 0);
		r.body = zol_span_str(&comm);
		assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[1]);
		r.body.len = 0;
		assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[0]);
		/* Only if they all have one. */
		memcpy(file.ptr + 120 + 40, &flags, 8);
		zol_perfdata_free(&d);
		assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
		r.body = zol_span_str(&comm);
		assert_ptr_equal(zol_perf_event_of(&d, &r), &d.events[0]);
		assert_false(zol_perf_time_of(&d.events[0], &r, &time));
		assert_false(zol_perf_time_of(NULL, &r, &time));
	}
}

/* Each of many events says that all of the file are its ids: they would be more than any memory holds. */
UNIT(refuses_more_ids_than_the_file_has_room_for)
{
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const uint64_t all[] = { 0, 272 };

	put_file(&file, &none);
	memcpy(file.ptr + 120 + 64, all, sizeof(all));
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	zol_perfdata_free(&d);
	memcpy(file.ptr + 200 + 64, all, sizeof(all));
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), -ZOL_MALFORMED);
	assert_string_equal(zol_err_text(&err), "the events of perf.data have more ids than it has room for");
}

/* The ids are sorted to be found, and more come. */
UNIT(names_events_while_more_of_them_come)
{
	static const uint64_t ids[] = { 9, 3, 5 };
	static const char *const names[] = { "nine", "three", "five" };
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_str_puts(&file, "PERFILE2");
	put64(&file, 16);
	for (size_t i = 0; i < ZOL_COUNT(ids); i++) {
		ZOL_AUTO(str) struct zol_str attr = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;

		put_attr(&attr, 0, BUILD_TYPES);
		put64(&attr, ids[i]);
		put_record(&file, ZOL_PERF_HEADER_ATTR, 0, &attr);
		put64(&name, 2);
		put64(&name, ids[i]);
		put_name(&name, names[i]);
		put_record(&file, ZOL_PERF_EVENT_UPDATE, 0, &name);
	}
	assert_int_equal(zol_perfdata_open(zol_span_str(&file), &d, &err), 0);
	assert_int_equal(d.nevents, ZOL_COUNT(ids));
	for (size_t i = 0; i < ZOL_COUNT(ids); i++)
		assert_string_equal(d.events[i].name, names[i]);
}

UNIT_MAIN()
