/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digests.h"

#include "unit.h"

#define A16 "0123456789abcdef"
#define A64 A16 A16 A16 A16
#define HEX A64 A64
#define B16 "FEDCBA9876543210"
#define B64 B16 B16 B16 B16
#define HEX2 B64 B64
#define NAME "stage3-a.tar.xz"
#define SHA(name) "# SHA512 HASH\n" HEX "  " name "\n"
#define BLAKE(name) "# BLAKE2B HASH\n" HEX2 "  " name "\n"

static int find(const char *text, uint8_t sha[64], uint8_t blake[64], struct zol_err *err)
{
	return zol_digests_find(zol_span_c(text), NAME, sha, blake, err);
}

static void refused(const char *text, const char *why)
{
	uint8_t sha[64] = { 1 }, blake[64] = { 2 };
	struct zol_err err = ZOL_ERR_INIT;

	if (find(text, sha, blake, &err) != -ZOL_MALFORMED)
		fail_msg("passed, although: %s", why);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	assert_int_equal(sha[0], 1);
	assert_int_equal(blake[0], 2);
	zol_err_clear(&err);
}

static void found(const char *text)
{
	uint8_t sha[64], blake[64];
	struct zol_err err = ZOL_ERR_INIT;

	if (find(text, sha, blake, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(sha[0], 0x01);
	assert_int_equal(sha[63], 0xef);
	assert_int_equal(blake[0], 0xfe);
	assert_int_equal(blake[63], 0x10);
}

UNIT(finds_both_in_any_order)
{
	found(BLAKE(NAME) SHA(NAME));
	found(SHA(NAME) BLAKE(NAME));
	found(BLAKE(NAME) SHA(NAME) BLAKE(NAME ".CONTENTS.gz") SHA(NAME ".CONTENTS.gz"));
	found(BLAKE(NAME ".CONTENTS.gz") SHA("x" NAME) BLAKE(NAME) SHA(NAME));
}

UNIT(passes_other_sections_comments_and_blanks)
{
	found("# MD5 HASH\nabc  " NAME "\n# WHIRLPOOL HASH\n" HEX "  " NAME "\n" BLAKE(NAME) SHA(NAME));
	found("\r\n# a remark\n" BLAKE(NAME) "# another\n" SHA(NAME) "\n\n");
	found("# BLAKE2B HASH\r\n" HEX2 "  " NAME "\r\n# SHA512 HASH\r\n" HEX "  " NAME "\r\n");
	found(BLAKE(NAME) "# SHA512 HASH\n" HEX " " NAME);
}

UNIT(needs_both_each_once)
{
	refused("", "nothing about 'stage3-a.tar.xz'");
	refused(SHA("other") BLAKE("other"), "nothing about");
	refused(SHA(NAME), "no BLAKE2B");
	refused(BLAKE(NAME), "no SHA512");
	refused(SHA(NAME) BLAKE(NAME) SHA(NAME), "second SHA512");
	refused(BLAKE(NAME) SHA(NAME) BLAKE(NAME), "line 6: a second BLAKE2B");
	refused(SHA("./" NAME) BLAKE("./" NAME), "nothing about");
}

UNIT(refuses_lines_that_are_no_digests)
{
	refused(HEX "  " NAME "\n", "before any");
	refused("# SHA512 HASH\nzz  " NAME "\n", "not a SHA512 digest");
	refused("# SHA512 HASH\n" A64 "  " NAME "\n", "not a SHA512 digest");
	refused("# SHA512 HASH\n" HEX "0  " NAME "\n", "not a SHA512 digest");
	refused("# SHA512 HASH\n" HEX "\n", "<hex>");
	refused("# SHA512 HASH\n" HEX "  " NAME " more\n", "<hex>");
	refused("SHA512 (" NAME ") = " HEX "\n", "before any");
}

UNIT(a_section_is_named_exactly)
{
	refused("# SHA512 HASHES\n" HEX "  " NAME "\n", "before any");
	refused("# SHA512\n" HEX "  " NAME "\n", "before any");
	refused("# sha512 HASH\n" HEX "  " NAME "\n", "nothing about");
	refused("# SHA512 HASH x\n" HEX "  " NAME "\n", "before any");
}

UNIT(tells_what_is_named)
{
	struct zol_span text = zol_span_c(SHA(NAME) BLAKE("b"));

	assert_true(zol_digests_has(text, NAME));
	assert_true(zol_digests_has(text, "b"));
	assert_false(zol_digests_has(text, "c"));
	assert_false(zol_digests_has(zol_span_c("garbage"), "garbage"));
}

UNIT_MAIN()
