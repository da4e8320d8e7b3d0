/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"

#include "unit.h"

UNIT(u64_in_its_range)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t n = 0;

	assert_int_equal(zol_num_u64("0", 0, UINT64_MAX, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(zol_num_u64("18446744073709551615", 0, UINT64_MAX, &n, &err), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(zol_num_u64("7", 7, 7, &n, &err), 0);
	assert_int_equal(n, 7);
}

UNIT(u64_refuses_what_is_no_number)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "-1", "+1", "0x10", "1.0", "18446744073709551616", "99999999999999999999999", "abc"
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t n = 5;

		assert_int_equal(zol_num_u64(bad[i], 0, UINT64_MAX, &n, &err), -(int)ZOL_USAGE);
		assert_int_equal(n, 5);
		assert_non_null(strstr(err.msg, bad[i]));
	}
}

UNIT(u64_names_the_range)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t n = 0;

	assert_int_equal(zol_num_u64("17", 1, 16, &n, &err), -(int)ZOL_USAGE);
	assert_string_equal(err.msg, "'17' is not a number from 1 to 16");
	assert_int_equal(zol_num_u64("1", 2, UINT64_MAX, &n, &err), -(int)ZOL_USAGE);
	assert_string_equal(err.msg, "'1' is not a number of at least 2");
}

UNIT(sizes)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "4096B", 4096 },
		{ "512K", 512 << 10 },
		{ "512k", 512 << 10 },
		{ "3G", UINT64_C(3) << 30 },
		{ "3GB", UINT64_C(3) << 30 },
		{ "1.5GiB", UINT64_C(3) << 29 },
		{ "0.5M", 1 << 19 },
		{ "2T", UINT64_C(2) << 40 },
		{ "1.000000001T", (UINT64_C(1) << 40) + 1100 },
		{ "16777215T", UINT64_C(16777215) << 40 },
	};

	for (size_t i = 0; i < ZOL_COUNT(good); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t n = 1;

		assert_int_equal(zol_num_size(good[i].text, &n, &err), 0);
		assert_int_equal(n, good[i].bytes);
	}
}

UNIT(sizes_that_are_none)
{
	static const char *const bad[] = { "",
					   "K",
					   "1X",
					   "1KX",
					   "1KiBs",
					   "1.5",
					   "1.5B",
					   "1.G",
					   ".5G",
					   "-1G",
					   "1 G",
					   "16777216T",
					   "18446744073709551616",
					   "1.0000000001G",
					   "1G5",
					   "1..5G" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		uint64_t n = 5;

		assert_int_equal(zol_num_size(bad[i], &n, &err), -(int)ZOL_USAGE);
		assert_int_equal(n, 5);
	}
}

UNIT(durations)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{ "0", 0 },
		{ "3", 3000 },
		{ "250ms", 250 },
		{ "90s", 90000 },
		{ "5m", 300000 },
		{ "2h", 7200000 },
		{ "14d", UINT64_C(14) * 86400000 },
	};
	static const char *const bad[] = {
		"", "s", "1w", "1.5h", "-1s", "5 m", "1mss", "18446744073709551615d", "18446744073709551615ms"
	};
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t n = 1;

	for (size_t i = 0; i < ZOL_COUNT(good); i++) {
		assert_int_equal(zol_num_duration(good[i].text, &n, &err), 0);
		assert_int_equal(n, good[i].ms);
	}
	n = 5;
	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_int_equal(zol_num_duration(bad[i], &n, &err), -(int)ZOL_USAGE);
	assert_int_equal(n, 5);
}

