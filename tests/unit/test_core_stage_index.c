/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stage_index.h"

#include "unit.h"

#define STAMP "20260811T083102Z"
#define NAME "stage3-amd64-openrc-" STAMP ".tar.xz"
#define LINE STAMP "/" NAME " 496363884\n"
#define HEAD "# Latest as of Sat, 15 Aug 2026 09:15:01 +0000\n# ts=1786785301\n"

static void refused(const char *text, const char *why)
{
	struct zol_stage_index x = { .ts = 0 };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_index_parse(zol_span_c(text), &x, &err), -ZOL_MALFORMED);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	assert_int_equal(x.nbuilds, 0);
	zol_err_clear(&err);
}

static void accepted(const char *text, size_t builds)
{
	struct zol_stage_index x = { .ts = 0 };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_stage_index_parse(zol_span_c(text), &x, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(x.nbuilds, builds);
	zol_stage_index_free(&x);
}

UNIT(reads_what_the_mirror_writes)
{
	struct zol_stage_index x = { .ts = 0 };
	struct zol_err err = ZOL_ERR_INIT;
	const struct zol_stage_build *b;

	assert_int_equal(zol_stage_index_parse(zol_span_c(HEAD LINE), &x, &err), 0);
	assert_int_equal(x.ts, 1786785301);
	b = zol_stage_index_find(&x, "amd64-openrc");
	assert_non_null(b);
	assert_string_equal(b->stamp, STAMP);
	assert_string_equal(b->file, NAME);
	assert_string_equal(b->sub, "amd64-openrc");
	assert_int_equal(b->size, 496363884);
	assert_int_equal(b->time, 1786437062); /* date -ud 2026-08-11T08:31:02Z +%s */
	assert_null(zol_stage_index_find(&x, "amd64-systemd"));
	zol_stage_index_free(&x);
}

UNIT(passes_line_ends_blanks_comments_and_many_builds)
{
	accepted("# ts=1\r\n" STAMP "/" NAME " 1\r\n", 1);
	accepted("# ts=1  \n\n# anything at all\n  " STAMP "/" NAME "   1 \t\n", 1);
	accepted("# ts=1\n" STAMP "/" NAME "\t17179869184", 1);
	accepted(HEAD LINE STAMP "/stage3-amd64-systemd-" STAMP ".tar.xz 5\n" STAMP "/stage3-x32-openrc-" STAMP
				 ".tar.zst 7\n",
		 3);
}

UNIT(finds_the_newest_of_a_sub)
{
	struct zol_stage_index x = { .ts = 0 };
	struct zol_err err = ZOL_ERR_INIT;
	const struct zol_stage_build *b;

	assert_int_equal(
		zol_stage_index_parse(zol_span_c(HEAD LINE "20260813T000000Z/stage3-amd64-openrc-"
							   "20260813T000000Z.tar.xz 9\n20260101T000000Z/stage3-amd64-"
							   "openrc-20260101T000000Z.tar.xz 8\n"),
				      &x, &err),
		0);
	b = zol_stage_index_find(&x, "amd64-openrc");
	assert_non_null(b);
	assert_int_equal(b->size, 9);
	zol_stage_index_free(&x);
}

UNIT(refuses_paths_that_lead_elsewhere)
{
	refused(HEAD "/" STAMP "/" NAME " 1\n", "<stamp>/<file>");
	refused(HEAD "/etc/passwd 1\n", "<stamp>/<file>");
	refused(HEAD "../" NAME " 1\n", "stamp is not its directory's");
	refused(HEAD STAMP "/../" NAME " 1\n", "<stamp>/<file>");
	refused(HEAD "a/b/" NAME " 1\n", "<stamp>/<file>");
	refused(HEAD NAME " 1\n", "<stamp>/<file>");
	refused(HEAD STAMP "/stage3-../x-" STAMP ".tar.xz 1\n", "<stamp>/<file>");
	refused(HEAD STAMP "/stage3-a..b-" STAMP ".tar.xz 1\n", "variant");
	refused(HEAD STAMP "/stage3-.a-" STAMP ".tar.xz 1\n", "variant");
	refused(HEAD STAMP "/stage3-a$b-" STAMP ".tar.xz 1\n", "variant");
}

UNIT(refuses_stamps_that_do_not_fit)
{
	refused(HEAD "20260812T083102Z/" NAME " 1\n", "stamp is not its directory's");
	refused(HEAD "20261311T083102Z/stage3-a-20261311T083102Z.tar.xz 1\n", "stamp");
	refused(HEAD "20260230T083102Z/stage3-a-20260230T083102Z.tar.xz 1\n", "stamp");
	refused(HEAD "20260811t083102Z/stage3-a-20260811t083102Z.tar.xz 1\n", "stamp");
	refused(HEAD "20260811T253102Z/stage3-a-20260811T253102Z.tar.xz 1\n", "stamp");
}

UNIT(refuses_sizes_that_cannot_be)
{
	refused(HEAD STAMP "/" NAME "\n", "<size>");
	refused(HEAD STAMP "/" NAME " 0\n", "0 bytes is refused");
	refused(HEAD STAMP "/" NAME " 17179869185\n", "is refused");
	refused(HEAD STAMP "/" NAME " -1\n", "not a size");
	refused(HEAD STAMP "/" NAME " 0x10\n", "not a size");
	refused(HEAD STAMP "/" NAME " 99999999999999999999999\n", "not a size");
	refused(HEAD STAMP "/" NAME " 1 2\n", "<size>");
}

UNIT(refuses_an_index_without_its_time)
{
	refused(LINE, "# ts=");
	refused("# ts=\n" LINE, "not a valid time");
	refused("# ts=0\n" LINE, "not a valid time");
	refused("# ts=12x\n" LINE, "not a valid time");
	refused("# ts=18446744073709551615\n" LINE, "not a valid time");
	refused("# ts=1\n# ts=2\n" LINE, "second '# ts='");
}

UNIT(refuses_empty_doubled_and_oversized_ones)
{
	char *big = malloc(ZOL_STAGE_TEXT_MAX + 2);

	assert_non_null(big);
	memset(big, '#', ZOL_STAGE_TEXT_MAX + 1);
	big[ZOL_STAGE_TEXT_MAX + 1] = '\0';
	refused(big, "more than an index");
	free(big);
	refused("", "# ts=");
	refused(HEAD, "names no build");
	refused(HEAD LINE LINE, "listed twice");
	refused(HEAD "<html>\n", "line 3");
}

UNIT(takes_names_apart)
{
	static const char *const good[] = { NAME, "stage3-armv7a_hardfp-openrc-" STAMP ".tar.bz2",
					    "stage3-amd64-llvm-openrc-" STAMP ".tar.zst", "stage3-a-" STAMP ".tar.gz" };
	static const char *const bad[] = { "",
					   "stage3-",
					   "stage3--" STAMP ".tar.xz",
					   "stage3-" STAMP ".tar.xz",
					   "stage3-a" STAMP ".tar.xz",
					   "stage4-a-" STAMP ".tar.xz",
					   NAME ".asc",
					   "stage3-a-" STAMP ".tar",
					   "stage3-a-b.tar.xz" };
	struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < ZOL_COUNT(good); i++) {
		struct zol_stage_build b;

		if (zol_stage_name_parse(zol_span_c(good[i]), &b, &err))
			fail_msg("%s: %s", good[i], zol_err_text(&err));
		assert_string_equal(b.file, good[i]);
		assert_string_equal(b.stamp, STAMP);
		zol_stage_build_free(&b);
	}
	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		struct zol_stage_build b;

		if (zol_stage_name_parse(zol_span_c(bad[i]), &b, &err) != -ZOL_MALFORMED)
			fail_msg("'%s' passed", bad[i]);
		zol_err_clear(&err);
	}
}

