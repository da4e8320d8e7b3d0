/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The verdict on a signature from what gpgv wrote to --status-fd. gpgv 2.2 exits 0 for expired and
 * revoked keys (and prints VALIDSIG for them), so its exit status alone proves nothing.
 * Format: gnupg:doc/DETAILS.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_gpgstatus_policy {
	const char *const *keys; /* NULL-terminated: fingerprints of the primary keys that may sign */
	int64_t now;             /* seconds since 1970 */
};

struct zol_gpgstatus {
	char *key;       /* fingerprint of the primary key, upper-case hex */
	char *subkey;    /* of the key that made the signature */
	int64_t created; /* of the signature, seconds since 1970 */
};

void zol_gpgstatus_free(struct zol_gpgstatus *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(gpgstatus, struct zol_gpgstatus, zol_gpgstatus_free);

/* How far in the future a signature or an index may be before our clock is called wrong. */
#define ZOL_CLOCK_SLACK 86400

/*
 * Accepts only: exit status 0, exactly one NEWSIG, GOODSIG and VALIDSIG, none of the failures,
 * a pinned primary key, SHA256, SHA384 or SHA512, made no later than a day from now. Everything else is
 * ZOL_VERIFY with the reason (and a hint for expired keys and wrong clocks).
 */
int zol_gpgstatus_judge(struct zol_span status, int exit_status, const struct zol_gpgstatus_policy *policy,
			struct zol_gpgstatus *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(3, 4, 5);

/* A full fingerprint: 40 or 64 hex digits. */
bool zol_gpgstatus_fpr_ok(struct zol_span fpr);