UNIT(booleans)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "YES", "True" };
	static const char *const no[] = { "no", "false", "off", "0", "Off" };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	bool b;

	for (size_t i = 0; i < ZOL_COUNT(yes); i++) {
		b = false;
		assert_int_equal(zol_num_bool(yes[i], &b, &err), 0);
		assert_true(b);
	}
	for (size_t i = 0; i < ZOL_COUNT(no); i++) {
		b = true;
		assert_int_equal(zol_num_bool(no[i], &b, &err), 0);
		assert_false(b);
	}
	assert_int_equal(zol_num_bool("maybe", &b, &err), -(int)ZOL_USAGE);
	assert_int_equal(zol_num_bool("", &b, &err), -(int)ZOL_USAGE);
}

UNIT(spans_without_allocation)
{
	uint64_t n = 5;

	assert_false(zol_span_u64(zol_span(NULL, 0), &n));
	assert_false(zol_span_u64(zol_span_c("1a"), &n));
	assert_false(zol_span_u64(zol_span_c("18446744073709551616"), &n));
	assert_false(zol_span_u64(zol_span_c("184467440737095516150"), &n));
	assert_int_equal(n, 5);
	assert_true(zol_span_u64(zol_span("123456", 3), &n));
	assert_int_equal(n, 123);
}

UNIT(bytes_of_two_digits_each)
{
	unsigned char b[3] = { 7, 7, 7 };

	assert_false(zol_span_bytes(zol_span_c("0a1"), b, 1));
	assert_false(zol_span_bytes(zol_span_c("0a1b"), b, 1));
	assert_false(zol_span_bytes(zol_span_c("g0"), b, 1));
	assert_false(zol_span_bytes(zol_span_c("0x"), b, 1));
	assert_false(zol_span_bytes(zol_span_c("0f-1"), b, 2));
	assert_true(zol_span_bytes(zol_span_c(""), b, 0));
	assert_true(zol_span_bytes(zol_span_c("0aFf"), b, 2));
	assert_int_equal(b[0], 0x0a);
	assert_int_equal(b[1], 0xff);
	assert_int_equal(b[2], 7);
}

UNIT(hexadecimal_spans)
{
	uint64_t n = 5;

	assert_false(zol_span_hex(zol_span_c(""), &n));
	assert_false(zol_span_hex(zol_span_c("0x"), &n));
	assert_false(zol_span_hex(zol_span_c("12g"), &n));
	assert_false(zol_span_hex(zol_span_c("10000000000000000"), &n));
	assert_int_equal(n, 5);
	assert_true(zol_span_hex(zol_span_c("ffffffffa0B1c2d3"), &n));
	assert_true(n == UINT64_C(0xffffffffa0b1c2d3));
	assert_true(zol_span_hex(zol_span_c("0X10"), &n));
	assert_int_equal(n, 16);
}

static const char *size(uint64_t n)
{
	static char buf[ZOL_NUM_TEXT];

	return zol_num_fmt_size(n, buf);
}

static const char *duration(uint64_t ms)
{
	static char buf[ZOL_NUM_TEXT];

	return zol_num_fmt_duration(ms, buf);
}

UNIT(sizes_for_people)
{
	assert_string_equal(size(0), "0 B");
	assert_string_equal(size(999), "999 B");
	assert_string_equal(size(1000), "1.0 kB");
	assert_string_equal(size(496432128), "496.4 MB");
	assert_string_equal(size(999949999), "999.9 MB");
	assert_string_equal(size(999960000), "1.0 GB");
	assert_string_equal(size(UINT64_MAX), "18.4 EB");
}

UNIT(durations_for_people)
{
	assert_string_equal(duration(0), "0.0s");
	assert_string_equal(duration(449), "0.4s");
	assert_string_equal(duration(9999), "9.9s");
	assert_string_equal(duration(12345), "12s");
	assert_string_equal(duration(185000), "3m05s");
	assert_string_equal(duration(3720000), "1h02m");
	assert_string_equal(duration(UINT64_C(100) * 3600000), "100h00m");
}

UNIT(clock_does_not_go_back)
{
	uint64_t a = zol_now_ms(), b = zol_now_ms();

	assert_true(a > 0 && b >= a);
}

UNIT_MAIN()
