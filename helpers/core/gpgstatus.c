/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/gpgstatus.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/num.h"

enum word {
	W_NEWSIG,
	W_GOODSIG,
	W_VALIDSIG,
	/* failures, the most telling one first */
	W_BADSIG,
	W_REVKEYSIG,
	W_EXPKEYSIG,
	W_EXPSIG,
	W_NO_PUBKEY,
	W_ERRSIG,
	W_NODATA,
	W_FAILURE,
	W_ERROR,
	W_UNEXPECTED,
	NWORDS,
};

static const struct {
	const char *word;
	const char *says; /* what it means for whoever reads the error */
} words[NWORDS] = {
	[W_NEWSIG] = { "NEWSIG", "" },
	[W_GOODSIG] = { "GOODSIG", "" },
	[W_VALIDSIG] = { "VALIDSIG", "" },
	[W_BADSIG] = { "BADSIG", "bad signature: it does not match the contents" },
	[W_REVKEYSIG] = { "REVKEYSIG", "the key that signed it has been revoked" },
	[W_EXPKEYSIG] = { "EXPKEYSIG", "the key that signed it has expired" },
	[W_EXPSIG] = { "EXPSIG", "the signature has expired" },
	[W_NO_PUBKEY] = { "NO_PUBKEY", "the key that signed it is not in the keyring" },
	[W_ERRSIG] = { "ERRSIG", "the signature cannot be checked" },
	[W_NODATA] = { "NODATA", "it holds no signature" },
	[W_FAILURE] = { "FAILURE", "gpgv failed" },
	[W_ERROR] = { "ERROR", "gpgv reported an error" },
	[W_UNEXPECTED] = { "UNEXPECTED", "it holds something other than one signature" },
};

struct scan {
	unsigned count[NWORDS];
	struct zol_span arg[NWORDS]; /* first argument of the first line of each kind */
	struct zol_span good;        /* arguments of GOODSIG and VALIDSIG, ERRSIG */
	struct zol_span valid;
	struct zol_span errsig;
};

void zol_gpgstatus_free(struct zol_gpgstatus *s)
{
	free(s->key);
	free(s->subkey);
	*s = (struct zol_gpgstatus){ .created = 0 };
}

bool zol_gpgstatus_fpr_ok(struct zol_span fpr)
{
	if (fpr.len != 40 && fpr.len != 64)
		return false;
	for (size_t i = 0; i < fpr.len; i++) {
		if (!isxdigit((unsigned char)fpr.ptr[i]))
			return false;
	}
	return true;
}

/* Only lines that begin with "[GNUPG:] " count, and for the better only those that go on with the word. */
static void scan_status(struct zol_span status, struct scan *s)
{
	static const char prefix[] = "[GNUPG:] ";
	struct zol_span line, word, arg;

	while (zol_span_line(&status, &line)) {
		if (!zol_span_starts(line, prefix))
			continue;
		line = zol_span(line.ptr + sizeof(prefix) - 1, line.len - (sizeof(prefix) - 1));
		const char *at = line.ptr;

		if (!zol_span_field(&line, " \r", &word))
			continue;
		for (int w = 0; w < NWORDS; w++) {
			struct zol_span rest = line;

			if (!zol_span_eq(word, words[w].word) || (w < W_BADSIG && word.ptr != at) || s->count[w]++)
				continue;
			if (zol_span_field(&rest, " \r", &arg))
				s->arg[w] = arg;
			if (w == W_GOODSIG)
				s->good = line;
			else if (w == W_VALIDSIG)
				s->valid = line;
			else if (w == W_ERRSIG)
				s->errsig = line;
		}
	}
}

/* The n-th blank-separated field, empty when there are fewer. */
static struct zol_span field(struct zol_span line, unsigned n)
{
	struct zol_span f = { .ptr = "", .len = 0 };

	for (unsigned i = 0; i <= n; i++) {
		if (!zol_span_field(&line, " \r", &f))
			return zol_span("", 0);
	}
	return f;
}

/* "1786785301"; the other form that doc/DETAILS allows, "20260815T092104", is not taken. */
static bool parse_time(struct zol_span text, int64_t *ret)
{
	uint64_t v;

	if (!zol_span_u64(text, &v) || v > INT64_MAX / 2)
		return false;
	*ret = (int64_t)v;
	return true;
}

static int clock_error(struct zol_err *err)
{
	zol_err_set(err, ZOL_VERIFY, 0, "the signature was made more than a day after this machine's present time");
	return zol_err_hint(err, "set the clock of this machine");
}

