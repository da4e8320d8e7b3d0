/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/rows.h"

#include "capture.h"
#include "unit.h"

struct record {
	const char *name;
	uint64_t count;
	int delta;
	bool good;
	uint64_t bytes;
	uint64_t ms;
	int64_t when;
	const char *const *tags;
};

static const struct zol_col all[] = {
	ZOL_COL("name", "NAME", STR, struct record, name),    ZOL_COL("count", "COUNT", U64, struct record, count),
	ZOL_COL("delta", "DELTA", INT, struct record, delta), ZOL_COL("good", "GOOD", BOOL, struct record, good),
	ZOL_COL("bytes", "SIZE", SIZE, struct record, bytes), ZOL_COL("ms", "TIME", DURATION, struct record, ms),
	ZOL_COL("when", "WHEN", TIME, struct record, when),   ZOL_COL("tags", "TAGS", LIST, struct record, tags),
};

static const struct zol_col some[] = {
	ZOL_COL("name", "NAME", STR, struct record, name),
	ZOL_COL("delta", NULL, INT, struct record, delta),
	ZOL_COL("count", "COUNT", U64, struct record, count),
};

static const char *const tags[] = { "a", "b\"c", NULL };

static const struct record first = { "gentoo", 12345, -3, true, 496432128, 185000, 1700000000, tags };
static const struct record second = { NULL, 0, 0, false, 0, 0, 0, NULL };

UNIT(tables_are_aligned)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	zol_rows_begin(&r, &c.o, all, ZOL_COUNT(all));
	zol_rows_add(&r, &first);
	zol_rows_add(&r, &second);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c),
			    "NAME    COUNT  DELTA  GOOD      SIZE   TIME  WHEN                  TAGS\n"
			    "gentoo  12345     -3  yes   496.4 MB  3m05s  2023-11-14T22:13:20Z  a b\"c\n"
			    "-           0      0  no         0 B   0.0s  -                     -\n");
}

UNIT(columns_without_title_are_for_json)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	zol_rows_begin(&r, &c.o, some, ZOL_COUNT(some));
	zol_rows_add(&r, &first);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "NAME    COUNT\ngentoo  12345\n");
}

UNIT(rows_as_json)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	c.o.json = true;
	zol_rows_begin(&r, &c.o, all, ZOL_COUNT(all));
	zol_rows_add(&r, &first);
	zol_rows_add(&r, &second);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(
		capture_out(&c),
		"[\n"
		"  {\"name\": \"gentoo\", \"count\": 12345, \"delta\": -3, \"good\": true, \"bytes\": 496432128, "
		"\"ms\": 185000, \"when\": \"2023-11-14T22:13:20Z\", \"tags\": [\"a\", \"b\\\"c\"]},\n"
		"  {\"name\": null, \"count\": 0, \"delta\": 0, \"good\": false, \"bytes\": 0, \"ms\": 0, "
		"\"when\": null, \"tags\": []}\n"
		"]\n");
}

UNIT(numbers_that_nobody_knows)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct record r = { "x", ZOL_UNKNOWN, 0, false, ZOL_UNKNOWN, ZOL_UNKNOWN, 0, NULL };

	assert_int_equal(zol_record_print(&c.o, all, ZOL_COUNT(all), &r, &err), 0);
	assert_string_equal(
		capture_out(&c),
		"name:   x\ncount:  -\ndelta:  0\ngood:   no\nsize:   -\ntime:   -\nwhen:   -\ntags:   -\n");
	c.o.json = true;
	assert_int_equal(zol_record_print(&c.o, all, ZOL_COUNT(all), &r, &err), 0);
	assert_non_null(strstr(capture_out(&c), "{\"name\": \"x\", \"count\": null, \"delta\": 0, \"good\": false, "
						"\"bytes\": null, \"ms\": null, \"when\": null, \"tags\": []}"));
}

