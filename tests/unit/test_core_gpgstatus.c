/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpgstatus.h"

#include <ctype.h>

#include "unit.h"

#define G "[GNUPG:] "
#define PRIMARY "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910"
#define SUB "534E4209AB49EEE1C19D96162C44695DB9F6043D"
#define ID "2C44695DB9F6043D"
#define NOW 1786785700
#define NEW G "NEWSIG release@example.invalid\n"
#define GOOD G "GOODSIG " ID " Release <release@example.invalid>\n"
#define VALID_AT(time, hash, primary) G "VALIDSIG " SUB " 2026-08-15 " time " 0 4 0 1 " hash " 01 " primary "\n"
#define VALID VALID_AT("1786785664", "8", PRIMARY)
#define ALL NEW G "KEY_CONSIDERED " PRIMARY " 0\n" G "SIG_ID x 2026-08-15 1\n" GOOD VALID

static const char *const keys[] = { "0000000000000000000000000000000000000000", PRIMARY, NULL };
static const struct zol_gpgstatus_policy policy = { .keys = keys, .now = NOW };

static int judge(const char *status, int rc, struct zol_gpgstatus *ret, struct zol_err *err)
{
	return zol_gpgstatus_judge(zol_span_c(status), rc, &policy, ret, err);
}

static void refused(const char *status, int rc, const char *why)
{
	struct zol_gpgstatus st = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	if (judge(status, rc, &st, &err) != -ZOL_VERIFY)
		fail_msg("passed, although: %s", why);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	assert_null(st.key);
	zol_err_clear(&err);
}

UNIT(accepts_one_good_signature_by_a_pinned_key)
{
	struct zol_gpgstatus st = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(judge(ALL, 0, &st, &err), 0);
	assert_string_equal(st.key, PRIMARY);
	assert_string_equal(st.subkey, SUB);
	assert_int_equal(st.created, 1786785664);
	zol_gpgstatus_free(&st);
	assert_int_equal(judge(NEW GOOD VALID_AT("1786785664", "10", PRIMARY), 0, &st, &err), 0);
	zol_gpgstatus_free(&st);
}

UNIT(compares_fingerprints_in_either_case)
{
	char lower[] = PRIMARY;
	const char *const one[] = { lower, NULL };
	const struct zol_gpgstatus_policy p = { .keys = one, .now = NOW };
	struct zol_gpgstatus st = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	assert_int_equal(zol_gpgstatus_judge(zol_span_c(ALL), 0, &p, &st, &err), 0);
	zol_gpgstatus_free(&st);
}

UNIT(exit_status_alone_is_worth_nothing)
{
	refused("", 0, "no good signature");
	refused("gpgv: Good signature\n", 0, "no good signature");
	refused(NEW GOOD, 0, "no good signature");
	refused(NEW "[GNUPG:]  GOODSIG 0123456789ABCDEF name\n" VALID, 0, "no good signature");
	refused(NEW VALID, 0, "no good signature");
	refused(GOOD VALID, 0, "no good signature");
	refused(ALL, 2, "ended with status 2");
	refused("GOODSIG " ID " x\n" NEW VALID, 0, "no good signature");
	refused(" " GOOD NEW VALID, 0, "no good signature");
}

UNIT(refuses_keys_that_expired_or_were_revoked)
{
	struct zol_gpgstatus st = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	/* gpgv 2.2 exits 0 for both, with VALIDSIG. */
	refused(NEW G "KEYEXPIRED 1\n" G "EXPKEYSIG " ID " Release\n" VALID, 0, "has expired (" ID ")");
	refused(NEW G "REVKEYSIG " ID " Release\n" VALID, 0, "revoked (" ID ")");
	refused(ALL G "EXPKEYSIG " ID " Release\n", 0, "has expired");
	refused(NEW G "EXPSIG " ID " Release\n" VALID, 1, "signature has expired");
	assert_int_equal(judge(NEW G "EXPKEYSIG " ID " x\n" VALID, 0, &st, &err), -ZOL_VERIFY);
	assert_non_null(strstr(err.hint, "openpgp-keys-gentoo-release"));
	zol_err_clear(&err);
}

