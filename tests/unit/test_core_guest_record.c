/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/guest_record.h"
#include "unit.h"

UNIT(writes_what_it_reads)
{
	static const char text[] =
		"# What zolkit remembers about this guest.\n[guest]\nname = g\nstate = ready\n"
		"stage3 = stage3-amd64-openrc-20260811T083102Z.tar.xz\nparent = other\nmethod = overlay\n"
		"created = 1786785301\n";
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_guest_record_parse(zol_span_c(text), &r, &err), 0);
	assert_string_equal(r.parent, "other");
	assert_null(r.sha512);
	assert_int_equal(r.created, 1786785301);
	zol_guest_record_text(&r, &out);
	assert_string_equal(zol_str_c(&out), text);
}

/* The name of a tarball is whatever a user calls it. */
UNIT(reads_what_it_writes)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	ZOL_AUTO(guest_record) struct zol_guest_record again = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_true(zol_guest_record_set(&r, "name", zol_span_c("g")));
	assert_int_equal(zol_guest_record_stage3(&r, "/tmp/my\nname = root.tar", &err), 0);
	zol_guest_record_text(&r, &out);
	assert_int_equal(zol_guest_record_parse(zol_span_str(&out), &again, &err), 0);
	assert_string_equal(again.name, "g");
	assert_string_equal(again.stage3, "my name = root.tar");
}

UNIT(passes_over_what_it_does_not_know)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_guest_record_parse(zol_span_c("; x\r\n\r\n name=g \r\nfuture = 1\nname = h"), &r, &err),
			 0);
	assert_string_equal(r.name, "h");
}

UNIT(refuses_broken_ones)
{
	static const char *const bad[][2] = {
		{ "", "name" },
		{ "[guest]\n", "name" },
		{ "name = g\njunk\n", "line 2" },
		{ "name = g\ncreated = soon\n", "line 2" },
		{ "name = g\ncreated = -5\n", "line 2" },
		{ "name = g\n[other]\n", "line 2" },
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_guest_record_parse(zol_span_c(bad[i][0]), &r, &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), bad[i][1]));
		assert_null(r.name);
	}
}

static void stage3(const char *file, const char *arch, const char *variant, const char *stamp)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_guest_record_stage3(&r, file, &err), 0);
	assert_non_null(r.stage3);
	assert_null(strchr(r.stage3, '/'));
	assert_string_equal(r.arch ? r.arch : "-", arch);
	assert_string_equal(r.variant ? r.variant : "-", variant);
	assert_string_equal(r.stamp ? r.stamp : "-", stamp);
}

UNIT(takes_a_name_apart)
{
	stage3("/c/stage3-amd64-openrc-20260811T083102Z.tar.xz", "amd64", "openrc", "20260811T083102Z");
	stage3("stage3-amd64-hardened-nomultilib-openrc-20260811T083102Z.tar.xz", "amd64", "hardened-nomultilib-openrc",
	       "20260811T083102Z");
	stage3("stage3-amd64-20260811T083102Z.tar.bz2", "amd64", "-", "20260811T083102Z");
	stage3("stage3-amd64-openrc-2026.tar.xz", "-", "-", "-");
	stage3("rootfs.tar.zst", "-", "-", "-");
	stage3("stage3-amd64-openrc-20260811T083102Z", "-", "-", "-");
	stage3("stage3-.tar", "-", "-", "-");
	stage3("stage3-amd64-openrc-2026081xT083102Z.tar.xz", "-", "-", "-");
}

UNIT(sets_by_key)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };

	assert_true(zol_guest_record_set(&r, "variant", zol_span_c("a")));
	assert_true(zol_guest_record_set(&r, "variant", zol_span_c("b")));
	assert_string_equal(r.variant, "b");
	assert_true(zol_guest_record_set(&r, "created", zol_span_c("7")));
	assert_false(zol_guest_record_set(&r, "created", zol_span_c("x")));
	assert_int_equal(r.created, 7);
	assert_false(zol_guest_record_set(&r, "nonsense", zol_span_c("x")));
}

UNIT_MAIN()
