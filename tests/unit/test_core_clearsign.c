/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/clearsign.h"

#include "unit.h"

#define BEGIN "-----BEGIN PGP SIGNED MESSAGE-----\n"
#define HASH "Hash: SHA256\n\n"
#define SIG "-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n=R/WK\n-----END PGP SIGNATURE-----\n"
#define GOOD BEGIN HASH "# ts=1\nline\n" SIG

static void splits(const char *file, const char *text)
{
	struct zol_clearsign c = { .text = ZOL_STR_INIT };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_clearsign_split(zol_span_c(file), &c, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_string_equal(zol_str_c(&c.text), text);
	assert_string_equal(zol_str_c(&c.sig), "hello");
	zol_clearsign_free(&c);
}

static void refused_span(struct zol_span file, const char *why)
{
	struct zol_clearsign c = { .text = ZOL_STR_INIT };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_clearsign_split(file, &c, &err) != -ZOL_MALFORMED)
		fail_msg("passed, although: %s", why);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	assert_null(c.text.ptr);
	zol_err_clear(&err);
}

static void refused(const char *file, const char *why)
{
	refused_span(zol_span_c(file), why);
}

UNIT(splits_text_from_signature)
{
	splits(GOOD, "# ts=1\nline");
	splits(BEGIN HASH "one\n" SIG, "one");
	splits(BEGIN HASH SIG, "");
	splits(BEGIN "Hash: SHA256\nHash: SHA512\n\none\n" SIG, "one");
	splits(BEGIN "\none\n" SIG, "one");
	splits(BEGIN HASH "a\n\n\nb\n" SIG, "a\n\n\nb");
}

UNIT(drops_what_no_signature_covers)
{
	splits("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\na\r\nb \t\r\n-----BEGIN PGP SIGNATURE-----\r\n"
	       "\r\naGVsbG8=\r\n-----END PGP SIGNATURE-----\r\n",
	       "a\nb");
	splits(BEGIN HASH "a   \nb\t\n" SIG "\n \n", "a\nb");
}

UNIT(unescapes_dashes)
{
	splits(BEGIN HASH "- -----BEGIN PGP SIGNED MESSAGE-----\n- -a\n- b\n- \nc\n" SIG,
	       "-----BEGIN PGP SIGNED MESSAGE-----\n-a\nb\n\nc");
}

UNIT(refuses_text_around_the_frame)
{
	refused("20260101T000000Z/evil 1\n" GOOD, "line 1: unsigned text before");
	refused("\n" GOOD, "unsigned text before");
	refused(GOOD "20260101T000000Z/evil 1\n", "unsigned text after");
	refused(GOOD "#\n", "unsigned text after");
	refused(GOOD GOOD, "second signed block after");
	refused(GOOD "-----BEGIN PGP SIGNATURE-----\n", "second signed block after");
}

UNIT(refuses_frames_in_frames)
{
	refused(BEGIN "Hash: SHA256\n\nevil\n" GOOD, "a second block begins inside");
	refused(BEGIN HASH "x\n-----BEGIN PGP MESSAGE-----\n" SIG, "a second block begins inside");
	refused(BEGIN HASH "x\n-----BEGIN PGP SIGNATURE-----\n\n" GOOD, "inside the signature");
	refused(BEGIN HASH "-x\n" SIG, "unescaped dash");
	refused(BEGIN HASH "---\n" SIG, "unescaped dash");
}

UNIT(refuses_other_headers)
{
	refused(BEGIN "Comment: hi\n\nx\n" SIG, "header other than");
	refused(BEGIN "NotDashEscaped: You need GnuPG\n\nx\n" SIG, "header other than");
	refused(BEGIN "evil line\n" HASH "x\n" SIG, "header other than");
}

UNIT(refuses_what_is_cut_short_or_unsigned)
{
	refused("", "empty");
	refused("# ts=1\nline\n", "not signed");
	refused(BEGIN, "cut short");
	refused(BEGIN "Hash: SHA256\n", "cut short");
	refused(BEGIN HASH "x\n", "cut short");
	refused(BEGIN HASH "x\n-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n", "cut short");
	refused("-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n", "not signed");
	refused(BEGIN HASH "x\n-----BEGIN PGP SIGNATURE-----\n\naGVs!G8=\n-----END PGP SIGNATURE-----\n",
		"signature that begins at line 5: line 3");
}

UNIT(refuses_bytes_that_are_no_text)
{
	refused_span(zol_span(BEGIN HASH "a\0b\n" SIG, sizeof(BEGIN HASH "a\0b\n" SIG) - 1), "line 4: a byte");
	/* Not at the end of a line either, where blanks may stand. */
	refused_span(zol_span(BEGIN HASH "a\0 \n" SIG, sizeof(BEGIN HASH "a\0 \n" SIG) - 1), "line 4: a byte");
	refused_span(zol_span(BEGIN HASH "a\n" SIG "\0", sizeof(BEGIN HASH "a\n" SIG)), "line 10: a byte");
	refused(BEGIN HASH "caf\xc3\xa9\n" SIG, "a byte");
	refused(BEGIN HASH "\x1b[2J\n" SIG, "a byte");
	refused(BEGIN HASH "a\rb\n" SIG, "a byte");
	refused(BEGIN HASH "\x7f\n" SIG, "a byte");
}

UNIT_MAIN()