UNIT(refuses_bad_unknown_and_missing_signatures)
{
	refused(NEW G "BADSIG " ID " Release\n", 1, "bad signature");
	refused(NEW G "ERRSIG 1111111111111111 1 8 00 1786785664 9 -\n" G "NO_PUBKEY 1111111111111111\n", 2,
		"not in the keyring (1111111111111111)");
	refused(NEW G "ERRSIG 1111111111111111 1 2 00 1786785664 5 -\n", 2, "cannot be checked");
	refused(G "NODATA 4\n", 2, "no signature");
	refused(ALL G "UNEXPECTED 0\n", 0, "other than one signature");
	refused(ALL G "FAILURE gpgv 33554433\n", 0, "gpgv failed");
	refused(ALL G "ERROR verify 1\n", 0, "reported an error");
}

UNIT(refuses_more_than_one_signature)
{
	refused(ALL NEW, 0, "more than one");
	refused(ALL ALL, 0, "more than one");
	refused(NEW GOOD GOOD VALID, 0, "more than one");
}

UNIT(refuses_other_keys)
{
	refused(NEW GOOD VALID_AT("1786785664", "8", "DCD05B71EAB94199527F44ACDB6B8C1F96D8BF6D"), 0,
		"not one of the keys trusted here");
	/* The pinned fingerprint must be the primary's, not the subkey's. */
	refused(NEW GOOD G "VALIDSIG " PRIMARY " 2026-08-15 1786785664 0 4 0 1 8 01 " SUB "\n", 0, "different keys");
	refused(NEW G "GOODSIG 1111111111111111 x\n" VALID, 0, "different keys");
	refused(NEW G "GOODSIG 6043D x\n" VALID, 0, "different keys");
}

UNIT(refuses_weak_digests)
{
	refused(NEW GOOD VALID_AT("1786785664", "2", PRIMARY), 0, "weak digest (algorithm 2)");
	refused(NEW GOOD VALID_AT("1786785664", "1", PRIMARY), 0, "weak digest");
	refused(NEW GOOD VALID_AT("1786785664", "3", PRIMARY), 0, "weak digest");
	refused(NEW GOOD VALID_AT("1786785664", "11", PRIMARY), 0, "weak digest");
}

UNIT(notices_a_wrong_clock)
{
	refused(NEW GOOD VALID_AT("1786872200", "8", PRIMARY), 0, "this machine's present time");
	refused(NEW G "ERRSIG " ID " 1 8 00 1786999999 4 -\n", 2, "this machine's present time");
}

UNIT(refuses_lines_that_are_not_understood)
{
	refused(NEW GOOD G "VALIDSIG " SUB "\n", 0, "not understood");
	refused(NEW GOOD G "VALIDSIG " SUB " 2026-08-15 later 0 4 0 1 8 01 " PRIMARY "\n", 0, "not understood");
	refused(NEW GOOD G "VALIDSIG xyz 2026-08-15 1 0 4 0 1 8 01 " PRIMARY "\n", 0, "not understood");
	refused(NEW GOOD G "VALIDSIG " SUB " 2026-08-15 1 0 4 0 1 8 01 " PRIMARY " more\n", 0, "not understood");
	refused(NEW GOOD G "VALIDSIG " SUB " 2026-08-15 1 0 4 0 1 8 01 nokey\n", 0, "not understood");
	refused(G "\n" NEW, 0, "no good signature");
}

UNIT(knows_a_full_fingerprint)
{
	assert_true(zol_gpgstatus_fpr_ok(zol_span_c(PRIMARY)));
	assert_true(zol_gpgstatus_fpr_ok(zol_span_c(PRIMARY "0123456789abcdef01234567")));
	assert_false(zol_gpgstatus_fpr_ok(zol_span_c(ID)));
	assert_false(zol_gpgstatus_fpr_ok(zol_span_c("13EBBDBEDE7A12775DFDB1BABB572E0E2D18291X")));
	assert_false(zol_gpgstatus_fpr_ok(zol_span_c("")));
}

UNIT_MAIN()