UNIT(a_table_is_as_wide_as_the_terminal)
{
	static const char *const two[] = { "alpha beta", "gamma delta epsilon", NULL };
	static const struct record rows[] = {
		{ "a name of many words", 7, 0, true, 0, 0, 0, two },
		{ "averyveryverylongname", 12345, 0, true, 0, 0, 0, NULL },
	};
	static const struct zol_col three[] = {
		ZOL_COL("name", "NAME", STR, struct record, name),
		ZOL_COL("count", "COUNT", U64, struct record, count),
		ZOL_COL("tags", "TAGS", LIST, struct record, tags),
	};
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	c.o.width_out = 36;
	zol_rows_begin(&r, &c.o, three, ZOL_COUNT(three));
	zol_rows_add(&r, &rows[0]);
	zol_rows_add(&r, &rows[1]);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "NAME            COUNT  TAGS\n"
					     "a name of many      7  alpha beta\n"
					     "words                  gamma delta\n"
					     "                       epsilon\n"
					     "averyveryveryl  12345  -\n"
					     "ongname\n");
	/* Where it cannot be, nothing is lost. */
	c.o.width_out = 5;
	zol_rows_begin(&r, &c.o, three, ZOL_COUNT(three));
	zol_rows_add(&r, &rows[1]);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_non_null(strstr(capture_out(&c), "averyver  12345  -\nyverylon\ngname\n"));
}

UNIT(no_rows)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	zol_rows_begin(&r, &c.o, all, ZOL_COUNT(all));
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "");
	c.o.json = true;
	zol_rows_begin(&r, &c.o, all, ZOL_COUNT(all));
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "[]\n");
}

UNIT(hostile_names_are_harmless)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;
	struct record bad = { .name = "x\n\033[2J\xff", .count = 1 };

	zol_rows_begin(&r, &c.o, some, ZOL_COUNT(some));
	zol_rows_add(&r, &bad);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "NAME              COUNT\nx\\x0a\\x1b[2J\\xff      1\n");
}

UNIT(figures_are_text_that_is_aligned_as_numbers)
{
	static const struct zol_col share[] = { ZOL_COL("share", "SHARE%", FIGURE, struct record, name) };
	static const struct record rows[] = { { .name = "9.15" }, { .name = "31.53" }, { .name = NULL } };
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	for (int json = 0; json < 2; json++) {
		c.o.json = json;
		zol_rows_begin(&r, &c.o, share, ZOL_COUNT(share));
		for (size_t i = 0; i < ZOL_COUNT(rows); i++)
			zol_rows_add(&r, &rows[i]);
		assert_int_equal(zol_rows_end(&r, &err), 0);
	}
	assert_string_equal(capture_out(&c),
			    "SHARE%\n  9.15\n 31.53\n     -\n"
			    "[\n  {\"share\": \"9.15\"},\n  {\"share\": \"31.53\"},\n  {\"share\": null}\n]\n");
}

UNIT(width_counts_characters)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;
	struct record umlauts = { .name = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6", .count = 1 };

	zol_rows_begin(&r, &c.o, some, ZOL_COUNT(some));
	zol_rows_add(&r, &umlauts);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "NAME   COUNT\n\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6      1\n");
}

UNIT(headings_are_bold_in_colour)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(rows) struct zol_rows r;

	c.o.color_out = true;
	zol_rows_begin(&r, &c.o, some, 1);
	zol_rows_add(&r, &first);
	assert_int_equal(zol_rows_end(&r, &err), 0);
	assert_string_equal(capture_out(&c), "\033[1mNAME\033[0m\ngentoo\n");
}

UNIT(records)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_record_print(&c.o, some, ZOL_COUNT(some), &first, &err), 0);
	assert_string_equal(capture_out(&c), "name:   gentoo\ncount:  12345\n");
	c.o.json = true;
	assert_int_equal(zol_record_print(&c.o, some, ZOL_COUNT(some), &second, &err), 0);
	assert_non_null(strstr(capture_out(&c), "{\"name\": null, \"delta\": 0, \"count\": 0}\n"));
}

UNIT(failed_output_is_a_failure)
{
	ZOL_AUTO(file) FILE *full = fopen("/dev/full", "we");
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_out o = c.o;

	assert_non_null(full);
	setbuf(full, NULL);
	o.out = full;
	assert_int_equal(zol_record_print(&o, some, ZOL_COUNT(some), &first, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOSPC);
}

UNIT_MAIN()