static int failed(const struct scan *s, enum word w, const struct zol_gpgstatus_policy *policy, struct zol_err *err)
{
	struct zol_span arg = s->arg[w];
	int64_t made;

	/* A signature from the future is an ERRSIG: fields keyid, algorithm, hash, class, time. */
	if (s->count[W_ERRSIG] && parse_time(field(s->errsig, 4), &made) && made > policy->now + ZOL_CLOCK_SLACK)
		return clock_error(err);
	if (arg.len)
		zol_err_set(err, ZOL_VERIFY, 0, "%s (%.*s)", words[w].says, arg.len > 64 ? 64 : (int)arg.len, arg.ptr);
	else
		zol_err_set(err, ZOL_VERIFY, 0, "%s", words[w].says);
	if (w == W_EXPKEYSIG)
		return zol_err_hint(err, "update the keyring (sec-keys/openpgp-keys-gentoo-release); "
					 "an expired key is never accepted");
	if (w == W_REVKEYSIG)
		return zol_err_hint(err, "do not use this file; see https://www.gentoo.org/downloads/signatures/");
	if (w == W_NO_PUBKEY)
		return zol_err_hint(err, "if the key is new and real, update the keyring "
					 "(sec-keys/openpgp-keys-gentoo-release)");
	return -(int)err->code;
}

static bool pinned(struct zol_span fpr, const char *const *keys)
{
	for (; *keys; keys++) {
		if (strlen(*keys) == fpr.len && !strncasecmp(*keys, fpr.ptr, fpr.len))
			return true;
	}
	return false;
}

/* VALIDSIG: fpr date time expires version reserved pubkey-alg hash-alg class primary-fpr. */
static int judge_valid(const struct scan *s, const struct zol_gpgstatus_policy *policy, struct zol_gpgstatus *ret,
		       struct zol_err *err)
{
	struct zol_span fpr = field(s->valid, 0), primary = field(s->valid, 9), id = field(s->good, 0);
	struct zol_span hash = field(s->valid, 7);

	if (!zol_gpgstatus_fpr_ok(fpr) || !zol_gpgstatus_fpr_ok(primary) || field(s->valid, 10).len ||
	    !parse_time(field(s->valid, 2), &ret->created))
		return zol_err_set(err, ZOL_VERIFY, 0, "gpgv's VALIDSIG line is not understood");
	if (id.len < 16 || id.len > fpr.len || strncasecmp(fpr.ptr + fpr.len - id.len, id.ptr, id.len) != 0)
		return zol_err_set(err, ZOL_VERIFY, 0, "gpgv's GOODSIG and VALIDSIG name different keys");
	if (!pinned(primary, policy->keys)) {
		zol_err_set(err, ZOL_VERIFY, 0, "it is signed with key %.*s, which is not one of the keys trusted here",
			    (int)primary.len, primary.ptr);
		return zol_err_hint(err, "trusted keys are set by 'keys' in section [stage] of the configuration");
	}
	if (!zol_span_eq(hash, "8") && !zol_span_eq(hash, "9") && !zol_span_eq(hash, "10"))
		return zol_err_set(err, ZOL_VERIFY, 0, "the signature uses a weak digest (algorithm %.*s)",
				   (int)hash.len, hash.ptr);
	if (ret->created > policy->now + ZOL_CLOCK_SLACK)
		return clock_error(err);
	ret->key = zol_span_dup(primary);
	ret->subkey = zol_span_dup(fpr);
	return ret->key && ret->subkey ? 0 : zol_err_oom(err);
}

int zol_gpgstatus_judge(struct zol_span status, int exit_status, const struct zol_gpgstatus_policy *policy,
			struct zol_gpgstatus *ret, struct zol_err *err)
{
	ZOL_AUTO(gpgstatus) struct zol_gpgstatus st = { .created = 0 };
	struct scan s = { .count = { 0 } };

	scan_status(status, &s);
	if (s.count[W_NEWSIG] > 1 || s.count[W_GOODSIG] > 1 || s.count[W_VALIDSIG] > 1)
		return zol_err_set(err, ZOL_VERIFY, 0, "it holds more than one signature");
	for (enum word w = W_BADSIG; w < NWORDS; w++) {
		if (s.count[w])
			return failed(&s, w, policy, err);
	}
	if (!s.count[W_GOODSIG] || !s.count[W_VALIDSIG] || !s.count[W_NEWSIG])
		return zol_err_set(err, ZOL_VERIFY, 0, "gpgv found no good signature (exit status %d)", exit_status);
	if (exit_status != 0)
		return zol_err_set(err, ZOL_VERIFY, 0, "gpgv ended with status %d", exit_status);
	if (judge_valid(&s, policy, &st, err))
		return -(int)err->code;
	*ret = st;
	st = (struct zol_gpgstatus){ .created = 0 };
	return 0;
}
