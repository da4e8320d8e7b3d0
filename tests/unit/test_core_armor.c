/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/armor.h"

#include "unit.h"

#define SIG(text) "-----BEGIN PGP SIGNATURE-----\n" text "-----END PGP SIGNATURE-----\n"
#define KEY(text) "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" text "-----END PGP PUBLIC KEY BLOCK-----\n"

static void decodes(const char *text, enum zol_armor_kind kind, const char *want)
{
	struct zol_str out = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_armor_decode(zol_span_c(text), kind, &out, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_string_equal(zol_str_c(&out), want);
	assert_int_equal(out.len, strlen(want));
	zol_str_free(&out);
}

static void refused_span(struct zol_span text, enum zol_armor_kind kind, const char *why)
{
	struct zol_str out = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_armor_decode(text, kind, &out, &err) != -ZOL_MALFORMED)
		fail_msg("passed, although: %s", why);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	zol_err_clear(&err);
	zol_str_free(&out);
}

static void refused(const char *text, enum zol_armor_kind kind, const char *why)
{
	refused_span(zol_span_c(text), kind, why);
}

UNIT(decodes_base64_with_and_without_checksum)
{
	decodes(SIG("\naGVsbG8=\n"), ZOL_ARMOR_SIGNATURE, "hello");
	decodes(SIG("\naGVsbG8=\n=R/WK\n"), ZOL_ARMOR_SIGNATURE, "hello");
	decodes(SIG("\naGVs\nbG8=\n"), ZOL_ARMOR_SIGNATURE, "hello");
	decodes(SIG("\nYQ==\n"), ZOL_ARMOR_SIGNATURE, "a");
	decodes(SIG("\nYWI=\n"), ZOL_ARMOR_SIGNATURE, "ab");
	decodes(SIG("\nYWJj\n"), ZOL_ARMOR_SIGNATURE, "abc");
	decodes(SIG("\nPz8+Pz8/\n"), ZOL_ARMOR_SIGNATURE, "\?\?>\?\?\?");
}

UNIT(passes_headers_blanks_and_crlf)
{
	decodes(SIG("Version: GnuPG v2\nComment: x\n\naGVsbG8=\n"), ZOL_ARMOR_SIGNATURE, "hello");
	decodes("\n\n" SIG("\naGVsbG8= \t\n") "\n", ZOL_ARMOR_SIGNATURE, "hello");
	decodes("-----BEGIN PGP SIGNATURE-----\r\n\r\naGVsbG8=\r\n-----END PGP SIGNATURE-----\r\n", ZOL_ARMOR_SIGNATURE,
		"hello");
}

UNIT(joins_key_blocks_and_ignores_text_between)
{
	decodes("Gentoo keys\n" KEY("\nYWJj\n") "more\n" KEY("\nZGVm\n"), ZOL_ARMOR_KEYS, "abcdef");
}

UNIT(refuses_damage)
{
	refused(SIG("\naGVsbG8=\n=AAAA\n"), ZOL_ARMOR_SIGNATURE, "checksum is wrong");
	refused(SIG("\naGVsbG8=\n=!AAA\n"), ZOL_ARMOR_SIGNATURE, "checksum is no base64");
	refused(SIG("\naGVsbG8\n"), ZOL_ARMOR_SIGNATURE, "incomplete");
	refused(SIG("\naGVsbG8\n=AAAA\n"), ZOL_ARMOR_SIGNATURE, "incomplete");
	refused(SIG("\naG*s\n"), ZOL_ARMOR_SIGNATURE, "no base64");
	refused_span(zol_span(SIG("\nYWJj\0\n"), sizeof(SIG("\nYWJj\0\n")) - 1), ZOL_ARMOR_SIGNATURE, "no base64");
	refused(SIG("\nYQ=Q\n"), ZOL_ARMOR_SIGNATURE, "padding");
	refused(SIG("\n=aaa\n"), ZOL_ARMOR_SIGNATURE, "padding");
	refused(SIG("\nYQ==\nYWJj\n"), ZOL_ARMOR_SIGNATURE, "after the end");
	refused(SIG("\n"), ZOL_ARMOR_SIGNATURE, "empty");
	refused(SIG("garbage\n\naGVsbG8=\n"), ZOL_ARMOR_SIGNATURE, "line 2: neither");
}

UNIT(refuses_frames_that_do_not_fit)
{
	refused("", ZOL_ARMOR_SIGNATURE, "no PGP SIGNATURE");
	refused("x\n" SIG("\naGVsbG8=\n"), ZOL_ARMOR_SIGNATURE, "outside");
	refused(SIG("\naGVsbG8=\n") "x\n", ZOL_ARMOR_SIGNATURE, "outside");
	refused(SIG("\naGVsbG8=\n") SIG("\naGVsbG8=\n"), ZOL_ARMOR_SIGNATURE, "second");
	refused("-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n", ZOL_ARMOR_SIGNATURE, "cut short");
	refused("-----BEGIN PGP SIGNATURE-----\nVersion: 1\n", ZOL_ARMOR_SIGNATURE, "cut short");
	refused("-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n-----END PGP MESSAGE-----\n", ZOL_ARMOR_SIGNATURE,
		"unexpected");
	refused(KEY("\nYWJj\n"), ZOL_ARMOR_SIGNATURE, "outside");
	refused(SIG("\nYWJj\n"), ZOL_ARMOR_KEYS, "no PGP PUBLIC KEY");
}

UNIT(tells_armor_from_binary)
{
	assert_true(zol_armor_is(zol_span_c("text\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n")));
	assert_false(zol_armor_is(zol_span_c("\x99\x01-----BEGIN PGP")));
	assert_false(zol_armor_is(zol_span_c("")));
}

UNIT_MAIN()