UNIT(reads_stamps_as_dates)
{
	int64_t t = -1;

	assert_true(zol_stage_stamp_time(zol_span_c("19700101T000000Z"), &t));
	assert_int_equal(t, 0);
	assert_true(zol_stage_stamp_time(zol_span_c("20240229T235959Z"), &t));
	assert_int_equal(t, 1709251199);
	assert_true(zol_stage_stamp_time(zol_span_c("20000229T000000Z"), &t));
	assert_int_equal(t, 951782400);
	assert_false(zol_stage_stamp_time(zol_span_c("21000229T000000Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("20230229T000000Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("20240100T000000Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("20240101T006000Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("20240101T000061Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("19690101T000000Z"), &t));
	assert_false(zol_stage_stamp_time(zol_span_c("20240101T000000"), &t));
}

static void sub_is(const char *arch, const char *variant, const char *want)
{
	struct zol_str s = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_stage_sub(arch, variant, &s, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_string_equal(zol_str_c(&s), want);
	zol_str_free(&s);
}

UNIT(names_what_is_wanted)
{
	sub_is("amd64", "openrc", "amd64-openrc");
	sub_is("amd64", "amd64-openrc", "amd64-openrc");
	sub_is("amd64", "stage3-amd64-hardened-openrc", "amd64-hardened-openrc");
	sub_is("amd64", "x32-openrc", "x32-openrc");
	sub_is("x86", "openrc", "i686-openrc");
	sub_is("x86", "i486-openrc", "i486-openrc");
	sub_is("arm", "armv6j_hardfp-systemd", "armv6j_hardfp-systemd");
	sub_is("armv7a_hardfp", "openrc", "armv7a_hardfp-openrc");
	sub_is("riscv", "openrc", "rv64_lp64d-openrc");
	sub_is("arm64", "musl", "arm64-musl");
	assert_string_equal(zol_stage_arch_dir("i686"), "x86");
	assert_string_equal(zol_stage_arch_dir("armv7a_hardfp"), "arm");
	assert_string_equal(zol_stage_arch_dir("arm64"), "arm64");
	assert_string_equal(zol_stage_arch_dir("amd64"), "amd64");
	assert_string_equal(zol_stage_arch_dir("ppc64le"), "ppc");
	assert_string_equal(zol_stage_arch_dir("s390x"), "s390");
}

UNIT(refuses_variants_that_are_no_names)
{
	static const char *const bad[][2] = { { "amd64", "" },     { "amd64", "../x" }, { "amd64", "a/b" },
					      { "amd64", "a b" },  { "", "openrc" },    { "../amd64", "openrc" },
					      { "amd64", "a..b" }, { "-x", "openrc" } };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		struct zol_str s = ZOL_STR_INIT;
		struct zol_err err = ZOL_ERR_INIT;

		if (zol_stage_sub(bad[i][0], bad[i][1], &s, &err) != -ZOL_USAGE)
			fail_msg("'%s' '%s' gives '%s'", bad[i][0], bad[i][1], zol_str_c(&s));
		zol_err_clear(&err);
		zol_str_free(&s);
	}
}

UNIT_MAIN()
